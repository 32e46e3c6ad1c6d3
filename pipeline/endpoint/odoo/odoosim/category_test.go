package odoosim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func TestFreshDatabase(t *testing.T) {
	w := newWorld(t, 18)
	want := map[int64]string{1: "All", 2: "All / Saleable", 3: "All / Expenses"}
	if diff := cmp.Diff(want, w.Categories()); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
	languages, err := w.admin.Call("res.lang", "get_installed")
	must(t, err)
	if diff := cmp.Diff([]any{[]any{"en_US", "English (US)"}, []any{"fr_FR", "French / Français"}}, languages); diff != "" {
		t.Errorf("languages (-want +got):\n%s", diff)
	}
	uuid, err := w.admin.Call("ir.config_parameter", "get_param", "database.uuid")
	must(t, err)
	if uuid != w.UUID() || len(w.UUID()) != 36 {
		t.Errorf("the database's uuid reads %v, it is %s", uuid, w.UUID())
	}
	if _, err := w.As(odoosim.BotLogin).Call("ir.config_parameter", "get_param", "database.uuid"); err == nil {
		t.Error("the bot may read the parameters")
	}
	open := newWorld(t, 18, func(c *odoosim.Config) { c.OpenParameters = true })
	if _, err := open.As(odoosim.BotLogin).Call("ir.config_parameter", "get_param", "database.uuid"); err != nil {
		t.Errorf("the bot may not read open parameters: %v", err)
	}
}

func TestCategories(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		v, err := w.admin.Call("product.category", "name_create", "L1 / L2")
		must(t, err)
		made := v.([]any)[0].(int64)
		if got := w.Categories()[made]; got != "L1 / L2" {
			t.Errorf("Odoo %d: name_create made %q", version, got)
		}
		twin, err := w.admin.Create("product.category", odoosim.Values{"name": "Saleable", "parent_id": 1})
		must(t, err)
		found, err := w.admin.Search("product.category", list("complete_name", "=", "All / Saleable"))
		must(t, err)
		if len(found) != 2 {
			t.Errorf("Odoo %d: two of one name: %v", version, found)
		}
		must(t, w.admin.Write("product.category", odoosim.Values{"parent_id": made}, twin))
		if got := w.Categories()[twin]; got != "L1 / L2 / Saleable" {
			t.Errorf("Odoo %d: moved, it is %q", version, got)
		}
		product, _ := w.create(odoosim.Values{"categ_id": twin})
		if err := w.admin.Unlink("product.category", made); err == nil {
			t.Errorf("Odoo %d: a category above one in use was deleted", version)
		}
		must(t, w.admin.Unlink(templateModel, product))
		must(t, w.admin.Unlink("product.category", made))
		if _, there := w.Categories()[twin]; there {
			t.Errorf("Odoo %d: the child outlived its parent", version)
		}
		if got := w.read(w.admin, "product.category", 2, "parent_id"); !cmp.Equal(got, []any{int64(1), "All"}) {
			t.Errorf("Odoo %d: the parent reads %v", version, got)
		}
	}
}

func TestFrom19OnCategoriesInUseCanGo(t *testing.T) {
	w := newWorld(t, 19)
	before := w.time()
	id, _ := w.create(odoosim.Values{"categ_id": 1})
	w.tick(60e9)
	must(t, w.admin.Unlink("product.category", 1))
	w.expect(id, map[string]any{"categ_id": false})
	if p := w.Products()[0]; !p.Written.Equal(before) {
		t.Errorf("the product's date moved to %v", p.Written)
	}
}
