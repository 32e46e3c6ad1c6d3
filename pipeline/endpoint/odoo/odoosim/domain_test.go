package odoosim_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func TestDomains(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version, func(c *odoosim.Config) {
			c.ExtraFields = []odoosim.Field{{Name: "x_brand", Type: "char"}, {Name: "x_rank", Type: "integer"}, {Name: "x_day", Type: "date"}}
		})
		cups, err := w.admin.Create("product.category", odoosim.Values{"name": "Cups", "parent_id": 2})
		must(t, err)
		w.create(odoosim.Values{"name": "Red mug", "default_code": "MUG_1", "barcode": "591", "list_price": 5, "x_brand": "Ébène", "x_rank": 2})
		w.create(odoosim.Values{"name": "blue mug", "default_code": "MUG-1", "barcode": "592", "list_price": 7.5, "categ_id": cups, "x_day": "2026-02-03"})
		w.create(odoosim.Values{"name": "100% wool", "list_price": 20, "categ_id": 2, "x_rank": 1, "standard_price": 3})
		old, _ := w.create(odoosim.Values{"name": "Old", "barcode": "599"})
		must(t, w.admin.Archive(templateModel, old))

		for _, c := range []struct {
			domain []any
			want   []int64
		}{
			{list(), []int64{1, 2, 3}},
			{list(list("id", "in", list(3, 1, 99))), []int64{1, 3}},
			{list(list("id", "not in", list(3))), []int64{1, 2}},
			{list(list("id", ">", 1)), []int64{2, 3}},
			{list(list("name", "=", "Red mug")), []int64{1}},
			{list(list("name", "!=", "Red mug")), []int64{2, 3}},
			{list(list("name", "like", "mug")), []int64{1, 2}},
			{list(list("name", "ilike", "MUG")), []int64{1, 2}},
			{list(list("name", "not ilike", "MUG")), []int64{3}},
			{list(list("name", "=like", "red%")), nil},
			{list(list("name", "=ilike", "red%")), []int64{1}},
			{list(list("default_code", "like", "MUG_1")), []int64{1, 2}}, // "_" is any character
			{list(list("default_code", "=", "MUG_1")), []int64{1}},
			{list(list("default_code", "=", false)), []int64{3}},
			{list(list("default_code", "!=", "MUG_1")), []int64{2, 3}},
			{list(list("default_code", "in", list("MUG-1", false))), []int64{2, 3}},
			{list(list("default_code", "not in", list("MUG-1"))), []int64{1, 3}},
			{list(list("default_code", "not like", "MUG")), []int64{3}},
			{list("!", list("default_code", "=", "MUG_1")), []int64{2, 3}},
			{list("|", list("list_price", "<", 6), list("list_price", ">=", 20)), []int64{1, 3}},
			{list("!", "|", list("list_price", "<", 6), list("list_price", ">=", 20)), []int64{2}},
			{list("&", list("list_price", ">", 5), list("list_price", "<=", 7.5)), []int64{2}},
			{list(list("list_price", ">", 5), list("list_price", "<=", 7.5)), []int64{2}},
			{list(list("categ_id", "=", cups)), []int64{2}},
			{list(list("categ_id", "child_of", 2)), []int64{2, 3}},
			{list(list("categ_id", "child_of", "Saleable")), []int64{2, 3}},
			{list(list("categ_id", "=", "All / Saleable / Cups")), []int64{2}},
			{list(list("categ_id", "ilike", "saleable")), []int64{2, 3}},
			{list(list("categ_id.complete_name", "=like", "All / Saleable%")), []int64{2, 3}},
			{list(list("categ_id.parent_id.name", "=", "Saleable")), []int64{2}},
			{list(list("product_variant_ids.default_code", "=", "MUG-1")), []int64{2}},
			{list(list("product_variant_ids.write_date", ">=", "2026-01-01")), []int64{1, 2, 3}},
			{list(list("product_variant_ids.write_date", ">=", "2027-01-01")), nil},
			{list(list("barcode", "=", "592")), []int64{2}},
			{list(list("barcode", "in", list("591", "592"))), []int64{1, 2}},
			{list(list("barcode", "in", list("599"))), nil},
			{list(list("barcode", "in", list("599")), list("active", "in", list(true, false))), []int64{4}},
			{list(list("active", "=", false)), []int64{4}},
			{list(list("active", "!=", true)), []int64{4}},
			{list(list("standard_price", ">", 1)), []int64{3}},
			{list(list("x_brand", "ilike", "ébÈ")), []int64{1}},
			{list(list("x_rank", "=", 1)), []int64{3}},
			{list(list("x_day", "=", "2026-02-03")), []int64{2}},
			{list(list("x_day", "<", "2026-02-03")), nil},
			{list(list(1, "=", 1)), []int64{1, 2, 3}},
			{list(list(0, "=", 1)), nil},
			{list(list("id", "=", list(1, 2))), []int64{1, 2}},
			{list(list("id", "in", list())), nil},
			{list(list("product_variant_ids", "=", false)), nil},
			{list(list("product_variant_ids", "in", list(2))), []int64{2}},
			{list(list("sale_ok", "=", false)), nil},
			{list(list("write_uid.login", "=", "admin")), []int64{1, 2, 3}},
		} {
			v, err := w.admin.Call(templateModel, "search", c.domain, 0, false, "id")
			must(t, err)
			got, _ := v.([]int64)
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Odoo %d: %v (-want +got):\n%s", version, c.domain, diff)
			}
		}
		// Through the variant, by the template's fields.
		for _, c := range []struct {
			domain []any
			want   int
		}{
			{list(list("name", "ilike", "mug")), 2},
			{list(list("product_tmpl_id.categ_id", "child_of", 2)), 2},
			{list(list("categ_id", "=", cups)), 1},
			{list(list("product_tmpl_id", "in", list(1, 3))), 2},
		} {
			v, err := w.admin.Call(variantModel, "search_count", c.domain)
			must(t, err)
			if v != int64(c.want) {
				t.Errorf("Odoo %d: variants with %v: %v, want %d", version, c.domain, v, c.want)
			}
		}
	}
}

