package product_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

func parse(t testing.TB, text string) product.Product {
	t.Helper()
	raw, err := wire.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return raw.(map[string]any)
}

func paths(t testing.TB, fields ...string) []product.Path {
	t.Helper()
	p, err := product.ParsePaths(product.Schema("/"), fields)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func number(t testing.TB, text string) pipeline.Value {
	t.Helper()
	v, err := pipeline.ParseNumber(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestGet(t *testing.T) {
	text, null := pipeline.Text, pipeline.Value{}
	for name, c := range map[string]struct {
		json, field string
		want        pipeline.Value
	}{
		"title":                  {`{"title":"T","name":"N"}`, "title", text("T")},
		"title from name":        {`{"title":null,"name":"N"}`, "title", text("N")},
		"name from title":        {`{"title":"T"}`, "name", text("T")},
		"sku":                    {`{"sku":"S","manufacturer_reference":"M"}`, "sku", text("S")},
		"sku from the reference": {`{"sku":null,"manufacturer_reference":"M","reference":"R"}`, "sku", text("M")},
		"sku from reference":     {`{"reference":"R","supplier_sku":"P"}`, "sku", text("R")},
		"sku of a supplier":      {`{"supplier_sku":"P"}`, "sku", text("P")},
		"sku as a number":        {`{"sku":4711}`, "sku", text("4711")},
		"ean from barcode":       {`{"barcode":"4006381333931"}`, "ean", text("4006381333931")},
		"ean as a number":        {`{"ean":4006381333931}`, "ean", text("4006381333931")},
		"price":                  {`{"price":19.99}`, "price", number(t, "19.99")},
		"price as a text":        {`{"price":"19.990"}`, "price", number(t, "19.99")},
		"price, three decimals":  {`{"price":1.005}`, "price", number(t, "1.005")},
		"price, many digits":     {`{"price":12345678901234567890.123456789}`, "price", number(t, "12345678901234567890.123456789")},
		"price that is none":     {`{"price":"on request"}`, "price", text("on request")},
		"price without end":      {`{"price":1e99999}`, "price", text("1e99999")},
		"cost from cost":         {`{"cost":"7.50"}`, "cost_price", number(t, "7.5")},
		"weight at its digits":   {`{"weight":"1.23450"}`, "weight", number(t, "1.235")},
		"stock preferred":        {`{"stock":1,"stock_quantity":2}`, "stock_quantity", pipeline.Int(2)},
		"stock alone":            {`{"stock":1}`, "stock_quantity", pipeline.Int(1)},
		"category, a path":       {`{"category":"A / B"}`, "category", text("A/B")},
		"category, a name":       {`{"category":null,"category_name":"B"}`, "category", text("B")},
		"category, an object":    {`{"category":{"id":"x","name":"B"}}`, "category", text("B")},
		"category with a path":   {`{"category":{"name":"B","path":"A/B"}}`, "category", text("A/B")},
		"category of no name":    {`{"category":{"id":"x"}}`, "category", pipeline.Object(map[string]pipeline.Value{"id": text("x")})},
		"brand":                  {`{"brand":"B"}`, "brand", text("B")},
		"brand, an object":       {`{"brand":{"id":1,"name":"B"}}`, "brand", text("B")},
		"brand from brand_name":  {`{"brand":null,"brand_name":"B"}`, "brand", text("B")},
		"brand_name from brand":  {`{"brand":"B"}`, "brand_name", text("B")},
		"images, texts":          {`{"images":["http://a/1.jpg","http://a/2.jpg"]}`, "images[1].url", text("http://a/2.jpg")},
		"images, objects":        {`{"images":[{"src":"http://a/1.jpg"},{"original":"http://a/2.jpg","url":""}]}`, "images[1].url", text("http://a/2.jpg")},
		"an image's address":     {`{"images":["HTTPS://A.example:443/1.jpg?X-Amz-Date=1#x"]}`, "images[0].url", text("https://a.example/1.jpg")},
		"an address of none":     {`{"images":["u"]}`, "images[0].url", text("u")},
		"images, none there":     {`{"images":[]}`, "images[0].url", null},
		"images, one text":       {`{"images":"http://a/1.jpg"}`, "images[0].url", text("http://a/1.jpg")},
		"images, the list":       {`{"images":["u",{"url":"v"},null,{"alt":"x"}]}`, "images", pipeline.List(pipeline.Object(map[string]pipeline.Value{"url": text("u")}), pipeline.Object(map[string]pipeline.Value{"url": text("v")}))},
		"active":                 {`{"is_active":true,"status":"inactive"}`, "is_active", pipeline.Bool(true)},
		"active as a number":     {`{"is_active":0,"status":"active"}`, "is_active", pipeline.Bool(false)},
		"active as a text":       {`{"is_active":"False"}`, "is_active", pipeline.Bool(false)},
		"active by its status":   {`{"status":"Active"}`, "is_active", pipeline.Bool(true)},
		"a draft is not active":  {`{"is_active":null,"status":"draft"}`, "is_active", pipeline.Bool(false)},
		"nothing says inactive":  {`{"title":"T"}`, "is_active", pipeline.Bool(true)},
		"nonsense is no answer":  {`{"is_active":"perhaps","status":"inactive"}`, "is_active", pipeline.Bool(false)},
		"an attribute":           {`{"attributes":{"color":"red","size":{"eu":"42"}}}`, "attributes.color", text("red")},
		"a deep attribute":       {`{"attributes":{"size":{"eu":42}}}`, "attributes.size.eu", pipeline.Int(42)},
		"an attribute in a list": {`{"key_features":["a","b"]}`, "key_features[1]", text("b")},
		"an absent attribute":    {`{"attributes":{}}`, "attributes.color", null},
		"no attributes":          {`{"attributes":null}`, "attributes.color", null},
		"an attribute of a text": {`{"attributes":"x"}`, "attributes.color", null},
		"a custom field":         {`{"custom_field_1":"0012"}`, "custom_field_1", text("0012")},
		"a custom number":        {`{"x":0.10}`, "x", number(t, "0.1")},
		"a model's decimal":      {`{"width":"12.50"}`, "width", number(t, "12.5")},
		"a model's bool":         {`{"recyclable":"true"}`, "recyclable", pipeline.Bool(true)},
		"id":                     {`{"id":"u-1"}`, "id", text("u-1")},
		"id as a number":         {`{"id":42}`, "id", text("42")},
		"product_id":             {`{"product_id":42}`, "id", text("42")},
		"a time":                 {`{"created_at":"2026-11-24T15:50:12.5+01:00"}`, "created_at", text("2026-11-24 14:50:12")},
		"a time without zone":    {`{"updated_at":"2026-11-24 15:50:12.123456"}`, "updated_at", text("2026-11-24 15:50:12")},
		"no time":                {`{"updated_at":"yesterday"}`, "updated_at", text("yesterday")},
		"line ends":              {`{"description":"a\r\nb"}`, "description", text("a\nb")},
		"an empty text":          {`{"description":""}`, "description", null},
		"absent":                 {`{}`, "description", null},
		"too long, as it is":     {`{"ean":"123456789012345678901234567890"}`, "ean", text("123456789012345678901234567890")},
		"numbers inside":         {`{"x":[1e99999,{"y":1e99999,"z":null}]}`, "x[1].y", text("1e99999")},
	} {
		t.Run(name, func(t *testing.T) {
			path := paths(t, c.field)
			got := parse(t, c.json).Values(path)
			if diff := cmp.Diff(pipeline.Values{c.field: c.want}, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Holds decides whether a row of a list is enough, or the product must be read.
func TestHolds(t *testing.T) {
	for name, c := range map[string]struct {
		json, field string
		want        bool
	}{
		"null is an answer":                      {`{"description":null}`, "description", true},
		"absent is none":                         {`{"title":"T"}`, "description", false},
		"an alias":                               {`{"name":"T"}`, "title", true},
		"inside of an object":                    {`{"attributes":{}}`, "attributes.color", true},
		"inside of an absent object":             {`{}`, "attributes.color", false},
		"a status is not is_active":              {`{"status":"active"}`, "is_active", false},
		"is_active":                              {`{"is_active":false}`, "is_active", true},
		"is_active null":                         {`{"is_active":null,"status":"active"}`, "is_active", false},
		"a sku":                                  {`{"sku":"S"}`, "sku", true},
		"the other column may have the sku":      {`{"sku":null}`, "sku", false},
		"both columns of the sku, both empty":    {`{"sku":null,"manufacturer_reference":null}`, "sku", true},
		"a sku in the other column":              {`{"manufacturer_reference":"M"}`, "sku", true},
		"a category by name":                     {`{"category_name":null}`, "category", true},
		"a custom field that the row leaves out": {`{"title":"T"}`, "custom_field_1", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parse(t, c.json).HoldsAll(paths(t, c.field)); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}

func TestTrashed(t *testing.T) {
	for text, want := range map[string]bool{
		`{"status":"active"}`: false, `{"status":"Trash"}`: true, `{"deleted_at":null}`: false,
		`{"deleted_at":"2026-11-24T10:00:00Z"}`: true, `{"is_deleted":true}`: true, `{"is_deleted":false}`: false,
		`{"status":"archived"}`: false,
	} {
		if got := parse(t, text).Trashed(); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
}

func TestParsePaths(t *testing.T) {
	for _, text := range []string{"", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a[0", "a]", "a[0]b", "[0]", "a[99999999]"} {
		_, err := product.ParsePaths(product.Schema("/"), []string{"title", text})
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeFieldNotFound || e.Remedy == "" {
			t.Errorf("%q: got %v, want field_not_found", text, err)
		}
	}
	for _, text := range []string{"a", "a.b", "a[0]", "a[0].b[12].c", "été.ça", "a b"} {
		if _, err := product.ParsePaths(product.Schema("/"), []string{text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzProduct: whatever an answer holds, reading gives a value, and a canonical one stays what it is.
func FuzzProduct(f *testing.F) {
	f.Add([]byte(`{"id":1,"title":"T","price":"1.50","images":["u",{"src":"v"}],"attributes":{"color":"red"},"is_active":1}`), "attributes.color")
	f.Add([]byte(`{"category":{"name":"A / B"},"updated_at":"2026-11-24T15:50:12Z","x":[1e999]}`), "x[0]")
	f.Fuzz(func(t *testing.T, body []byte, field string) {
		raw, err := wire.Decode(body)
		object, ok := raw.(map[string]any)
		if err != nil || !ok {
			return
		}
		schema := product.Schema("/")
		fields := []string{"id", "title", "sku", "ean", "price", "weight", "category", "images[0].url", "is_active", "updated_at", "attributes.color"}
		if _, err := product.ParsePaths(schema, []string{field}); err == nil {
			fields = append(fields, field)
		}
		p := product.Product(object)
		for name, v := range p.Values(paths(t, fields...)) {
			known, _ := schema.Lookup(name)
			once, err := known.Canonical(v)
			if err != nil {
				continue // fails its record, later
			}
			if !once.Equal(v) {
				t.Errorf("%s: %v is not canonical, %v is", name, v, once)
			}
		}
		p.Trashed()
		p.HoldsAll(paths(t, fields...))
		if _, err := json.Marshal(object); err != nil {
			t.Errorf("what was read cannot be written back: %v", err)
		}
	})
}
