package pmsim

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPublic(t *testing.T) {
	_, c := start(t, Config{Public: true})
	c.do("POST", "/products", Fields{"title": "no EAN"}, 422)
	made := c.do("POST", "/products", Fields{"title": "a", "ean": "12345670", "stock": 3, "sku": "A", "cost_price": 1}, 201)
	if made.at("ean") != "0000012345670" || made.at("id") != nil || made.at("sku") != nil || made.at("stock") != json.Number("3") {
		t.Errorf("made %s", made.raw)
	}
	c.do("POST", "/products", Fields{"title": "b", "ean": "12345670"}, 409)
	c.do("PUT", "/products/12345670", Fields{"title": "b"}, 405)
	c.do("PATCH", "/products/12345670", Fields{"title": "b", "status": "inactive"}, 200)
	list := c.do("GET", "/products?per_page=7", nil, 200)
	row, _ := list.at("data", 0).(map[string]any)
	if row["title"] != "b" || list.at("meta", "per_page") != json.Number("7") {
		t.Errorf("listed %s", list.raw)
	}
	for _, field := range []string{"description", "status", "id"} {
		if _, there := row[field]; there {
			t.Errorf("the list has the field %q", field)
		}
	}
	c.do("DELETE", "/products/12345670", nil, 204)
	if gone := c.do("GET", "/products/12345670", nil, 404); gone.at("error") != "not_found" {
		t.Errorf("the error is %s", gone.raw)
	}
	_, put := start(t, Config{Public: true, PublicPut: true})
	put.do("PATCH", "/products/12345670", Fields{}, 405)
}

func windev(t *testing.T, config Config) (*Server, *client, *clock) {
	clock := newClock()
	config.Now = clock.Now
	s, c := start(t, config)
	c.token = ""
	c.head.Set("X-API-Key", DefaultAPIKey)
	return s, c, clock
}

// statuses are those of a batch's rows.
func statuses(g got) []any {
	rows, _ := g.at("data").([]any)
	var list []any
	for i := range rows {
		list = append(list, g.at("data", i, "status"))
	}
	return list
}

func TestWindevBatches(t *testing.T) {
	for _, touches := range []bool{false, true} {
		s, c, clock := windev(t, Config{BatchTouches: touches})
		items := []Fields{{"ean": "12345670", "name": "a", "reference": "A", "price_ttc": 12, "price_ht": 10, "supplier_code": "S"}, {"reference": "B", "name": "b"}, {"reference": "C"}}
		got := c.do("POST", "/windev/products/sync", Fields{"items": items}, 200)
		if diff := cmp.Diff([]any{"created", "created", "error"}, statuses(got)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got.at("data", 0, "ref") != "12345670" || got.at("data", 0, "ean") != "0000012345670" || got.at("data", 1, "ref") != "B" {
			t.Errorf("answered %s", got.raw)
		}
		a := s.Find("sku", "A")[0]
		if a.Text("price") != "12" || a.Text("cost_price") != "10" {
			t.Errorf("a price without tax goes into the cost, but the product is %v", a.Fields)
		}
		got = c.do("POST", "/windev/products/sync", Fields{"items": []Fields{{"ean": "4000000000006", "reference": "B"}}}, 200)
		if b := s.Find("sku", "B")[0]; statuses(got)[0] != "updated" || b.Text("ean") != "4000000000006" || b.Text("title") != "b" {
			t.Errorf("by reference: %s, %v", got.raw, b.Fields)
		}
		clock.advance(1e10)
		got = c.do("POST", "/windev/stock/update", Fields{"items": []Fields{{"ean": "12345670", "stock": 5}, {"ean": "99999999", "stock": 1}, {"ean": "12345670"}}}, 200)
		if diff := cmp.Diff([]any{"updated", "error", "error"}, statuses(got)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		after := s.Find("sku", "A")[0]
		if moved := after.UpdatedAt.After(a.UpdatedAt); after.Text("stock_quantity") != "5" || moved != touches {
			t.Errorf("the stock is %s; updated_at moved: %t", after.Text("stock_quantity"), moved)
		}
		c.do("POST", "/windev/products/sync", Fields{"items": make([]Fields, maxSync+1)}, 422)
	}
}

func TestWindevReads(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		since  [3]json.Number // how many: from the second before the edit, from its second, from the one after
	}{
		"inclusive":       {Config{}, [3]json.Number{"2", "2", "0"}},
		"exclusive":       {Config{SinceExclusive: true}, [3]json.Number{"2", "0", "0"}},
		"active products": {Config{SinceActiveOnly: true}, [3]json.Number{"1", "1", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, client, clock := windev(t, c.config)
			for _, f := range []Fields{{"title": "a", "ean": "12345670"}, {"title": "b", "sku": "B"}} {
				if _, err := s.Create(f); err != nil {
					t.Fatal(err)
				}
			}
			client.do("POST", "/windev/products/B/deactivate", nil, 200)
			if list := client.do("GET", "/windev/products", nil, 200); list.at("data", "total") != json.Number("1") {
				t.Errorf("listed %s", list.raw)
			}
			if b := client.do("GET", "/windev/products/B", nil, 200); b.at("data", "is_active") != false || b.at("data", "name") != "b" {
				t.Errorf("B is %s", b.raw)
			}
			for i, want := range c.since {
				unix := json.Number("")
				if raw, err := json.Marshal(clock.now.Unix() + int64(i) - 1); err == nil {
					unix = json.Number(raw)
				}
				if list := client.do("GET", "/windev/products/since/"+unix.String(), nil, 200); list.at("data", "total") != want {
					t.Errorf("since %d: %s", i-1, list.raw)
				}
			}
			client.do("POST", "/windev/products/B/activate", nil, 200)
			if list := client.do("GET", "/windev/products?limit=1", nil, 200); list.at("data", "total") != json.Number("2") || list.at("data", "pages") != json.Number("2") {
				t.Errorf("listed %s", list.raw)
			}
		})
	}
}

func TestWindevScopes(t *testing.T) {
	_, c, _ := windev(t, Config{SoftErrors: true, APIKeys: []APIKey{{Key: DefaultAPIKey, Scopes: []string{scopeRead}}}})
	c.do("GET", "/windev/products", nil, 200)
	if refused := c.do("POST", "/windev/products/sync", Fields{"items": []any{}}, 200); refused.at("success") != false || refused.at("code") != json.Number("403") {
		t.Errorf("answered %s", refused.raw)
	}
	c.head.Del("X-API-Key")
	c.token = DefaultAPIKey
	if refused := c.do("GET", "/windev/products", nil, 200); refused.at("code") != json.Number("401") {
		t.Errorf("a bearer token: %s", refused.raw)
	}
}
