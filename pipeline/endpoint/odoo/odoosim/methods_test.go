package odoosim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func TestWhoIsCalling(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version, func(c *odoosim.Config) {
			c.Users = []odoosim.User{{Login: "bot", Keys: []string{"k"}, Role: odoosim.Manager, Language: "fr_FR", TimeZone: "Europe/Paris"}, {Login: odoosim.AdminLogin, Role: odoosim.Administrator}}
		})
		bot := w.As("bot")
		v, err := bot.Call("res.users", "context_get")
		must(t, err)
		if diff := cmp.Diff(odoosim.Values{"lang": "fr_FR", "tz": "Europe/Paris", "uid": int64(6)}, asRecord(t, v)); diff != "" {
			t.Errorf("Odoo %d (-want +got):\n%s", version, diff)
		}
		records, err := bot.Read("res.users", []int64{6}, "login", "lang", "company_id", "company_ids")
		must(t, err)
		want := []odoosim.Values{{
			"id": int64(6), "login": "bot", "lang": "fr_FR",
			"company_id": []any{int64(1), "My Company"}, "company_ids": []int64{1},
		}}
		if diff := cmp.Diff(want, records); diff != "" {
			t.Errorf("Odoo %d (-want +got):\n%s", version, diff)
		}
		for group, want := range map[string]bool{"stock.group_stock_manager": true, "base.group_user": true, "base.group_system": false} {
			args := []any{group}
			if version >= 18 {
				args = []any{ids(6), group}
			}
			if v, err := bot.Call("res.users", "has_group", args...); err != nil || v != want {
				t.Errorf("Odoo %d: %s: %v, %v", version, group, v, err)
			}
		}
		if v, err := bot.Call("ir.model.data", "check_access_rights", "read", false); err != nil || v != false {
			t.Errorf("Odoo %d: check_access_rights: %v, %v", version, v, err)
		}
		if v, err := bot.Call(templateModel, "check_access_rights", "write"); err != nil || v != true {
			t.Errorf("Odoo %d: check_access_rights: %v, %v", version, v, err)
		}
		if _, err := w.As("nobody").Create(templateModel, odoosim.Values{"name": "x"}); err == nil {
			t.Errorf("Odoo %d: nobody made a product", version)
		}
	}
}

func TestCustomFields(t *testing.T) {
	w := newWorld(t, 18, func(c *odoosim.Config) {
		c.ExtraFields = []odoosim.Field{
			{Name: "x_brand", Label: "Brand", Type: "char"},
			{Name: "x_rank", Type: "integer"},
			{Name: "x_depth", Type: "float", Digits: 3},
			{Name: "x_day", Type: "date"},
			{Name: "x_at", Type: "datetime"},
			{Name: "x_kind", Type: "selection", Options: [][2]string{{"a", "First"}, {"b", "Second"}}, Required: true},
		}
	})
	if _, err := w.admin.Create(templateModel, odoosim.Values{"name": "x"}); err == nil {
		t.Error("a required custom field was left out")
	}
	values := odoosim.Values{"x_brand": "Ébène", "x_rank": 3, "x_depth": 1.23456, "x_day": "2026-02-03", "x_at": "2026-02-03 04:05:06", "x_kind": "b"}
	id, variant := w.create(values)
	w.expect(id, map[string]any{
		"x_brand": "Ébène", "x_rank": int64(3), "x_depth": 1.235, "x_day": "2026-02-03", "x_at": "2026-02-03 04:05:06", "x_kind": "b",
	})
	if got := w.read(w.admin, variantModel, variant, "x_brand"); got != "Ébène" {
		t.Errorf("the variant reads %v", got)
	}
	want := map[string]any{
		"x_brand": "Ébène", "x_rank": int64(3), "x_depth": 1.235, "x_kind": "b",
		"x_day": time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC), "x_at": time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
	}
	if diff := cmp.Diff(want, w.Products()[0].Custom); diff != "" {
		t.Errorf("the snapshot (-want +got):\n%s", diff)
	}
	v, err := w.admin.Call(templateModel, "fields_get", []string{"x_kind", "x_brand", "x_nope"}, []string{"type", "string", "selection", "manual", "required"})
	must(t, err)
	fields := asRecord(t, v)
	got := fmt.Sprint(asRecord(t, fields["x_kind"]), asRecord(t, fields["x_brand"]), len(fields))
	if want := "map[manual:true required:true selection:[[a First] [b Second]] string:x_kind type:selection] map[manual:true required:false string:Brand type:char] 2"; got != want {
		t.Errorf("fields_get: %s\nwant %s", got, want)
	}
	found, err := w.As(odoosim.BotLogin).Search("ir.model.fields", list("model", "=", templateModel), list("state", "=", "manual"))
	must(t, err)
	if len(found) != 6 {
		t.Errorf("ir.model.fields knows %d custom fields, want 6", len(found))
	}
	ids, messages := w.load(w.shop, []string{"id", "name", "x_rank", "x_day", "x_kind"}, []any{"x.a", "A", "seven", "2026-02-30", "Third"})
	if ids != nil || len(messages) != 4 { // the fourth: x_kind is required
		t.Errorf("bad cells: %v %q", ids, messages)
	}
	ids, messages = w.load(w.shop, []string{"id", "name", "x_rank", "x_day", "x_kind", "x_depth"}, []any{"x.a", "A", "7", "2026-02-28", "first", 2.5})
	if len(ids) != 1 || len(messages) != 0 {
		t.Errorf("good cells: %v %q", ids, messages)
	}
	w.expect(ids[0], map[string]any{"x_rank": int64(7), "x_day": "2026-02-28", "x_kind": "a", "x_depth": 2.5})
}

