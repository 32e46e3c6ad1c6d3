package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

const inWarehouse = `stock {
    warehouse = "WH"
  }`

// TestStock carries quantities both ways: into new products, after counts in Products Manager, and after sales
// in Odoo, the last piece included.
func TestStock(t *testing.T) {
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprintf("odoo %d", version), func(t *testing.T) {
			w := newWorld(t, settings{odoo: odoosim.Config{Version: version}, erp: inWarehouse, pipeline: `conflict { strategy = "pm" }`})
			products := made(30)
			want := map[string]float64{}
			for i, p := range products {
				p["stock_quantity"] = i % 7
				want[p["sku"].(string)] = float64(i % 7)
			}
			w.load(t, products)
			a := w.start(t)
			sync(t, a, true)
			w.holdStock(t, "after the first load", want)
			if r := sync(t, a, false); writes(r) != 0 {
				t.Errorf("the cycle after it wrote %v", r.Writes)
			}
			people := w.sim.As(odoosim.ShopLogin)
			ids := w.idsInOdoo()

			w.editStock(t, "T-00001", 40)
			w.editStock(t, "T-00003", 0)
			for sku, n := range map[string]float64{"T-00002": 1, "T-00005": 5, "T-00006": 8} {
				if err := people.Sell("WH", ids[sku], n); err != nil {
					t.Fatal(err)
				}
				want[sku] -= n
			}
			want["T-00001"], want["T-00003"] = 40, 0
			if err := w.sim.Tidy(); err != nil { // Odoo deletes quants at zero
				t.Fatal(err)
			}
			if r := sync(t, a, false); r.Writes["pm"].Total() != 3 || r.Writes["erp"].Total() != 2 {
				t.Errorf("five quantities changed, written was %v", r.Writes)
			}
			w.holdStock(t, "after counts and sales", want)
			for _, full := range []bool{false, true} {
				if r := sync(t, a, full); writes(r) != 0 {
					t.Errorf("a cycle after it (full %v) wrote %v", full, r.Writes)
				}
			}
		})
	}
}

// TestSoldInBetween sells in Odoo while a cycle is about to write the count of Products Manager: at each of
// the last looks before the write. The sale is never overwritten; the next cycle finds two edits.
func TestSoldInBetween(t *testing.T) {
	var look, sellAt atomic.Int64
	var sell func()
	w := newWorld(t, settings{erp: inWarehouse, before: func(body string) {
		if strings.Contains(body, "stock.quant") && strings.Contains(body, "reserved_quantity") {
			if look.Add(1) == sellAt.Load() {
				sell()
			}
		}
	}})
	products := made(1)
	products[0]["stock_quantity"] = 7
	w.load(t, products)
	a := w.start(t)
	sync(t, a, true)
	id := w.idsInOdoo()["T-00000"]
	sold := 0
	sell = func() {
		sold++
		if err := w.sim.As(odoosim.ShopLogin).Sell("WH", id, 3); err != nil {
			t.Error(err)
		}
	}
	// The looks of a cycle: of detection, the merge, the write stage, the endpoint before it begins, and
	// right before it sends. The seventh reads back.
	for _, at := range []int64{1, 2, 3, 4, 5, 6} {
		sync(t, a, false)
		w.editStock(t, "T-00000", 20)
		sync(t, a, false)
		before := w.sim.Stock(id)
		if before != 20 {
			t.Fatalf("%v are in Odoo, want 20", before)
		}
		w.editStock(t, "T-00000", 50)
		look.Store(0)
		sellAt.Store(at)
		r := sync(t, a, false)
		sellAt.Store(0)
		if got := w.sim.Stock(id); got != 17 || r.Writes["erp"].Total() != 0 {
			t.Errorf("a sale at look %d was overwritten: %v are left, want 17; %d sold, %d looks, writes %v", at, got, sold, look.Load(), r.Writes)
		}
		if r := sync(t, a, false); r.Conflicts.Pending != 1 || w.sim.Stock(id) != 17 {
			t.Errorf("the cycle after it found %+v, and %v are left", r.Conflicts, w.sim.Stock(id))
		}
		w.editStock(t, "T-00000", 17) // both hold the same again
	}
}

