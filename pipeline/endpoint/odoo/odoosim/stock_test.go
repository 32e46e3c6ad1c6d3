package odoosim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

func TestCountingStock(t *testing.T) {
	for version, zeroMoves := range map[int]int{16: 1, 18: 0} {
		w := newWorld(t, version, func(c *odoosim.Config) { c.Companies = []string{"One", "Two"} })
		template, variant := w.create(storable(version))
		count := func(location int, quantity any) int64 {
			id, err := w.shop.With("inventory_mode", true).Create("stock.quant",
				odoosim.Values{"product_id": variant, "location_id": location, "inventory_quantity_auto_apply": quantity})
			must(t, err)
			return id
		}
		first := count(8, 10)
		if again := count(8, 2.345); again != first {
			t.Errorf("Odoo %d: a second count made quant %d, not %d", version, again, first)
		}
		w.expect(template, map[string]any{"qty_available": 2.35})
		moves := w.Count("stock.move")
		count(8, 2.35)
		if got := w.Count("stock.move") - moves; got != zeroMoves {
			t.Errorf("Odoo %d: an unchanged count left %d moves, want %d", version, got, zeroMoves)
		}
		stock := int(w.read(w.admin, "stock.warehouse", 2, "lot_stock_id").([]any)[0].(int64))
		count(stock, 11)
		w.expect(template, map[string]any{"qty_available": 13.35, "virtual_available": 13.35})
		for context, want := range map[string]float64{"warehouse": 11, "warehouse_id": 11} {
			if (context == "warehouse") != (version < 18) {
				want = 13.35 // the other version's key is ignored without a word
			}
			if got := w.read(w.admin.With(context, 2), templateModel, template, "qty_available"); got != want {
				t.Errorf("Odoo %d: %s = 2 reads %v, want %v", version, context, got, want)
			}
		}
		if got := w.read(w.admin.With("location", 8), templateModel, template, "qty_available"); got != 2.35 {
			t.Errorf("Odoo %d: the first location holds %v", version, got)
		}
		if got := w.read(w.admin.With("allowed_company_ids", []int64{1}), templateModel, template, "qty_available"); got != 2.35 {
			t.Errorf("Odoo %d: the first company has %v", version, got)
		}
		done, err := w.admin.Search("stock.move.line", list("state", "=", "done"), list("product_id", "=", variant))
		must(t, err)
		if len(done) != w.Count("stock.move") {
			t.Errorf("Odoo %d: %d lines of %d moves", version, len(done), w.Count("stock.move"))
		}
		if err := w.admin.Unlink(templateModel, template); err == nil || !strings.Contains(err.Error(), "stock_move_product_id_fkey") {
			t.Errorf("Odoo %d: a product with moves was deleted: %v", version, err)
		}
		must(t, w.admin.Write(templateModel, odoosim.Values{"qty_available": 5}, template))
		w.expect(template, map[string]any{"qty_available": 13.35})
		field, other := "is_storable", any(false)
		if version < 18 {
			field, other = "detailed_type", "consu"
		}
		if err := w.admin.Write(templateModel, odoosim.Values{field: other}, template); err == nil {
			t.Errorf("Odoo %d: the type of a used product was changed", version)
		}
	}
}

func TestRights(t *testing.T) {
	users := func(c *odoosim.Config) {
		c.Users = []odoosim.User{
			{ID: 2, Login: "admin", Password: "admin", Role: odoosim.Administrator},
			{Login: "bot", Keys: []string{"k"}, Role: odoosim.Manager},
			{Login: "low", Password: "low", Role: odoosim.Employee},
			{Login: "portal", Password: "p", Role: odoosim.Portal},
		}
	}
	for _, version := range both {
		w := newWorld(t, version, users)
		id, variant := w.create(odoosim.Values{"image_1920": pixel})
		say := func(err error) string {
			if err == nil {
				return "fine"
			}
			return strings.SplitN(err.Error(), "\n", 2)[0]
		}
		read := func(login, model string, id int64, field string) string {
			_, err := w.As(login).Read(model, []int64{id}, field)
			return say(err)
		}
		attachments := map[int]string{16: "Sorry, you are not allowed to access this document.", 18: "fine"}[version]
		got := map[string]string{
			"bot writes":             say(w.As("bot").Write(templateModel, odoosim.Values{"name": "x"}, id)),
			"bot reads external ids": read("bot", "ir.model.data", 1, "name"),
			"low reads quantity":     read("low", variantModel, variant, "qty_available"),
			"low reads name":         read("low", templateModel, id, "name"),
			"low reads quants":       read("low", "stock.quant", 1, "quantity"),
			"portal reads cost":      read("portal", templateModel, id, "standard_price"),
			"low reads attachments":  read("low", "ir.attachment", 1, "checksum"),
		}
		want := map[string]string{
			"bot writes":             "fine",
			"bot reads external ids": "You are not allowed to access 'Model Data' (ir.model.data) records.",
			"low reads quantity":     "You are not allowed to access 'Stock Move' (stock.move) records.",
			"low reads name":         "fine",
			"low reads quants":       "fine",
			"portal reads cost":      `You do not have enough rights to access the fields "standard_price" on Product (product.template). Please contact your system administrator.`,
			"low reads attachments":  attachments,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Odoo %d (-want +got):\n%s", version, diff)
		}
		for domain, n := range map[string]int{"res_model": 0, "res_field": 1} {
			value := map[string]string{"res_model": templateModel, "res_field": "image_1920"}[domain]
			found, err := w.admin.Search("ir.attachment", list(domain, "=", value))
			must(t, err)
			if len(found) != n {
				t.Errorf("Odoo %d: attachments by %s: %v", version, domain, found)
			}
		}
	}
}

