package productsmanager_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// surface sets the API of a source.
func surface(api string) func(*productsmanager.Settings) {
	return func(s *productsmanager.Settings) { s.API = api }
}

// publicFields are what `public` has. It knows no SKU; the suite takes the brand for one.
func publicFields() endpointtest.Fields {
	return endpointtest.Fields{
		Title: "title", SKU: "brand", EAN: "ean", Description: "description", Price: "price",
		Category: "category", Active: "is_active", Custom: "attributes.color", Stock: "stock_quantity",
	}
}

func windevFields() endpointtest.Fields {
	return endpointtest.Fields{
		Title: "title", SKU: "sku", EAN: "ean", Description: "description", Price: "price",
		Weight: "weight", Category: "category", Active: "is_active", Custom: "attributes.color", Stock: "stock_quantity",
		Image: mainImage,
	}
}

// TestConformanceOfSurfaces runs the contract's suite on the surfaces whose products are called by EAN.
func TestConformanceOfSurfaces(t *testing.T) {
	for name, c := range map[string]struct {
		api    string
		fields endpointtest.Fields
		config pmsim.Config
	}{
		"public":         {"public", publicFields(), pmsim.Config{Public: true}},
		"public, by PUT": {"public", publicFields(), pmsim.Config{Public: true, PublicPut: true, NumberStrings: true}},
		"windev":         {"windev", windevFields(), pmsim.Config{}},
		"windev, as it is least kind": {"windev", windevFields(), pmsim.Config{
			SoftErrors: true, SinceExclusive: true, BatchTouches: true, MaxPageSize: 7, SummaryItems: true, NumberStrings: true,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Separator = "/"
			s := newShop(t, c.config)
			h := endpointtest.Harness{
				Open: func(t *testing.T) pipeline.Endpoint {
					return s.open(t, func(set *productsmanager.Settings) { inside(set); surface(c.api)(set) })
				},
				Serve: newStore(t).serve, EditImage: s.editImage,
				Fields:    c.fields,
				UniqueEAN: true, KeyedByEAN: true, FindsRepeats: true,
				Now: s.clock.now, Wait: s.clock.advance,
				CountCategories: s.countCategories,
			}
			if c.api == "windev" {
				h.Delete = s.trash
			}
			endpointtest.Run(t, h)
		})
	}
}