func TestLoadFindsCategories(t *testing.T) {
	for version, warning := range map[int]string{16: "value 'All / Saleable' in field 'Product Category' (2 matches)", 18: `value "All / Saleable" in field "Product Category" (2 matches)`} {
		w := newWorld(t, version)
		ids, messages := w.load(w.shop, []string{"id", "name", "categ_id/id"}, []any{"x.a", "A", "product.cat_expense"})
		if len(ids) != 1 || len(messages) != 0 || w.Products()[0].Category != "All / Expenses" {
			t.Errorf("Odoo %d: by external id: %v %q", version, ids, messages)
		}
		_, err := w.admin.Create("product.category", odoosim.Values{"name": "Saleable", "parent_id": 1})
		must(t, err)
		ids, messages = w.load(w.shop, []string{"id", "name", "categ_id"}, []any{"x.b", "B", "All / Saleable"})
		if len(ids) != 1 || len(messages) != 1 || !strings.HasSuffix(messages[0], warning) {
			t.Errorf("Odoo %d: two of one name: %v %q", version, ids, messages)
		}
		for column, want := range map[string]string{
			"categ_id": "No matching record found for name 'x.y' in field 'Product Category'", "categ_id/id": "No matching record found for external id 'x.y' in field 'Product Category'",
			"categ_id/.id": "Invalid database id 'x.y' for the field 'Product Category'", "categ_id/name": "Unknown sub-field “name”",
		} {
			if ids, messages := w.load(w.shop, []string{"id", "name", column}, []any{"x.c", "C", "x.y"}); ids != nil || len(messages) != 1 || !strings.HasSuffix(messages[0], want) {
				t.Errorf("Odoo %d: %s: %v %q", version, column, ids, messages)
			}
		}
	}
}

func TestSmallerMethods(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		id, _ := w.create(odoosim.Values{"name": "Mug", "default_code": "A"})
		if _, err := w.admin.Call(templateModel, "toggle_active", ids(int(id))); err != nil {
			t.Error(err)
		}
		w.expect(id, map[string]any{"active": false})
		if _, err := w.admin.Call(templateModel, "toggle_active", ids(int(id))); err != nil {
			t.Error(err)
		}
		w.expect(id, map[string]any{"active": true, "product_variant_count": int64(1)})
		v, err := w.admin.Call(templateModel, "exists", ids(int(id), 99))
		must(t, err)
		if diff := cmp.Diff([]int64{id}, v); diff != "" {
			t.Errorf("Odoo %d: exists: %s", version, diff)
		}
		v, err = w.admin.Call(templateModel, "default_get", []string{"list_price", "categ_id", "name"})
		must(t, err)
		if diff := cmp.Diff(odoosim.Values{"list_price": 1.0, "categ_id": int64(1)}, asRecord(t, v)); diff != "" {
			t.Errorf("Odoo %d: default_get: %s", version, diff)
		}
		if v, err := w.admin.Call(templateModel, "name_get", ids(int(id))); version < 18 && fmt.Sprint(v) != "[[1 [A] Mug]]" || version >= 18 && err == nil {
			t.Errorf("Odoo %d: name_get: %v, %v", version, v, err)
		}
		v, err = w.admin.Call(templateModel, "read_group", list(list("id", ">", 0)), []string{"list_price"}, []string{"categ_id"})
		must(t, err)
		group := asRecord(t, v.([]any)[0])
		if group["categ_id_count"] != int64(1) || group["list_price"] != 1.0 || !cmp.Equal(group["categ_id"], []any{int64(1), "All"}) {
			t.Errorf("Odoo %d: read_group: %v", version, group)
		}
		must(t, w.admin.With("default_list_price", 7).Write(templateModel, odoosim.Values{}, id))
		second, err := w.admin.With("default_list_price", 7).Create(templateModel, odoosim.Values{"name": "x"})
		must(t, err)
		w.expect(second, map[string]any{"list_price": 7.0})
		w.expect(id, map[string]any{"list_price": 1.0})
		plain, err := w.admin.Call(templateModel, "read", []int64{id}, []string{"categ_id"}, "")
		must(t, err)
		if got := asRecords(t, plain)[0]["categ_id"]; got != int64(1) {
			t.Errorf("Odoo %d: read with load = '': %v", version, got)
		}
		whole, err := w.admin.Call(templateModel, "read", []int64{id})
		must(t, err)
		if n := len(asRecords(t, whole)[0]); n < 30 {
			t.Errorf("Odoo %d: read without fields gives %d of them", version, n)
		}
		must(t, w.As(odoosim.BotLogin).SetExternalID(templateModel, id, "shop.mug"))
		if got := w.Products()[0].ExternalID; got != "shop.mug" {
			t.Errorf("Odoo %d: the external id is %q", version, got)
		}
	}
}

