package odoo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func inWarehouse(code, quantity string) func(*odoosim.Config, *odoo.Settings) {
	return func(_ *odoosim.Config, s *odoo.Settings) { s.Stock = &odoo.Stock{Warehouse: code, Quantity: quantity} }
}

// Together they may lose an archived product its code, up to Odoo 17.
func TestStockOfTheArchivedIsCountedApart(t *testing.T) {
	both(t, func(s *shop) {
		key := s.make(s.drafts(1)...)[0] // an archived one
		s.server.ResetStats()
		r := s.end.Update(s.Context(), []pipeline.Patch{{Key: key, Fields: pipeline.Values{
			"name": pipeline.Text("Counted"), "qty_available": pipeline.Int(5), "active": pipeline.Bool(true),
		}}})[0]
		if r.Err != nil || !r.Alone || !r.Record.Fields["qty_available"].Equal(pipeline.Int(5)) || !r.Record.Fields["active"].AsBool() {
			s.Errorf("%+v", r)
		}
		apart := map[bool]int{true: 1}[strings.HasSuffix(s.Name(), "16")]
		if n := s.server.Stats().Requests["stock.quant.create"]; n != apart {
			s.Errorf("%d counts apart, want %d", n, apart)
		}
	}, inWarehouse("WH", ""))
}

// stocked makes a product with a stock and returns its key and its template.
func (s *shop) stocked(n int64) (pipeline.Key, int64) {
	s.Helper()
	key := s.make(pipeline.Draft{Token: fmt.Sprintf("stocked%d", n), Fields: pipeline.Values{"name": pipeline.Text("Mug"), "qty_available": pipeline.Int(n)}})[0]
	return key, idOf(s, key)
}

// set writes a quantity and returns the receipt.
func (s *shop) set(key pipeline.Key, n, presumed int64) pipeline.Receipt {
	s.Helper()
	return s.end.Update(s.Context(), []pipeline.Patch{{
		Key: key, Fields: pipeline.Values{"qty_available": pipeline.Int(n)}, Before: pipeline.Values{"qty_available": pipeline.Int(presumed)},
	}})[0]
}

func (s *shop) quantity(key pipeline.Key) string {
	s.Helper()
	records, err := s.end.Fetch(s.Context(), []pipeline.Key{key}, []string{"qty_available"})
	if err != nil || len(records) != 1 {
		s.Fatalf("Fetch: %v %v", records, err)
	}
	return records[0].Fields["qty_available"].String()
}

func TestWarehouseIsNamed(t *testing.T) {
	for _, c := range []struct {
		code   string
		change func(*odoosim.Config, *odoo.Settings)
		says   string
	}{
		{"MAIN", func(*odoosim.Config, *odoo.Settings) {}, `no warehouse with the short name "MAIN": there are "WH"`},
		{"WH2", func(c *odoosim.Config, s *odoo.Settings) { c.Companies, s.Company = []string{"One", "Two"}, 1 }, `there are "WH"`},
	} {
		s := newShop(t, 18, inWarehouse(c.code, ""), c.change)
		_, err := s.end.Describe(t.Context())
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeWarehouseNotFound || e.Class != pipeline.Auth || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: %v, want it to say %s", c.code, err, c.says)
		}
	}
}

// Without a warehouse the quantity is read, and never written.
func TestStockWithoutAWarehouse(t *testing.T) {
	both(t, func(s *shop) {
		key := s.make(pipeline.Draft{Token: "plain", Fields: pipeline.Values{"name": pipeline.Text("Mug")}})[0]
		if got := s.quantity(key); got != "0" {
			s.Errorf("it reads %s", got)
		}
		if e := pipeline.AsError(s.set(key, 3, 0).Err); e == nil || e.Code != pipeline.CodeMappingFailed {
			s.Errorf("it was written: %v", e)
		}
	})
}

func TestFreeStock(t *testing.T) {
	both(t, func(s *shop) {
		key, id := s.stocked(10)
		must(0, s.as().Reserve("WH", id, 4))
		if got := s.quantity(key); got != "6" {
			s.Errorf("10 with 4 reserved read as %s", got)
		}
		if r := s.set(key, 9, 6); r.Err != nil || s.server.Stock(id) != 13 || s.quantity(key) != "9" {
			s.Errorf("9 free were written as %v on hand, %s free: %v", s.server.Stock(id), s.quantity(key), r.Err)
		}
	}, inWarehouse("WH", "free"))
}

// What lies on a shelf belongs to the warehouse; the main location makes up for the difference, as far as it
// holds something.
func TestStockOnAShelf(t *testing.T) {
	both(t, func(s *shop) {
		key, id := s.stocked(10)
		admin := s.server.As("admin").With("inventory_mode", true)
		shelf := must(admin.Create("stock.location", odoosim.Values{"name": "Shelf", "location_id": 8, "usage": "internal", "company_id": 1}))
		variant := must(admin.Search("product.product", []any{"product_tmpl_id", "=", id}))[0]
		must(admin.Create("stock.quant", odoosim.Values{"product_id": variant, "location_id": shelf, "inventory_quantity_auto_apply": 5}))
		if got := s.quantity(key); got != "15" {
			s.Errorf("10 and 5 on a shelf read as %s", got)
		}
		if r := s.set(key, 7, 15); r.Err != nil || s.quantity(key) != "7" {
			s.Errorf("7 became %s: %v", s.quantity(key), r.Err)
		}
		if e := pipeline.AsError(s.set(key, 4, 7).Err); e == nil || e.Code != pipeline.CodeStockRejected || s.quantity(key) != "7" {
			s.Errorf("less than the shelf holds became %s: %v", s.quantity(key), e)
		}
	}, inWarehouse("WH", ""))
}

