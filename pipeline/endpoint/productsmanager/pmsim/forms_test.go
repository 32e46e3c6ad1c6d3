package pmsim

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestForms(t *testing.T) {
	category := "Food / Tea"
	tests := []struct {
		name   string
		config Config
		want   map[string]any // of these fields; absent is the value of a field that must not be there
	}{
		{"plain", Config{}, map[string]any{
			"name": "Tea", "title": absent, "price": json.Number("2.5"), "weight": json.Number("0.25"), "stock_quantity": json.Number("7"),
			"brand": "Leaf", "category": category, "category_id": absent, "images": []any{"http://a/1.jpg", "http://a/2.jpg"},
			"updated_at": "2026-11-24T15:00:00Z",
		}},
		{"numbers as strings", Config{NumberStrings: true}, map[string]any{
			"price": "2.5", "weight": "0.250", "tax_rate": "20.00", "stock_quantity": json.Number("7"), "cost_price": nil, "x_n": json.Number("1.50"),
		}},
		{"images as objects", Config{ImageObjects: true}, map[string]any{"images": []any{
			map[string]any{"url": "http://a/1.jpg", "is_primary": true}, map[string]any{"url": "http://a/2.jpg", "is_primary": false},
		}}},
		{"other names", Config{Names: map[string]string{
			"title": "title", "stock_quantity": "stock", "ean": "barcode", "sku": "manufacturer_reference", "brand": "brand_name",
		}}, map[string]any{
			"title": "Tea", "name": absent, "stock": json.Number("7"), "stock_quantity": absent, "barcode": "0000012345670", "ean": absent,
			"manufacturer_reference": "T-1", "sku": absent, "brand_name": "Leaf", "brand": absent,
		}},
		{"brand as an object", Config{BrandObject: true}, map[string]any{"brand": map[string]any{"name": "Leaf"}}},
		{"category by id", Config{Category: CategoryIDs}, map[string]any{"category": absent, "category_id": "ID", "category_name": "Tea"}},
		{"category as an object", Config{Category: CategoryObject}, map[string]any{
			"category": map[string]any{"id": "ID", "name": "Tea"}, "category_id": absent,
		}},
		{"category in all forms", Config{Category: CategoryAll}, map[string]any{"category": category, "category_id": "ID", "category_name": "Tea"}},
		{"microseconds", Config{Microseconds: true}, map[string]any{"updated_at": "2026-11-24T15:00:00.123456Z"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clk := newClock()
			clk.advance(123456789 * time.Nanosecond)
			test.config.Now, test.config.Images = clk.Now, ImagesKept
			s, c := start(t, test.config)
			made := c.do("POST", "/products", map[string]any{
				"title": "Tea", "sku": "T-1", "ean": "12345670", "price": "2.50", "weight": 0.25, "stock": 7, "brand": "Leaf", "category": category,
				"images": []string{"http://a/1.jpg", "http://a/2.jpg"}, "x_n": json.Number("1.50"),
			}, 201)
			listed := c.do("GET", "/products", nil, 200)
			id := s.CategoryID(category)
			for where, got := range map[string]any{"answer": made.body, "item": listed.at("items", 0)} {
				object, _ := got.(map[string]any)
				for field, want := range test.want {
					value, there := object[field]
					if !there {
						value = absent
					}
					if diff := cmp.Diff(withID(want, id), value); diff != "" {
						t.Errorf("%s, %s (-want +got):\n%s", where, field, diff)
					}
				}
			}
		})
	}
}

const absent = "ABSENT"

// withID puts a category's id where a wanted value says "ID".
func withID(want any, id string) any {
	if o, ok := want.(map[string]any); ok && o["id"] == "ID" {
		return map[string]any{"id": id, "name": o["name"]}
	}
	if want == "ID" {
		return id
	}
	return want
}

func TestSummaryItems(t *testing.T) {
	clk := newClock()
	_, c := start(t, Config{Now: clk.Now, SummaryItems: true})
	made := c.do("POST", "/products", map[string]any{"name": "Tea", "description": "green", "x_n": 1}, 201).object()
	got := c.do("GET", "/products", nil, 200).at("items", 0)
	want := map[string]any{"category": nil}
	for _, field := range []string{"id", "name", "sku", "ean", "brand", "price", "stock_quantity", "status", "created_at", "updated_at"} {
		want[field] = made[field]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if made["description"] != "green" {
		t.Error("a single product lacks its description")
	}
}

func TestCategories(t *testing.T) {
	s, c := start(t, Config{})
	if _, err := s.AddCategory("Food / Tea"); err != nil {
		t.Fatal(err)
	}
	got := c.do("GET", "/categories", nil, 200)
	food := s.CategoryID("Food")
	want := []any{
		map[string]any{"id": food, "name": "Food", "slug": "food", "parent_id": nil, "is_active": true},
		map[string]any{"id": s.CategoryID("Food / Tea"), "name": "Tea", "slug": "food-tea", "parent_id": food, "is_active": true},
	}
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, c = start(t, Config{CategoriesIn: "items"})
	if got := c.do("GET", "/categories", nil, 200).at("items"); got == nil {
		t.Error("no list under items")
	}
	c.do("POST", "/products", map[string]any{"name": "x", "category_id": "nowhere"}, 422)
}

func TestOtherPaths(t *testing.T) {
	s, c := start(t, Config{OdooSync: true})
	if got := c.do("GET", "/odoo/status", nil, 200).at("is_active"); got != true {
		t.Errorf("Odoo's synchronization is %v", got)
	}
	if got, _ := c.do("GET", "/odoo/schedules", nil, 200).body.([]any); len(got) != 1 {
		t.Errorf("schedules: %v", got)
	}
	c.do("GET", "/nothing", nil, 404)
	if got := c.do("PATCH", "/products", nil, 405); got.header.Get("Allow") == "" {
		t.Error("a 405 that does not say what is allowed")
	}
	if n := s.Counts().Requests["GET /nothing"]; n != 1 {
		t.Errorf("%d requests for /nothing", n)
	}
	s.ResetCounts()
	if n := s.Counts().Total(); n != 0 {
		t.Errorf("%d requests after a reset", n)
	}

	c.url, c.token = c.url[:len(c.url)-len(BasePath)], ""
	if got := c.do("GET", "/health", nil, 200).at("status"); got != "healthy" {
		t.Errorf("health: %v", got)
	}
}

func TestHeaders(t *testing.T) {
	clk := newClock()
	s, c := start(t, Config{Now: clk.Now})
	fill(t, s, clk, 20)
	clk.advance(90 * time.Minute)
	c.head.Set("X-Correlation-ID", "mine")
	c.head.Set("Accept-Encoding", "gzip") // by hand, so that the client leaves the answer as it is
	got := c.do("GET", "/products", nil, 200)
	if got.header.Get("Content-Encoding") != "gzip" || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("header %v", got.header)
	}
	if date := got.header.Get("Date"); date != clk.now.Format("Mon, 02 Jan 2006 15:04:05 GMT") {
		t.Errorf("Date: %s, the server's clock says %s", date, clk.now)
	}
	if got.header.Get("X-Request-ID") == "" || got.header.Get("X-Correlation-ID") != "mine" {
		t.Errorf("ids: %v", got.header)
	}
	if got := c.do("GET", "/odoo/status", nil, 200); got.header.Get("Content-Encoding") != "" {
		t.Error("a short answer is compressed")
	}
}