func TestOrderAndPaging(t *testing.T) {
	w := newWorld(t, 18)
	for i, name := range []string{"b", "a", "c", "a"} {
		w.create(odoosim.Values{"name": name, "list_price": float64(4 - i)})
	}
	must(t, w.admin.Write(templateModel, odoosim.Values{"default_code": "x"}, 3))
	for order, want := range map[string][]int64{
		"":                      {2, 4, 1, 3},
		"id":                    {1, 2, 3, 4},
		"id desc":               {4, 3, 2, 1},
		"name DESC, list_price": {3, 1, 4, 2},
		"list_price":            {4, 3, 2, 1},
		"default_code":          {3, 1, 2, 4}, // no value comes last
		"default_code desc":     {1, 2, 4, 3},
		"categ_id, id desc":     {4, 3, 2, 1},
		"barcode, id":           {1, 2, 3, 4}, // not a column: ignored
	} {
		for offset := 0; offset < 4; offset++ {
			v, err := w.admin.Call(templateModel, "search", list(), offset, 2, order)
			must(t, err)
			if diff := cmp.Diff(want[offset:min(offset+2, 4)], v); diff != "" {
				t.Errorf("order %q from %d (-want +got):\n%s", order, offset, diff)
			}
		}
	}
}

func TestNameSearch(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		w.create(odoosim.Values{"name": "Mug", "default_code": "A"})
		w.create(odoosim.Values{"name": "A mug", "barcode": "590"})
		for term, want := range map[string]string{
			"A":   "[[1 [A] Mug]]",
			"590": "[[2 A mug]]",
			"mug": "[[2 A mug] [1 [A] Mug]]",
			"zzz": "[]",
		} {
			v, err := w.admin.Call(templateModel, "name_search", term)
			must(t, err)
			if got := fmt.Sprint(v); got != want {
				t.Errorf("Odoo %d: %q finds %s, want %s", version, term, got, want)
			}
		}
		v, err := w.admin.Call("product.category", "name_search", "sale")
		must(t, err)
		if got := fmt.Sprint(v); got != "[[2 All / Saleable]]" {
			t.Errorf("Odoo %d: categories: %s", version, got)
		}
	}
}

func TestTranslations(t *testing.T) {
	w := newWorld(t, 16)
	french := w.admin.With("lang", "fr_FR")
	id, _ := w.create(odoosim.Values{"name": "Mug"})
	must(t, french.Write(templateModel, odoosim.Values{"name": "Tasse"}, id))
	if en, fr := w.read(w.admin, templateModel, id, "name"), w.read(french, templateModel, id, "name"); en != "Mug" || fr != "Tasse" {
		t.Errorf("English %v, French %v", en, fr)
	}
	born, err := french.Create(templateModel, odoosim.Values{"name": "Bol"})
	must(t, err)
	must(t, w.admin.Write(templateModel, odoosim.Values{"name": "Bowl"}, born))
	if en, fr := w.read(w.admin, templateModel, born, "name"), w.read(french, templateModel, born, "name"); en != "Bowl" || fr != "Bol" {
		t.Errorf("made in French: English %v, French %v", en, fr)
	}
	found, err := french.Search(templateModel, list("name", "=", "Tasse"))
	must(t, err)
	if len(found) != 1 {
		t.Errorf("the French name finds %v", found)
	}
	// 16 takes a language that is not installed, and overwrites the English text.
	must(t, w.admin.With("lang", "de_DE").Write(templateModel, odoosim.Values{"name": "Becher"}, id))
	if en, fr := w.read(w.admin, templateModel, id, "name"), w.read(french, templateModel, id, "name"); en != "Becher" || fr != "Tasse" {
		t.Errorf("after German: English %v, French %v", en, fr)
	}
}

func TestCostsAreKeptPerCompany(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version, func(c *odoosim.Config) { c.Companies = []string{"One", "Two"} })
		id, _ := w.create(odoosim.Values{"standard_price": 1})
		second := w.admin.With("allowed_company_ids", []int64{2})
		must(t, second.Write(templateModel, odoosim.Values{"standard_price": 2}, id))
		if one, two := w.read(w.admin, templateModel, id, "standard_price"), w.read(second, templateModel, id, "standard_price"); one != 1.0 || two != 2.0 {
			t.Errorf("Odoo %d: company 1 has %v, company 2 %v", version, one, two)
		}
	}
}
