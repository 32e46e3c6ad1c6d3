package odoo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
)

// TestRealStockOnAShelf holds the sum of the quants against what Odoo itself computes for the warehouse, with a
// part of the stock on a shelf.
func TestRealStockOnAShelf(t *testing.T) {
	settings := realSettings(t)
	settings.Stock = &odoo.Stock{Warehouse: "WH"}
	p := realPeople(t, settings)
	s := &shop{T: t, end: open(t, settings, nil, time.Now)}
	t.Cleanup(func() { _ = s.end.Close() })
	key := s.make(pipeline.Draft{Token: fmt.Sprintf("shelf%d", time.Now().UnixNano()), Fields: pipeline.Values{
		"name": pipeline.Text("Shelf test"), "qty_available": pipeline.Int(10),
	}})[0]
	variant := p.call(t, "product.product", "search", nil, []any{[]any{"product_tmpl_id", "=", idOf(t, key)}}).([]any)[0]
	house := p.call(t, "stock.warehouse", "search_read", nil, []any{[]any{"code", "=", "WH"}}, []any{"lot_stock_id"}).([]any)[0].(map[string]any)
	shelf := p.call(t, "stock.location", "create", nil, map[string]any{
		"name": "Shelf", "location_id": house["lot_stock_id"].([]any)[0], "usage": "internal",
	})
	p.call(t, "stock.quant", "create", map[string]any{"inventory_mode": true}, map[string]any{
		"product_id": variant, "location_id": shelf, "inventory_quantity_auto_apply": 5,
	})
	for _, c := range []struct {
		set      int64
		rejected bool
		want     string
	}{{15, false, "15"}, {7, false, "7"}, {4, true, "7"}, {20, false, "20"}} {
		r := s.end.Update(t.Context(), []pipeline.Patch{{Key: key, Fields: pipeline.Values{"qty_available": pipeline.Int(c.set)}}})[0]
		if rejected := r.Err != nil && pipeline.AsError(r.Err).Code == pipeline.CodeStockRejected; rejected != c.rejected || !rejected && r.Err != nil {
			t.Errorf("%d: %v", c.set, r.Err)
		}
		rows := p.call(t, "product.template", "read", map[string]any{"warehouse": house["id"], "warehouse_id": house["id"]}, []any{idOf(t, key)}, []any{"qty_available"})
		own := rows.([]any)[0].(map[string]any)["qty_available"]
		if got := s.quantity(key); got != c.want || fmt.Sprint(own) != c.want {
			t.Errorf("after %d the endpoint reads %s and Odoo %v, want %s", c.set, got, own, c.want)
		}
	}
}

// TestRealStockFigures compares a batch of counts with a bare client's.
func TestRealStockFigures(t *testing.T) {
	settings := realSettings(t)
	settings.Stock = &odoo.Stock{Warehouse: "WH"}
	p := realPeople(t, settings)
	s := &shop{T: t, end: open(t, settings, nil, time.Now)}
	t.Cleanup(func() { _ = s.end.Close() })
	const n = 200
	var drafts []pipeline.Draft
	for i := range n {
		drafts = append(drafts, pipeline.Draft{Token: fmt.Sprintf("f%d_%d", time.Now().UnixNano(), i), Fields: pipeline.Values{
			"name": pipeline.Text("Figures"), "qty_available": pipeline.Int(3),
		}})
	}
	keys := s.make(drafts...)
	ids := make([]any, n)
	for i, key := range keys {
		ids[i] = idOf(t, key)
	}
	variants := p.call(t, "product.product", "search", nil, []any{[]any{"product_tmpl_id", "in", ids}}).([]any)
	var took [2]time.Duration
	for round := range int64(4) {
		start := time.Now()
		quants := make([]any, n)
		for i, v := range variants {
			quants[i] = map[string]any{"product_id": v, "location_id": 8, "inventory_quantity_auto_apply": 10 + round*2}
		}
		p.call(t, "stock.quant", "create", map[string]any{"inventory_mode": true, "tracking_disable": true}, quants)
		took[0] += time.Since(start)
		start = time.Now()
		patches := make([]pipeline.Patch, n)
		for i, key := range keys {
			patches[i] = pipeline.Patch{Key: key, Fields: pipeline.Values{"qty_available": pipeline.Int(11 + round*2)}}
		}
		for _, r := range s.end.Update(t.Context(), patches) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
		took[1] += time.Since(start)
	}
	t.Logf("%d counts: bare %v, endpoint with its looks and read back %v, %.2f times", 4*n, took[0], took[1], took[1].Seconds()/took[0].Seconds())
}

// TestRealStockOfLots holds what is said of lots against a real Odoo: from 19 on a product with lots is counted
// without one, beside what lies in its lots; before, a count of it is refused here, since Odoo would take it and set
// nothing.
func TestRealStockOfLots(t *testing.T) {
	settings := realSettings(t)
	settings.Stock = &odoo.Stock{Warehouse: "WH"}
	p := realPeople(t, settings)
	s := &shop{T: t, end: open(t, settings, nil, time.Now)}
	t.Cleanup(func() { _ = s.end.Close() })
	for _, tracking := range []string{"lot", "serial"} {
		key := s.make(pipeline.Draft{Token: fmt.Sprintf("%s%d", tracking, time.Now().UnixNano()), Fields: pipeline.Values{"name": pipeline.Text("Tracked by " + tracking)}})[0]
		p.call(t, "product.template", "write", nil, []any{idOf(t, key)}, map[string]any{"tracking": tracking})
		variant := p.call(t, "product.product", "search", nil, []any{[]any{"product_tmpl_id", "=", idOf(t, key)}}).([]any)[0]
		house := p.call(t, "stock.warehouse", "search_read", nil, []any{[]any{"code", "=", "WH"}}, []any{"lot_stock_id"}).([]any)[0].(map[string]any)
		lot := p.call(t, "stock.lot", "create", nil, map[string]any{"name": fmt.Sprintf("L%d", time.Now().UnixNano()), "product_id": variant, "company_id": 1})
		p.call(t, "stock.quant", "create", map[string]any{"inventory_mode": true}, map[string]any{
			"product_id": variant, "location_id": house["lot_stock_id"].([]any)[0], "lot_id": lot, "inventory_quantity_auto_apply": 1,
		})
		if got := s.quantity(key); got != "1" {
			t.Errorf("%s: one piece in a lot reads as %s", tracking, got)
		}
		s.countsTracked(key, p.countsWithoutLots(t))
	}
}

// countsTracked sets the quantity of a product of which one piece lies in a lot.
func (s *shop) countsTracked(key pipeline.Key, taken bool) {
	s.Helper()
	for _, n := range []int64{5, 3} {
		r := s.set(key, n, map[int64]int64{5: 1, 3: 5}[n])
		if !taken {
			if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeStockRejected || s.quantity(key) != "1" {
				s.Errorf("got %v, and %s are there", e, s.quantity(key))
			}
			return
		}
		if r.Err != nil || !r.Record.Fields["qty_available"].Equal(pipeline.Int(n)) || s.quantity(key) != fmt.Sprint(n) {
			s.Errorf("%d became %s, read back as %v: %v", n, s.quantity(key), r.Record, r.Err)
		}
	}
	if e := pipeline.AsError(s.set(key, 0, 3).Err); e == nil || e.Code != pipeline.CodeStockRejected || s.quantity(key) != "3" {
		s.Errorf("the piece in the lot was counted away: %v, and %s are there", e, s.quantity(key))
	}
}

func (p people) countsWithoutLots(t *testing.T) bool {
	t.Helper()
	v, err := p.client.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v.Major >= 19
}