// Sales move the quant and leave a move behind, but no date of the product; a quant at zero stays until
// somebody opens the inventory.
func TestSelling(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		template, variant := w.create(storable(version))
		_, err := w.shop.With("inventory_mode", true).Create("stock.quant", odoosim.Values{"product_id": variant, "location_id": 8, "inventory_quantity_auto_apply": 5})
		must(t, err)
		written := w.read(w.admin, templateModel, template, "write_date")
		must(t, w.shop.Reserve("WH", template, 2))
		w.expect(template, map[string]any{"qty_available": 5.0, "virtual_available": 3.0})
		must(t, w.shop.Sell("WH", template, 5))
		w.expect(template, map[string]any{"qty_available": 0.0})
		if got := w.read(w.admin, templateModel, template, "write_date"); got != written {
			t.Errorf("Odoo %d: a sale moved the product's date to %v", version, got)
		}
		if w.Count("stock.quant") != 1 {
			t.Errorf("Odoo %d: the quant at zero is gone at once", version)
		}
		must(t, w.Tidy())
		if w.Count("stock.quant") != 0 || w.Stock(template) != 0 || w.Count("stock.move.line") != 2 {
			t.Errorf("Odoo %d: after tidying %d quants, %d move lines", version, w.Count("stock.quant"), w.Count("stock.move.line"))
		}
		if err := w.shop.Sell("NONE", template, 1); err == nil {
			t.Errorf("Odoo %d: sold from no warehouse", version)
		}
	}
}

// Counts that Odoo takes without a word and does not carry out: without the mode, and of lots without a lot.
func TestCountsThatSetNothing(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		values := odoosim.Values{"location_id": 8, "inventory_quantity_auto_apply": 5}
		template, variant := w.create(storable(version))
		values["product_id"] = variant
		_, err := w.shop.Create("stock.quant", values)
		must(t, err)
		must(t, w.shop.Write(templateModel, odoosim.Values{"tracking": "lot"}, template))
		_, err = w.shop.With("inventory_mode", true).Create("stock.quant", values)
		must(t, err)
		w.expect(template, map[string]any{"qty_available": 0.0})
		if n := w.Count("stock.move"); n != 0 {
			t.Errorf("Odoo %d: %d moves", version, n)
		}
	}
}

// load makes the variant and its quant below the template, in one transaction with it.
func TestLoadCountsStock(t *testing.T) {
	const below = "product_variant_ids/"
	for _, version := range both {
		w := newWorld(t, version)
		kind, yes := "is_storable", "1"
		if version < 18 {
			kind, yes = "detailed_type", "product"
		}
		shop := w.shop.With("inventory_mode", true).With("create_product_product", false).With("active_test", false)
		columns := []any{"id", "name", "active", kind, below + "active", below + "stock_quant_ids/location_id/.id", below + "stock_quant_ids/inventory_quantity_auto_apply"}
		load := func(rows ...any) xmlrpc.Struct {
			answer, err := shop.Call(templateModel, "load", columns, rows)
			must(t, err)
			return answer.(xmlrpc.Struct)
		}
		load([]any{"t.a", "A", "1", yes, "1", "8", "5"}, []any{"t.b", "B", "0", yes, "0", "8", "3"})
		for name, want := range map[string]float64{"A": 5, "B": 3} {
			for _, p := range w.Products() {
				if p.Name == name && (w.Stock(p.ID) != want || len(p.Variants) != 1 || p.Active != p.VariantActive) {
					t.Errorf("Odoo %d: %+v with %v in stock", version, p, w.Stock(p.ID))
				}
			}
		}
		products := w.Count(templateModel)
		for _, row := range [][]any{
			{"t.c", "C", "1", "", "1", "8", "5"}, {"t.d", "D", "1", yes, "1", "99", "5"}, {"t.e", "E", "1", yes, "1", "8", "many"},
		} {
			if ids := load(row)[0].Value; ids != false || w.Count(templateModel) != products {
				t.Errorf("Odoo %d: %v was loaded as %v", version, row, ids)
			}
		}
	}
}