// TestHalfAPiece carries a quantity that Products Manager holds in whole numbers only: it is rounded there, stays
// as it is in Odoo, and goes to and fro no further.
func TestHalfAPiece(t *testing.T) {
	w := newWorld(t, settings{erp: inWarehouse})
	products := made(1)
	products[0]["stock_quantity"] = 7
	w.load(t, products)
	a := w.start(t)
	sync(t, a, true)
	id := w.idsInOdoo()["T-00000"]
	if err := w.sim.As(odoosim.ShopLogin).Sell("WH", id, 4.5); err != nil {
		t.Fatal(err)
	}
	sync(t, a, false)
	for _, full := range []bool{false, true} {
		if r := sync(t, a, full); writes(r) != 0 {
			t.Errorf("a cycle after it (full %v) wrote %v", full, r.Writes)
		}
	}
	if pm := w.pm.Products()[0].Text("stock_quantity"); pm != "3" || w.sim.Stock(id) != 2.5 {
		t.Errorf("Products Manager has %s, Odoo %v", pm, w.sim.Stock(id))
	}
}

// TestInvariant9EmptiedWarehouse stops a cycle that would set many quantities to zero.
func TestInvariant9EmptiedWarehouse(t *testing.T) {
	w := newWorld(t, settings{erp: inWarehouse})
	products := made(25)
	want := map[string]float64{}
	for _, p := range products {
		p["stock_quantity"] = 7
		want[p["sku"].(string)] = 7
	}
	w.load(t, products)
	a := w.start(t)
	sync(t, a, true)
	for i := range 10 {
		w.editStock(t, fmt.Sprintf("T-%05d", i), 0)
	}
	reports, err := a.Sync(t.Context(), web.SyncRequest{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := reports[0]; r.BrakedBy == nil || *r.BrakedBy != pipeline.BrakeZeroedStock || writes(r) != 0 {
		t.Errorf("the cycle was not stopped: %+v", r)
	}
	for sku, id := range w.idsInOdoo() {
		if got := w.sim.Stock(id); got != want[sku] {
			t.Errorf("%s has %v", sku, got)
		}
	}
}

// holdStock compares the quantities of both sides with want, by SKU.
func (w *world) holdStock(t *testing.T, when string, want map[string]float64) {
	t.Helper()
	odoo, pm := map[string]float64{}, map[string]float64{}
	for sku, id := range w.idsInOdoo() {
		odoo[sku] = w.sim.Stock(id)
	}
	for _, p := range w.pm.Products() {
		n, err := json.Number(p.Text("stock_quantity")).Float64()
		if err != nil {
			t.Errorf("the stock of %s is %q", p.Text("sku"), p.Text("stock_quantity"))
		}
		pm[p.Text("sku")] = n
	}
	for side, got := range map[string]map[string]float64{"Odoo": odoo, "Products Manager": pm} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", when, side, diff)
		}
	}
}

// idsInOdoo returns the templates that have a SKU.
func (w *world) idsInOdoo() map[string]int64 {
	ids := map[string]int64{}
	for _, p := range w.sim.Products() {
		if p.SKU != "" {
			ids[p.SKU] = p.ID
		}
	}
	return ids
}

// editStock counts a product in Products Manager.
func (w *world) editStock(t *testing.T, sku string, n int) {
	t.Helper()
	for _, p := range w.pm.Products() {
		if p.Text("sku") != sku {
			continue
		}
		if _, err := w.pm.Edit(p.ID, pmsim.Fields{"stock_quantity": n}); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("Products Manager has no %s", sku)
}

// proxied returns an address that leads to another one, calling before with the body of each request.
func proxied(t *testing.T, to string, before func(body string)) string {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		before(string(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL
}