// trash deletes a product as shop staff do.
func (s *shop) trash(t *testing.T, ean pipeline.Key) {
	t.Helper()
	id, err := s.ByEAN(string(ean))
	if err == nil {
		err = s.Trash(id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// drafts returns n drafts, each with an EAN and a SKU of its own.
func drafts(s *shop, n int) []pipeline.Draft {
	list := make([]pipeline.Draft, n)
	for i := range list {
		list[i] = pipeline.Draft{
			Token: fmt.Sprintf("t_%d", i), Since: s.clock.now(), Match: []string{"sku", "ean"},
			Fields: pipeline.Values{
				"title": pipeline.Text(fmt.Sprintf("Lamp %d", i)), "sku": pipeline.Text(fmt.Sprintf("L-%d", i)),
				"ean": pipeline.Text(fmt.Sprintf("2%012d", i)), "price": pipeline.Int(10),
			},
		}
	}
	return list
}

func made(t *testing.T, end pipeline.Endpoint, list []pipeline.Draft) []pipeline.Key {
	t.Helper()
	keys := make([]pipeline.Key, len(list))
	for i, r := range end.Create(t.Context(), list) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		keys[i] = r.Key
	}
	return keys
}

// A batch of windev is one request, and what it wrote is read back from one list. The cost stays out of it.
func TestWindevWritesInBatches(t *testing.T) {
	s := newShop(t, pmsim.Config{BatchTouches: true})
	end := s.open(t, surface("windev"))
	keys := made(t, end, drafts(s, 40))
	if got := s.requests(); got["sync"] != 1 || got["create"] != 0 || got["get"] != 80 {
		t.Errorf("40 creations took %v, want one sync and a look for each EAN and each reference", got)
	}
	for _, p := range s.Products() {
		if _, err := s.Edit(p.ID, pmsim.Fields{"cost_price": 4}); err != nil {
			t.Fatal(err)
		}
	}
	for field, route := range map[string]string{"price": "POST /windev/prices/update", "stock_quantity": "POST /windev/stock/update"} {
		patches := make([]pipeline.Patch, len(keys))
		for i, key := range keys {
			patches[i] = pipeline.Patch{Key: key, Fields: pipeline.Values{field: pipeline.Int(int64(20 + i))}}
		}
		s.clock.advance(5 * time.Second)
		for i, r := range end.Update(t.Context(), patches) {
			if r.Err != nil || r.Key != keys[i] || !r.Record.Fields[field].Equal(patches[i].Fields[field]) {
				t.Errorf("%s of %s: %+v", field, keys[i], r)
			}
		}
		if got := s.requests(); got["sync"] != 1 || got["update"] != 0 || got["get"] != 0 || s.Counts().Requests[route] != 1 {
			t.Errorf("40 times %s took %v, want one batch and no read of single products", field, got)
		}
	}
	for i, p := range s.Products() {
		if p.Text("price") != fmt.Sprint(20+i) || p.Text("stock_quantity") != fmt.Sprint(20+i) || p.Text("cost_price") != "4" {
			t.Errorf("%s became %v", p.Text("sku"), p.Fields)
		}
	}
}

// Each item of a batch succeeds or fails by itself, also when HTTP 200 tells of it.
func TestWindevBatchFailsInPart(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, surface("windev"))
	keys := made(t, end, drafts(s, 4))
	s.trash(t, keys[3])
	s.Inject(pmsim.Fault{Kind: pmsim.FaultPartialBatch, Path: "/windev/prices/update"})
	var patches []pipeline.Patch
	for _, key := range keys {
		patches = append(patches, pipeline.Patch{Key: key, Fields: pipeline.Values{"price": pipeline.Int(12)}})
	}
	var got []pipeline.Code
	for _, r := range end.Update(t.Context(), patches) {
		var code pipeline.Code
		if r.Err != nil {
			code = pipeline.AsError(r.Err).Code
		}
		got = append(got, code)
	}
	want := []pipeline.Code{"", pipeline.CodeRecordRejected, "", pipeline.CodeRecordGone}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The batch of windev writes to a product that has the EAN or the reference already: nothing of the kind
// may be sent.
func TestWindevCreatesOverNothing(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, surface("windev"))
	if _, err := s.Create(pmsim.Fields{"title": "Chair", "sku": "L-1", "ean": "4000000000006", "is_active": false}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(pmsim.Fields{"title": "Table", "ean": "2000000000002"}); err != nil {
		t.Fatal(err)
	}
	s.clock.advance(time.Hour)
	list := drafts(s, 5)
	list[4].Fields["sku"] = pipeline.Text("L-3") // of another draft
	receipts := end.Create(t.Context(), list)
	for i, duplicate := range []bool{false, true, true, false, true} {
		err := pipeline.AsError(receipts[i].Err)
		if (err != nil) != duplicate || (duplicate && (err.Code != pipeline.CodeDuplicate || err.Class != pipeline.Permanent)) {
			t.Errorf("draft %d: %v, want a duplicate: %t", i, receipts[i].Err, duplicate)
		}
	}
	var titles []string
	for _, p := range s.Products() {
		titles = append(titles, p.Text("title"))
	}
	if diff := cmp.Diff([]string{"Chair", "Table", "Lamp 0", "Lamp 3"}, titles); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A batch whose answer is lost is found product by product.
func TestWindevSettlesLostBatches(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, surface("windev"))
	s.Inject(pmsim.Fault{Kind: pmsim.FaultResetAfter, Path: "/windev/products/sync"})
	list := drafts(s, 3)
	for i, r := range end.Create(t.Context(), list[:2]) {
		if err := pipeline.AsError(r.Err); err == nil || !err.MaybeDone {
			t.Errorf("draft %d: %v, want an outcome in doubt", i, r.Err)
		}
	}
	got, err := s.open(t, surface("windev")).Settle(t.Context(), list)
	if diff := cmp.Diff([]pipeline.Key{"2000000000000", "2000000000001", ""}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	made(t, end, list)
	if n := s.Len(); n != 3 {
		t.Errorf("there are %d products", n)
	}
}

// An inactive product is in no list; whoever knows it gets it all the same.
func TestWindevShowsInactiveProductsOnly(t *testing.T) {
	for since, listed := range map[bool]int{false: 2, true: 1} {
		s := newShop(t, pmsim.Config{SinceActiveOnly: since})
		end := s.open(t, surface("windev"))
		keys := made(t, end, drafts(s, 2))
		if r := end.Remove(t.Context(), keys[:1], pipeline.Archive)[0]; r.Err != nil {
			t.Fatal(r.Err)
		}
		if n := s.Counts().Requests["POST /windev/products/{ref}/deactivate"]; n != 1 {
			t.Errorf("deactivate was called %d times", n)
		}
		n := 0
		_, err := end.List(t.Context(), []string{"title"}, func(batch []pipeline.Change) error { n += len(batch); return nil })
		if err != nil || n != listed {
			t.Errorf("List gave %d products (%v), want %d", n, err, listed)
		}
		records, err := end.Fetch(t.Context(), keys, []string{"is_active"})
		if err != nil || len(records) != 2 {
			t.Errorf("Fetch gave %v (%v)", records, err)
		}
	}
}

// The EAN is the key: it is not changed, and what has none is left out.
func TestSurfacesByEAN(t *testing.T) {
	for _, api := range []string{"public", "windev"} {
		s := newShop(t, pmsim.Config{Public: true})
		end := s.open(t, surface(api))
		for _, f := range []pmsim.Fields{{"title": "without"}, {"title": "with", "ean": "12345670"}} {
			if _, err := s.Create(f); err != nil {
				t.Fatal(err)
			}
		}
		var keys []pipeline.Key
		_, err := end.List(t.Context(), []string{"title"}, func(batch []pipeline.Change) error {
			for _, c := range batch {
				keys = append(keys, c.Key)
			}
			return nil
		})
		if diff := cmp.Diff([]pipeline.Key{"0000012345670"}, keys); diff != "" || err != nil {
			t.Fatalf("%s: %v (-want +got)\n%s", api, err, diff)
		}
		r := end.Update(t.Context(), []pipeline.Patch{
			{Key: keys[0], Fields: pipeline.Values{"ean": pipeline.Text("12345670"), "title": pipeline.Text("same")}},
			{Key: keys[0], Fields: pipeline.Values{"ean": pipeline.Text("4000000000006")}},
		})
		if r[0].Err != nil || pipeline.AsError(r[1].Err) == nil || pipeline.AsError(r[1].Err).Code != pipeline.CodeRecordRejected {
			t.Errorf("%s: %v, %v", api, r[0].Err, r[1].Err)
		}
		records, err := end.Find(t.Context(), "ean", []pipeline.Value{pipeline.Text("12345670")}, []string{"title"})
		if err != nil || len(records) != 1 || records[0].Key != keys[0] {
			t.Errorf("%s: Find gave %v (%v)", api, records, err)
		}
		about, err := end.Describe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		cost, known := about.Schema.Lookup("cost_price")
		if writable := known && !cost.ReadOnly; writable {
			t.Errorf("%s: the cost can be written", api)
		}
	}
}

// The verb is learned once.
func TestPublicLearnsItsVerb(t *testing.T) {
	s := newShop(t, pmsim.Config{Public: true, PublicPut: true})
	end := s.open(t, surface("public"))
	list := drafts(s, 1)
	delete(list[0].Fields, "sku")
	key := made(t, end, list)[0]
	for range 3 {
		r := end.Update(t.Context(), []pipeline.Patch{{Key: key, Fields: pipeline.Values{"title": pipeline.Text("Torch")}}})
		if r[0].Err != nil {
			t.Fatal(r[0].Err)
		}
	}
	got := s.Counts().Requests
	if got["PUT /products/{ean}"] != 3 || got["PATCH /products/"+string(key)] != 1 {
		t.Errorf("sent %v", got)
	}
}

// A key without the scope says which one is missing.
func TestWindevScopes(t *testing.T) {
	s := newShop(t, pmsim.Config{APIKeys: []pmsim.APIKey{{Key: pmsim.DefaultAPIKey, Scopes: []string{"windev:read"}}}})
	end := s.open(t, surface("windev"))
	if _, err := end.Describe(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := pipeline.AsError(end.Create(t.Context(), drafts(s, 1))[0].Err)
	if err == nil || err.Code != pipeline.CodeAccessDenied || !strings.Contains(err.Message, "windev:sync") {
		t.Errorf("got %v", err)
	}
}