func TestVariantsMadeDirectly(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		id, err := w.admin.Create(variantModel, odoosim.Values{"name": "Mug", "default_code": "A", "barcode": "590", "lst_price": 4, "weight": 2})
		must(t, err)
		products := w.Products()
		if len(products) != 1 || len(products[0].Variants) != 1 {
			t.Fatalf("Odoo %d: %+v", version, products)
		}
		w.expect(products[0].ID, map[string]any{"name": "Mug", "default_code": "A", "barcode": "590", "list_price": 4.0, "weight": 2.0, "product_variant_id": []any{id, "[A] Mug"}})
	}
}

func TestAttributesChange(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		template, variants := w.shirt(storable(version))
		lines, err := w.admin.Search("product.template.attribute.line", list("product_tmpl_id", "=", template))
		must(t, err)
		values, err := w.admin.Search("product.template.attribute.value", list("attribute_line_id", "=", lines[0]))
		must(t, err)
		must(t, w.admin.Write("product.template.attribute.value", odoosim.Values{"price_extra": 2.5}, values[0]))
		dearer, err := w.admin.Search(variantModel, list("product_template_attribute_value_ids", "in", values[:1]))
		must(t, err)
		if len(dearer) != 2 || w.read(w.admin, variantModel, dearer[0], "lst_price") != 3.5 || w.read(w.admin, variantModel, dearer[0], "price_extra") != 2.5 {
			t.Errorf("Odoo %d: %v are dearer", version, dearer)
		}
		must(t, w.admin.Write(variantModel, odoosim.Values{"lst_price": 10}, dearer[0]))
		w.expect(template, map[string]any{"list_price": 7.5})

		// One variant with the value is used, the other is not: the first is archived, the second deleted.
		_, err = w.admin.With("inventory_mode", true).Create("stock.quant", quantOf(int(dearer[0]), 8, 3))
		must(t, err)
		second := w.read(w.admin, "product.template.attribute.line", lines[0], "value_ids").([]int64)
		kept := second[1:]
		if w.read(w.admin, "product.template.attribute.value", values[0], "product_attribute_value_id").([]any)[0] == second[1] {
			kept = second[:1]
		}
		must(t, w.admin.Write("product.template.attribute.line", odoosim.Values{"value_ids": []any{[]any{6, 0, kept}}}, lines[0]))
		left := w.Products()[0].Variants
		if len(left) != 3 || w.read(w.admin, variantModel, dearer[0], "active") != false {
			t.Errorf("Odoo %d: %v are left of %v", version, left, variants)
		}
		must(t, w.admin.Write(templateModel, odoosim.Values{"attribute_line_ids": []any{[]any{2, lines[1], 0}, []any{2, lines[0], 0}}}, template))
		w.expect(template, map[string]any{"product_variant_count": int64(1)})
	}
}

func TestVariantImages(t *testing.T) {
	w := newWorld(t, 18)
	template, variants := w.shirt(odoosim.Values{})
	must(t, w.admin.Write(variantModel, odoosim.Values{"image_1920": pixel}, variants[0]))
	w.expect(template, map[string]any{"image_1920": pixel, "image_128": pixel}) // the template had none
	const other = "R0lGODlhAQABAAAAACw="
	must(t, w.admin.Write(variantModel, odoosim.Values{"image_1920": other}, variants[1]))
	w.expect(template, map[string]any{"image_1920": pixel})
	if a, b := w.read(w.admin, variantModel, variants[1], "image_1920"), w.read(w.admin, variantModel, variants[0], "image_128"); a != other || b != pixel {
		t.Errorf("the variants show %v and %v", a, b)
	}
	found, err := w.admin.Search("ir.attachment", list("res_field", "in", list("image_1920", "image_variant_1920")))
	must(t, err)
	if len(found) != 2 {
		t.Errorf("%d attachments, want 2", len(found))
	}
}

func TestConfiguration(t *testing.T) {
	for _, version := range []int{13, 20} {
		if _, err := odoosim.New(odoosim.Config{Version: version}); err == nil {
			t.Errorf("Odoo %d was made", version)
		}
	}
	for version := 14; version <= 19; version++ {
		w := newWorld(t, version)
		w.create(odoosim.Values{"default_code": "A"})
		if len(w.Products()) != 1 || w.Database() != "odoo" {
			t.Errorf("Odoo %d: %+v", version, w.Products())
		}
	}
	w := newWorld(t, 18)
	w.serve()
	if _, err := w.Start(); err == nil {
		t.Error("it listens twice")
	}
}
