package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

// seen is a product as both sides can be compared: prices as Products Manager has them, with tax.
type seen struct {
	title, ean, description, category, price, cost, weight string
	active                                                 bool
}

// agree holds that every product of Products Manager is in Odoo once, with the same values, and the other
// way round.
func (w *world) agree(t testing.TB) {
	t.Helper()
	left, right := w.sides(t)
	if diff := cmp.Diff(left, right, cmp.AllowUnexported(seen{})); diff != "" {
		t.Errorf("the sides differ (-Products Manager +Odoo):\n%s", short(diff))
	}
}

// sides returns what both sides hold, by SKU, and holds that none of them has a SKU twice.
func (w *world) sides(t testing.TB) (left, right map[string]seen) {
	t.Helper()
	odoo, twice := w.odoo.products(t)
	if len(twice) > 0 {
		t.Errorf("%d SKUs are twice in Odoo, %s among them", len(twice), twice[0])
	}
	left, right = map[string]seen{}, map[string]seen{}
	for _, p := range w.pm.Products() {
		if _, ok := left[p.Text("sku")]; ok {
			t.Errorf("SKU %s is twice in Products Manager", p.Text("sku"))
		}
		left[p.Text("sku")] = seen{
			title: p.Text("title"), ean: p.Text("ean"), description: lines(p.Text("description")), category: p.Text("category"),
			price: number(p.Text("price"), 2), cost: number(p.Text("cost_price"), 2), weight: number(p.Text("weight"), 2),
			active: p.Fields["is_active"] != false,
		}
	}
	vat := decimal.RequireFromString("1.2")
	for sku, p := range odoo {
		// The price without tax that Products Manager's price comes to.
		price := decimal.NewFromFloat(p.price).Mul(vat).Round(2)
		right[sku] = seen{
			title: p.name, ean: p.barcode, description: lines(p.description), category: path(p.categ),
			price: price.String(), cost: number(fmt.Sprint(p.cost), 2), weight: number(fmt.Sprint(p.weight), 2), active: p.active,
		}
		// 20.00 / 1.2 = 16.67 and back 20.00; where the cents do not meet, the other way decides.
		if l, ok := left[sku]; ok && l.price != price.String() &&
			decimal.RequireFromString(l.price).DivRound(vat, 8).Round(2).Equal(decimal.NewFromFloat(p.price).Round(2)) {
			r := right[sku]
			r.price = l.price
			right[sku] = r
		}
	}
	return left, right
}

// path is an Odoo category as Products Manager writes it: without the root.
func path(complete string) string {
	return strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(complete, "All"), " / "), " / ", "/")
}

func number(s string, digits int32) string {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return s
	}
	return d.Round(digits).String()
}

func lines(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

func short(s string) string {
	if len(s) > 4000 {
		return s[:4000] + "…"
	}
	return s
}
