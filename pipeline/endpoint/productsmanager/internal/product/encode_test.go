package product_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

func writer() product.Writer {
	return product.Writer{Schema: product.Schema("/"), Names: func(field string) []string {
		switch field {
		case "title":
			return []string{"title", "name"}
		case "sku":
			return []string{"sku", "manufacturer_reference"}
		}
		return []string{field}
	}}
}

// body returns the JSON that a request would have.
func body(t testing.TB, made map[string]any, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUpdate(t *testing.T) {
	const red = `{"id":"a","status":"active","is_active":true,"attributes":{"color":"red","weight":"7","deep":{"x":1,"y":2.50}}}`
	text := pipeline.Text
	for name, c := range map[string]struct {
		fields  pipeline.Values
		current string
		want    string
	}{
		"a title under both names":        {pipeline.Values{"title": text("T")}, ``, `{"name":"T","title":"T"}`},
		"a sku under both":                {pipeline.Values{"sku": text("S")}, ``, `{"manufacturer_reference":"S","sku":"S"}`},
		"a column mapped on its own":      {pipeline.Values{"sku": text("S"), "manufacturer_reference": text("M")}, ``, `{"manufacturer_reference":"M","sku":"S"}`},
		"an exact price":                  {pipeline.Values{"price": number(t, "19.990")}, ``, `{"price":19.99}`},
		"three decimals":                  {pipeline.Values{"price": number(t, "1.005")}, ``, `{"price":1.005}`},
		"a weight at its digits":          {pipeline.Values{"weight": number(t, "1.23456")}, ``, `{"weight":1.235}`},
		"nothing":                         {pipeline.Values{"description": {}}, ``, `{"description":null}`},
		"a path":                          {pipeline.Values{"category": text("A / B")}, ``, `{"category":"A/B"}`},
		"an attribute among others":       {pipeline.Values{"attributes.color": text("blue")}, red, `{"attributes":{"color":"blue","deep":{"x":1,"y":2.50},"weight":"7"}}`},
		"two attributes":                  {pipeline.Values{"attributes.color": text("blue"), "attributes.size": text("L")}, red, `{"attributes":{"color":"blue","deep":{"x":1,"y":2.50},"size":"L","weight":"7"}}`},
		"a number stays text":             {pipeline.Values{"attributes.weight": pipeline.Int(8)}, red, `{"attributes":{"color":"red","deep":{"x":1,"y":2.50},"weight":"8"}}`},
		"a new number":                    {pipeline.Values{"attributes.size": pipeline.Int(8)}, red, `{"attributes":{"color":"red","deep":{"x":1,"y":2.50},"size":8,"weight":"7"}}`},
		"no attribute":                    {pipeline.Values{"attributes.color": {}}, red, `{"attributes":{"deep":{"x":1,"y":2.50},"weight":"7"}}`},
		"deep inside":                     {pipeline.Values{"attributes.deep.x": pipeline.Int(9)}, red, `{"attributes":{"color":"red","deep":{"x":9,"y":2.50},"weight":"7"}}`},
		"where nothing was":               {pipeline.Values{"specs.a.b": text("c")}, red, `{"specs":{"a":{"b":"c"}}}`},
		"the whole and a part":            {pipeline.Values{"attributes": pipeline.Object(map[string]pipeline.Value{"a": text("1")}), "attributes.b": text("2")}, red, `{"attributes":{"a":"1","b":"2"}}`},
		"deactivated":                     {pipeline.Values{"is_active": pipeline.Bool(false)}, red, `{"is_active":false,"status":"inactive"}`},
		"activated":                       {pipeline.Values{"is_active": pipeline.Bool(true)}, `{"status":"inactive"}`, `{"is_active":true,"status":"active"}`},
		"a draft published":               {pipeline.Values{"is_active": pipeline.Bool(true)}, `{"status":"draft","is_active":false}`, `{"is_active":true,"status":"active"}`},
		"a draft stays a draft":           {pipeline.Values{"is_active": pipeline.Bool(false)}, `{"status":"draft","is_active":true}`, `{"is_active":false}`},
		"an active draft stays one":       {pipeline.Values{"is_active": pipeline.Bool(true)}, `{"status":"draft","is_active":true}`, `{"is_active":true}`},
		"a status that is mapped":         {pipeline.Values{"is_active": pipeline.Bool(false), "status": text("archived")}, red, `{"is_active":false,"status":"archived"}`},
		"is_active from a number":         {pipeline.Values{"is_active": pipeline.Int(0)}, red, `{"is_active":false,"status":"inactive"}`},
		"no value for is_active is false": {pipeline.Values{"is_active": {}}, red, `{"is_active":false,"status":"inactive"}`},
		"the first image":                 {pipeline.Values{"images[0].url": text("http://a/1.jpg")}, `{"images":[]}`, `{"images":["http://a/1.jpg"]}`},
		"the first of several images":     {pipeline.Values{"images[0].url": text("http://a/1.jpg")}, `{"images":[{"url":"http://b/1.jpg"},{"url":"","src":"http://b/2.jpg?X-Amz-Date=1"},"http://b/3.jpg"]}`, `{"images":["http://a/1.jpg","http://b/2.jpg?X-Amz-Date=1","http://b/3.jpg"]}`},
		"no image":                        {pipeline.Values{"images[0].url": {}}, `{"images":["http://b/1.jpg"]}`, `{"images":[]}`},
		"one image less":                  {pipeline.Values{"images[0].url": {}}, `{"images":["http://b/1.jpg","http://b/2.jpg"]}`, `{"images":["http://b/2.jpg"]}`},
		"nothing at all":                  {pipeline.Values{}, ``, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			var current product.Product
			if c.current != "" {
				current = parse(t, c.current)
			}
			before, _ := json.Marshal(current)
			made, err := writer().Update(c.fields, current)
			if diff := cmp.Diff(c.want, body(t, made, err)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if after, _ := json.Marshal(current); string(before) != string(after) {
				t.Errorf("the product that was read is changed: %s", after)
			}
		})
	}
}

func TestCreate(t *testing.T) {
	for name, c := range map[string]struct {
		fields pipeline.Values
		want   string
	}{
		"active by default":  {pipeline.Values{}, `{"is_active":true,"name":"T","status":"active","title":"T"}`},
		"inactive":           {pipeline.Values{"is_active": pipeline.Bool(false)}, `{"is_active":false,"name":"T","status":"inactive","title":"T"}`},
		"a draft":            {pipeline.Values{"status": pipeline.Text("draft")}, `{"is_active":false,"name":"T","status":"draft","title":"T"}`},
		"both":               {pipeline.Values{"status": pipeline.Text("draft"), "is_active": pipeline.Bool(true)}, `{"is_active":true,"name":"T","status":"draft","title":"T"}`},
		"with an attribute":  {pipeline.Values{"attributes.color": pipeline.Text("red")}, `{"attributes":{"color":"red"},"is_active":true,"name":"T","status":"active","title":"T"}`},
		"with an image":      {pipeline.Values{"images[0].url": pipeline.Text("http://a/1.jpg")}, `{"images":["http://a/1.jpg"],"is_active":true,"name":"T","status":"active","title":"T"}`},
		"without an image":   {pipeline.Values{"images[0].url": {}}, `{"is_active":true,"name":"T","status":"active","title":"T"}`},
		"an empty attribute": {pipeline.Values{"attributes.color": {}}, `{"attributes":{},"is_active":true,"name":"T","status":"active","title":"T"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c.fields["title"] = pipeline.Text("T")
			made, err := writer().Create(c.fields)
			if diff := cmp.Diff(c.want, body(t, made, err)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWriterRefuses(t *testing.T) {
	text := pipeline.Text
	for name, c := range map[string]struct {
		fields pipeline.Values
		code   pipeline.Code
		says   string
	}{
		"no title":                {pipeline.Values{"sku": text("S")}, pipeline.CodeFieldRequired, `"title"`},
		"an empty title":          {pipeline.Values{"title": {}}, pipeline.CodeFieldRequired, `"title"`},
		"a title cut off":         {pipeline.Values{"title": text(strings.Repeat("é", 256))}, pipeline.CodeRecordRejected, "256 characters"},
		"a text in a number":      {pipeline.Values{"title": text("T"), "price": text("abc")}, pipeline.CodeRecordRejected, `"price"`},
		"a text in a bool":        {pipeline.Values{"title": text("T"), "is_active": text("perhaps")}, pipeline.CodeRecordRejected, `"is_active"`},
		"a sku too long":          {pipeline.Values{"title": text("T"), "sku": text(strings.Repeat("s", 101))}, pipeline.CodeRecordRejected, "101 characters"},
		"the id":                  {pipeline.Values{"title": text("T"), "id": text("x")}, pipeline.CodeRecordRejected, `"id"`},
		"a date":                  {pipeline.Values{"title": text("T"), "updated_at": text("2026-01-01 00:00:00")}, pipeline.CodeRecordRejected, `"updated_at"`},
		"an image of no address":  {pipeline.Values{"title": text("T"), "images[0].url": text("81 kB")}, pipeline.CodeRecordRejected, "no address"},
		"an image as it is":       {pipeline.Values{"title": text("T"), "images[0].url": pipeline.Object(nil)}, pipeline.CodeRecordRejected, "no address"},
		"all images":              {pipeline.Values{"title": text("T"), "images": pipeline.List()}, pipeline.CodeRecordRejected, `"images"`},
		"another image":           {pipeline.Values{"title": text("T"), "images[1].url": text("http://a/1.jpg")}, pipeline.CodeRecordRejected, "read only"},
		"a text in a stock":       {pipeline.Values{"title": text("T"), "stock_quantity": text("many")}, pipeline.CodeRecordRejected, `"stock_quantity"`},
		"an entry of a list":      {pipeline.Values{"title": text("T"), "key_features[0]": text("u")}, pipeline.CodeRecordRejected, "read only"},
		"not a path":              {pipeline.Values{"title": text("T"), "a..b": text("u")}, pipeline.CodeRecordRejected, `"a..b"`},
		"an object in a category": {pipeline.Values{"title": text("T"), "category": pipeline.Object(nil)}, pipeline.CodeRecordRejected, `"category"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := writer().Create(c.fields)
			e := pipeline.AsError(err)
			if e == nil || e.Code != c.code || e.Class != pipeline.Permanent || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %v, want %s saying %s", err, c.code, c.says)
			}
		})
	}
	for field, current := range map[string]string{"attributes.color": `{"attributes":"a text"}`, "attributes.a.b": `{"attributes":{"a":"a text"}}`} {
		if _, err := writer().Update(pipeline.Values{field: text("x")}, parse(t, current)); err == nil {
			t.Errorf("%s was written into %s", field, current)
		}
	}
}

// What is not shown cannot be kept.
func TestImagesThatAreNotShownAreNotWritten(t *testing.T) {
	_, err := writer().Update(pipeline.Values{"images[0].url": pipeline.Text("http://a/1.jpg")}, parse(t, `{"id":"a","title":"T"}`))
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeImageSync || e.Remedy == "" {
		t.Errorf("got %v", err)
	}
}

func TestNeedsCurrent(t *testing.T) {
	v := pipeline.Bool(true)
	for name, c := range map[string]struct {
		fields pipeline.Values
		want   bool
	}{
		"a field": {pipeline.Values{"title": v}, false}, "an attribute": {pipeline.Values{"attributes.a": v}, true},
		"is_active": {pipeline.Values{"is_active": v}, true}, "with a status": {pipeline.Values{"is_active": v, "status": v}, false},
		"all attributes": {pipeline.Values{"attributes": v}, false},
	} {
		if got := product.NeedsCurrent(c.fields); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