// Up to 18 a count of a product with lots would be taken by Odoo and set nothing; from 19 on it counts what lies in
// no lot.
func TestStockOfLots(t *testing.T) {
	for _, version := range []int{16, 18, 19} {
		t.Run(fmt.Sprint("odoo ", version), func(t *testing.T) {
			s := newShop(t, version, inWarehouse("WH", ""))
			key, id := s.stocked(0)
			must(0, s.as().Write("product.template", odoosim.Values{"tracking": "lot"}, id))
			variant := must(s.as().Search("product.product", []any{"product_tmpl_id", "=", id}))[0]
			admin := s.server.As("admin").With("inventory_mode", true)
			lot := must(admin.Create("stock.lot", odoosim.Values{"name": "A-1"}))
			must(admin.Create("stock.quant", odoosim.Values{"product_id": variant, "location_id": 8, "lot_id": lot, "inventory_quantity_auto_apply": 1}))
			s.countsTracked(key, version >= 19)
			if got, want := s.server.Stock(id), map[bool]float64{true: 3, false: 1}[version >= 19]; got != want {
				t.Errorf("%v are there, want %v", got, want)
			}
		})
	}
}

// A quantity that moved is not overwritten, and one that is as it should be leaves no move.
func TestStockPresumes(t *testing.T) {
	both(t, func(s *shop) {
		key, id := s.stocked(10)
		must(0, s.as().Sell("WH", id, 3))
		if r := s.set(key, 50, 10); pipeline.ClassOf(r.Err) != pipeline.Stale || s.server.Stock(id) != 7 {
			s.Errorf("a sale was overwritten: %v, %v are left", r.Err, s.server.Stock(id))
		}
		moves := s.server.Count("stock.move")
		if r := s.set(key, 7, 7); r.Err != nil || s.server.Count("stock.move") != moves {
			s.Errorf("an equal quantity: %v, %d moves of %d", r.Err, s.server.Count("stock.move"), moves)
		}
		if r := s.set(key, -2, 7); r.Err != nil || s.server.Stock(id) != -2 {
			s.Errorf("below zero: %v, %v", r.Err, s.server.Stock(id))
		}
	}, inWarehouse("WH", ""))
}

// A creation that is repeated after a lost answer finds the product and leaves its stock alone, since both were
// made by one transaction.
func TestStockOfARepeatedCreation(t *testing.T) {
	both(t, func(s *shop) {
		draft := pipeline.Draft{Token: "once", Fields: pipeline.Values{"name": pipeline.Text("Mug"), "qty_available": pipeline.Int(10)}}
		defer s.server.Order(odoosim.Rule{Model: "product.template", Method: "load", Times: 1, Effect: odoosim.DropAfter})()
		if r := s.end.Create(s.Context(), []pipeline.Draft{draft})[0]; r.Err == nil {
			s.Fatal("the answer was not lost")
		}
		keys := must(s.end.Settle(s.Context(), []pipeline.Draft{draft}))
		if got := s.quantity(keys[0]); got != "10" {
			s.Errorf("it was made with %s", got)
		}
		must(0, s.as().Sell("WH", idOf(s, keys[0]), 4))
		if again := s.make(draft)[0]; again != keys[0] || s.quantity(again) != "6" {
			s.Errorf("the repetition made %s of %s, with %s", again, keys[0], s.quantity(again))
		}
	}, inWarehouse("WH", ""))
}

// A user of the stock may not count it up to 17: the source is held before anything is sent.
func TestStockWithoutTheRight(t *testing.T) {
	s := newShop(t, 16, inWarehouse("WH", ""), func(c *odoosim.Config, st *odoo.Settings) {
		c.Users = []odoosim.User{
			{Login: odoosim.ShopLogin, Password: "shop", Role: odoosim.Manager}, {Login: "clerk", Keys: []string{"k"}, Role: odoosim.Employee},
		}
		st.Login, st.APIKey = "clerk", pipeline.NewSecret("k")
	})
	id := must(s.as().Create("product.template", odoosim.Values{"name": "Mug", "detailed_type": "product"}))
	writes := s.server.Count("stock.quant")
	if e := pipeline.AsError(s.set(pipeline.Key(fmt.Sprint(id)), 4, 0).Err); e == nil || e.Code != pipeline.CodeAccessDenied || e.Class != pipeline.Auth {
		t.Errorf("got %v", e)
	}
	if got := s.server.Count("stock.quant"); got != writes {
		t.Errorf("%d quants became %d", writes, got)
	}
}

// An idle poll with stock is four requests, however many products there are.
func TestIdlePollWithStock(t *testing.T) {
	both(t, func(s *shop) {
		s.stocked(10)
		fields := append([]string{"qty_available"}, mapped...)
		next, err := s.end.List(s.Context(), fields, func([]pipeline.Change) error { return nil })
		if err != nil {
			s.Fatal(err)
		}
		s.pass(time.Hour)
		if next, err = s.end.Changes(s.Context(), next, fields, func([]pipeline.Change) error { return nil }); err != nil {
			s.Fatal(err)
		}
		s.pass(time.Hour)
		requests := 0
		s.each = func() { requests++ }
		if _, err = s.end.Changes(s.Context(), next, fields, func([]pipeline.Change) error { return nil }); err != nil || requests != 4 {
			s.Errorf("%d requests: %v", requests, err)
		}
	}, inWarehouse("WH", ""))
}
