package odoo_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func withPrices(kind string) func(*odoosim.Config, *odoo.Settings) {
	return func(_ *odoosim.Config, s *odoo.Settings) { s.Prices = kind }
}

// taxed makes taxes, of which the first becomes the company's usual one.
func (s *shop) taxed(taxes ...odoosim.Values) []int64 {
	s.Helper()
	var ids []int64
	for _, values := range taxes {
		values["name"] = fmt.Sprint("Tax ", len(ids)+1)
		ids = append(ids, must(s.server.As(odoosim.AdminLogin).Create("account.tax", values)))
	}
	if err := s.server.As(odoosim.AdminLogin).Write("res.company", odoosim.Values{"account_sale_tax_id": ids[0]}, 1); err != nil {
		s.Fatal(err)
	}
	return ids
}

func (s *shop) stored(key pipeline.Key) any {
	s.Helper()
	return must(s.as().Read("product.template", []int64{idOf(s.T, key)}, "list_price"))[0]["list_price"]
}

func TestPricesWithTheProductsOwnTaxes(t *testing.T) {
	vat := func() odoosim.Values { return odoosim.Values{"amount": 20.0} }
	inPrice := func() odoosim.Values { return odoosim.Values{"amount": 20.0, "price_include": true} }
	for name, tt := range map[string]struct {
		prices string
		taxes  []odoosim.Values
		show   string
		hold   float64
	}{
		"with tax, of prices without":            {"tax_included", []odoosim.Values{vat()}, "24", 20},
		"with tax, of prices with":               {"tax_included", []odoosim.Values{inPrice()}, "24", 24},
		"without tax, of prices without":         {"tax_excluded", []odoosim.Values{vat()}, "20", 20},
		"without tax, of prices with":            {"tax_excluded", []odoosim.Values{inPrice()}, "20", 24},
		"with two taxes, one of them in a price": {"tax_included", []odoosim.Values{inPrice(), {"amount": 5.0}}, "25", 24},
		"as Odoo holds it":                       {"stored", []odoosim.Values{vat()}, "20", 20},
	} {
		t.Run(name, func(t *testing.T) {
			for _, version := range []int{16, 18, 19} {
				s := newShop(t, version, withPrices(tt.prices))
				ids := s.taxed(tt.taxes...)
				price := must(pipeline.ParseNumber(tt.show))
				key := s.make(pipeline.Draft{Token: "a", Fields: pipeline.Values{"name": pipeline.Text("Mug"), "list_price": price}})[0]
				if len(ids) > 1 { // a new product has the company's usual one alone
					if err := s.as().Write("product.template", odoosim.Values{"taxes_id": []any{[]any{6, 0, ids}}}, idOf(t, key)); err != nil {
						t.Fatal(err)
					}
					r := s.end.Update(t.Context(), []pipeline.Patch{{Key: key, Fields: pipeline.Values{"list_price": price}}})[0]
					if r.Err != nil {
						t.Fatal(r.Err)
					}
				}
				if got := s.fetch(key)[key].Fields["list_price"].String(); got != tt.show || s.stored(key) != tt.hold {
					t.Errorf("%d: shows %s and holds %v, want %s and %v", version, got, s.stored(key), tt.show, tt.hold)
				}
			}
		})
	}
}

// A product whose tax is no percentage cannot be carried, and says why; the others can.
func TestTaxThatCannotBeComputed(t *testing.T) {
	s := newShop(t, 18, withPrices("tax_included"))
	ids := s.taxed(odoosim.Values{"amount": 10.0}, odoosim.Values{"amount": 1.5, "amount_type": "fixed"})
	keys := s.make(s.drafts(2)...)
	if err := s.as().Write("product.template", odoosim.Values{"taxes_id": []any{[]any{6, 0, ids}}}, idOf(t, keys[0])); err != nil {
		t.Fatal(err)
	}
	records := s.fetch(keys...)
	if e := records[keys[0]].Err; e == nil || e.Code != pipeline.CodeMappingFailed {
		t.Errorf("read: %+v", records[keys[0]])
	}
	if records[keys[1]].Err != nil {
		t.Errorf("the other: %v", records[keys[1]].Err)
	}
	price := pipeline.Values{"list_price": pipeline.Int(5)}
	receipts := s.end.Update(t.Context(), []pipeline.Patch{{Key: keys[0], Fields: price}, {Key: keys[1], Fields: price}})
	if e := pipeline.AsError(receipts[0].Err); e == nil || e.Code != pipeline.CodeMappingFailed || receipts[1].Err != nil {
		t.Errorf("written: %v, %v", receipts[0].Err, receipts[1].Err)
	}
}

// TestRealTaxes does the same on a real Odoo, with the tax that new products have there.
func TestRealTaxes(t *testing.T) {
	settings := realSettings(t)
	with := another(t, *settings, func(s *odoo.Settings) { s.Prices = "tax_included" })
	plain := another(t, *settings, func(*odoo.Settings) {})
	p := realPeople(t, settings)
	key := with.make(pipeline.Draft{Token: unique("tax"), Fields: pipeline.Values{"name": pipeline.Text("Taxed"), "list_price": pipeline.Int(115)}})[0]
	t.Cleanup(func() { _ = with.end.Remove(t.Context(), []pipeline.Key{key}, pipeline.Delete) })
	taxes := p.call(t, "product.template", "read", nil, []any{idOf(t, key)}, []any{"taxes_id"}).([]any)[0].(map[string]any)["taxes_id"]
	list := p.call(t, "account.tax", "search_read", nil, []any{[]any{"id", "in", taxes}}, []any{"amount", "amount_type", "price_include"}).([]any)
	t.Logf("the product's taxes: %v", list)
	shown, held := with.fetch(key)[key].Fields["list_price"], plain.fetch(key)[key].Fields["list_price"]
	want := decimal.NewFromInt(115)
	for _, row := range list {
		if tax := row.(map[string]any); tax["price_include"] == false {
			want = want.DivRound(decimal.NewFromFloat(1+tax["amount"].(float64)/100), 2)
		}
	}
	if shown.String() != "115" || !held.AsNumber().Equal(want) {
		t.Errorf("shows %v and holds %v, want 115 and %v", shown, held, want)
	}
}
