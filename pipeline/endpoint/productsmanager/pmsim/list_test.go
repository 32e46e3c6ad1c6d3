package pmsim

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fill makes n products, a second apart, named p0001, p0002, …
func fill(t testing.TB, s *Server, clk *clock, n int) []string {
	t.Helper()
	ids := make([]string, n)
	for i := range n {
		clk.advance(time.Second)
		p, err := s.Create(Fields{"title": fmt.Sprintf("p%04d", i+1), "sku": fmt.Sprintf("S%04d", i+1), "price": i})
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = p.ID
	}
	return ids
}

func TestEnvelopes(t *testing.T) {
	n := func(i int) json.Number { return json.Number(fmt.Sprint(i)) }
	const items = "ITEMS" // stands for the list, which is looked at by itself
	flat := func(list, size, pages string) map[string]any {
		return map[string]any{list: items, "total": n(5), "page": n(2), size: n(2), pages: n(3)}
	}
	success := func(data any) map[string]any {
		return map[string]any{"success": true, "code": n(200), "message": "OK", "count": n(2), "data": data}
	}
	whole := map[string]any{"items": items, "meta": map[string]any{
		"total": n(5), "page": n(2), "per_page": n(2), "total_pages": n(3), "has_next": true, "has_previous": true,
	}}
	tests := []struct {
		envelope Envelope
		path     []any // of the list
		want     any
	}{
		{0, []any{"items"}, whole},
		{1, []any{"data"}, map[string]any{"data": items, "meta": map[string]any{
			"total": n(5), "page": n(2), "per_page": n(2), "total_pages": n(3),
		}}},
		{2, []any{"items"}, whole},
		{3, []any{"items"}, flat("items", "per_page", "pages")},
		{4, []any{"items"}, flat("items", "page_size", "total_pages")},
		{5, []any{"data", "items"}, map[string]any{"status": "success", "data": flat("items", "page_size", "total_pages")}},
		{6, []any{"data", "products"}, success(flat("products", "limit", "pages"))},
		{7, nil, items},
		{EnvelopeWindevList, []any{"data"}, success(items)},
		{EnvelopeResults, []any{"results"}, map[string]any{"results": items, "count": n(5)}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.envelope), func(t *testing.T) {
			clk := newClock()
			s, c := start(t, Config{Now: clk.Now, Envelope: test.envelope})
			ids := fill(t, s, clk, 5)
			got := c.do("GET", "/products?page=2&per_page=2&sort_by=created_at&order=asc", nil, 200)
			var names []any
			for i := range 2 {
				names = append(names, got.at(append(test.path, i, "name")...))
			}
			if diff := cmp.Diff([]any{"p0003", "p0004"}, names); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, replaced(got.body, test.path, items)); diff != "" {
				t.Errorf("envelope (-want +got):\n%s", diff)
			}
			one := c.do("GET", "/products/"+ids[0], nil, 200)
			object := map[bool]any{false: one.at("id"), true: one.at("data", "id")}[test.envelope == 5 || test.envelope == 6 || test.envelope == EnvelopeWindevList]
			if object != ids[0] {
				t.Errorf("one product: %s", one.raw)
			}
		})
	}
}

// replaced returns v with what is at path replaced.
func replaced(v any, path []any, by any) any {
	if len(path) == 0 {
		return by
	}
	o, _ := v.(map[string]any)
	key, _ := path[0].(string)
	o[key] = replaced(o[key], path[1:], by)
	return o
}

func TestPages(t *testing.T) {
	clk := newClock()
	s, c := start(t, Config{Now: clk.Now})
	fill(t, s, clk, 130)
	tests := []struct {
		query             string
		items, size, next any
	}{
		{"", 20, "20", true},
		{"per_page=500", 100, "100", true}, // cut to 100, and that is what is told
		{"per_page=500&page=2", 30, "100", false},
		{"page_size=50", 50, "50", true},
		{"page_size=50&per_page=60", 60, "60", true},
		{"page=99", 0, "20", false},
		{"unknown=1", 20, "20", true},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			got := c.do("GET", "/products?"+test.query, nil, 200)
			list, _ := got.at("items").([]any)
			size, _ := got.at("meta", "per_page").(json.Number)
			if len(list) != test.items || size.String() != test.size || got.at("meta", "has_next") != test.next {
				t.Errorf("%d items, size %s, has_next %v; want %v, %v, %v", len(list), size, got.at("meta", "has_next"), test.items, test.size, test.next)
			}
		})
	}
	for _, bad := range []string{"page=0", "page=x", "per_page=0", "page=99999999999", "sort_by=weight", "order=up", "price_min=x"} {
		c.do("GET", "/products?"+bad, nil, 422)
	}
}

func TestListParameters(t *testing.T) {
	clk := newClock()
	s, c := start(t, Config{Now: clk.Now, MaxPageSize: 7})
	ids := fill(t, s, clk, 10)
	clk.advance(time.Second)
	if _, err := s.Edit(ids[2], Fields{"status": "draft", "stock": 5}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"sort_by=updated_at&order=desc":          "p0003",
		"sort_by=updated_at&order=asc":           "p0001",
		"sort_by=created_at&order=desc":          "p0010",
		"sort_by=name&order=desc":                "p0010",
		"sort_by=stock&order=desc":               "p0003",
		"sort_by=price&order=asc&price_min=3.5":  "p0005",
		"status=draft":                           "p0003",
		"search=s0007":                           "p0007",
		"search=s0007&status=draft":              "",
		"sort_by=price&order=desc&price_max=5.5": "p0006",
	} {
		got := c.do("GET", "/products?per_page=7&"+query, nil, 200)
		if first, _ := got.at("items", 0, "name").(string); first != want {
			t.Errorf("%s: first is %q, want %q", query, first, want)
		}
	}
}

// TestPagingUnderEdits pages through everything while others edit.
func TestPagingUnderEdits(t *testing.T) {
	s, c := start(t, Config{Microseconds: true})
	ids := fill(t, s, newClock(), 500)

	t.Run("by creation every product comes once", func(t *testing.T) {
		stop := keepEditing(t, s, ids)
		seen := c.readAll("sort_by=created_at&order=asc")
		stop()
		for _, id := range ids {
			if seen[id] != 1 {
				t.Errorf("product %s came %d times", id, seen[id])
			}
		}
	})

	t.Run("by modification only what moved meanwhile can be missed", func(t *testing.T) {
		began := time.Now().UTC().Truncate(time.Microsecond)
		stop := keepEditing(t, s, ids)
		seen := c.readAll("sort_by=updated_at&order=desc")
		stop()
		for _, p := range s.Products() {
			if seen[p.ID] == 0 && p.UpdatedAt.Before(began) {
				t.Errorf("product %s did not come, and it was last edited at %s", p.ID, p.UpdatedAt)
			}
		}
	})
}

// keepEditing edits one product after the other until stop is called.
func keepEditing(t *testing.T, s *Server, ids []string) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			if _, err := s.Edit(ids[i*7%len(ids)], Fields{"price": i}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// readAll reads all pages of a list and tells how often each product came.
func (c *client) readAll(order string) map[string]int {
	c.t.Helper()
	seen := map[string]int{}
	for page := 1; ; page++ {
		got := c.do("GET", fmt.Sprintf("/products?per_page=50&page=%d&%s", page, order), nil, 200)
		list, _ := got.at("items").([]any)
		for i := range list {
			id, _ := got.at("items", i, "id").(string)
			seen[id]++
		}
		if got.at("meta", "has_next") != true {
			return seen
		}
	}
}
