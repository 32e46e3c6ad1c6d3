package demo

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// inPM returns the only product of that SKU.
func (s *shop) inPM(t *testing.T, sku string) pmsim.Product {
	t.Helper()
	found := s.pm.Find("sku", sku)
	if len(found) != 1 {
		t.Fatalf("Products Manager has %d products %s, want 1", len(found), sku)
	}
	return found[0]
}

// inERP returns the only product of that SKU.
func (s *shop) inERP(t *testing.T, sku string) odoosim.Values {
	t.Helper()
	ids, err := s.odooIDs(sku)
	if err != nil || len(ids) != 1 {
		t.Fatalf("Odoo has %d products %s, want 1: %v", len(ids), sku, err)
	}
	product, err := s.showERP(sku)
	if err != nil {
		t.Fatal(err)
	}
	return product
}

// wantAgreement looks at every product of both systems, those of some SKUs excepted, without any help of
// Tandem.
func wantAgreement(t *testing.T, s *shop, except ...string) {
	t.Helper()
	pairs, err := s.sideBySide()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, p := range pairs {
		switch {
		case slices.Contains(except, p.SKU):
		case p.PM == nil || p.ERP == nil:
			t.Errorf("%s is on one side only", p.SKU)
		default:
			seen++
			for field, values := range held(s.inPM(t, p.SKU), s.inERP(t, p.SKU)) {
				if values[0] != values[1] {
					t.Errorf("%s of %s: Products Manager's means %q, Odoo has %q", field, p.SKU, values[0], values[1])
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d products were compared", seen)
	}
}

// held returns by field what Odoo should hold for what Products Manager does, and what it holds.
func held(p pmsim.Product, o odoosim.Values) map[string][2]string {
	vat := decimal.RequireFromString("1.20")
	digits := func(s string) string {
		if s == "" {
			s = "0"
		}
		return decimal.RequireFromString(s).StringFixed(2)
	}
	// One side was rounded from the other, and both are right: 18.90 with tax is 15.75 without, which is
	// 18.90 with; 82.50 without is 99.00 with.
	price, own := digits(decimal.RequireFromString(p.Text("price")).Div(vat).String()), digits(text(o["list_price"]))
	if digits(decimal.RequireFromString(own).Mul(vat).String()) == digits(p.Text("price")) {
		price = own
	}
	ean := p.Text("ean")
	if code := text(o["barcode"]); len(code) == 12 && ean == "0"+code {
		ean = code
	}
	category := "All"
	if path := p.Text("category"); path != "" {
		category += " / " + path
	}
	return map[string][2]string{
		"title":       {p.Text("title"), text(o["name"])},
		"price":       {price, own},
		"ean":         {ean, text(o["barcode"])},
		"brand":       {p.Text("brand"), text(o["x_brand"])},
		"cost":        {digits(p.Text("cost_price")), digits(text(o["standard_price"]))},
		"weight":      {digits(p.Text("weight")), digits(text(o["weight"]))},
		"description": {p.Text("description"), text(o["description_sale"])},
		"category":    {category, fmt.Sprint(o["categ_id"].([]any)[1])},
		"active":      {p.Text("is_active"), fmt.Sprint(o["active"])},
	}
}
