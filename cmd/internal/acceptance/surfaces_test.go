package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// TestSurfaces is a small shop on each of the other APIs of Products Manager, from the first load to a cycle
// without a write.
func TestSurfaces(t *testing.T) {
	for api, config := range map[string]pmsim.Config{
		"public": {Public: true, PublicPut: true},
		"windev": {SinceActiveOnly: true, SinceExclusive: true, SoftErrors: true, MaxPageSize: 10},
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			config.Separator = "/"
			w := newWorld(t, settings{pm: config})
			w.speak(t, api)
			for i := range 30 {
				p := pmsim.Fields{"title": fmt.Sprintf("Lamp %d", i), "ean": ean13(int64(i)), "price": "12.00", "category": "Lights"}
				if i >= 10 {
					p["status"], p["is_active"] = "inactive", false
				}
				if _, err := w.pm.Create(p); err != nil {
					t.Fatal(err)
				}
			}
			a := w.start(t)
			sync(t, a, true)
			seen := 30
			if api == "windev" {
				seen = 10 // it shows inactive products to those only who know them
			}
			if n := len(w.byBarcode(t)); n != seen {
				t.Fatalf("%d products came over, want %d", n, seen)
			}
			for i := range 5 {
				w.odoo.edit(t, w.byBarcode(t)[ean13(int64(i))].id, map[string]any{"list_price": 20.0 + float64(i)})
			}
			w.odoo.edit(t, w.byBarcode(t)[ean13(5)].id, map[string]any{"active": false})
			if _, err := w.odoo.call("product.template", "create", map[string]any{"name": "Torch", "barcode": ean13(90)}); err != nil {
				t.Fatal(err)
			}
			id, err := w.pm.ByEAN(ean13(6))
			if err == nil {
				_, err = w.pm.Edit(id, pmsim.Fields{"title": "Lantern"})
			}
			if err == nil {
				id, err = w.pm.ByEAN(ean13(7))
			}
			if err == nil {
				err = w.pm.Trash(id)
			}
			if err != nil {
				t.Fatal(err)
			}
			sync(t, a, false)
			for range 2 {
				sync(t, a, true)
			}
			for full, n := range map[bool]int{false: 2, true: 2} {
				for range n {
					if r := sync(t, a, full); writes(r) != 0 || r.Quarantined != 0 {
						t.Errorf("a cycle after all the others wrote %v, quarantined %d", r.Writes, r.Quarantined)
					}
				}
			}
			inOdoo := w.byBarcode(t)
			for i, want := range map[int]string{0: "24", 4: "28.8", 8: "12"} {
				if p := w.pm.Find("ean", ean13(int64(i)))[0]; p.Text("price") != want {
					t.Errorf("the price of %d is %s in Products Manager, want %s", i, p.Text("price"), want)
				}
			}
			if p := w.pm.Find("ean", ean13(5))[0]; p.Text("status") != "inactive" || inOdoo[ean13(5)].active {
				t.Errorf("a product archived in Odoo is %s here, and active in Odoo: %t", p.Text("status"), inOdoo[ean13(5)].active)
			}
			if torches := w.pm.Find("title", "Torch"); len(torches) != 1 || torches[0].Text("ean") != ean13(90) {
				t.Errorf("the new product became %v", torches)
			}
			if name := inOdoo[ean13(6)].name; name != "Lantern" {
				t.Errorf("the new title is %q in Odoo", name)
			}
			if inOdoo[ean13(7)].active {
				t.Error("a product deleted in Products Manager is active in Odoo")
			}
			if !inOdoo[ean13(8)].active {
				t.Error("a product that nobody touched is archived")
			}
		})
	}
}

// speak rewrites the configuration for another API, on which the EAN alone pairs products.
func (w *world) speak(t *testing.T, api string) {
	t.Helper()
	file := filepath.Join(w.dir, "tandem.hcl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "  rate {", fmt.Sprintf("  api = %q\n  rate {", api), 1)
	changed = strings.Replace(changed, `match = ["sku", "ean"]`, `match = ["ean"]`, 1)
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// byBarcode returns Odoo's products that have one.
func (w *world) byBarcode(t *testing.T) map[string]product {
	t.Helper()
	found, err := w.odoo.call("product.template", "search_read", []any{[]any{"barcode", "!=", false}}, []any{"name", "barcode", "list_price", "active"})
	if err != nil {
		t.Fatal(err)
	}
	products := map[string]product{}
	for _, row := range found.([]any) {
		p := productOf(row.(map[string]any))
		products[p.barcode] = p
	}
	return products
}
