package odoo_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// TestFactsHold: what docs/fields.md says a poll notices, a poll notices, on each version, on whichever model the edit
// is made; and what it says only the full pass sees, a poll does not.
func TestFactsHold(t *testing.T) {
	edits := map[string]any{
		"name": "Cup", "default_code": "CUP-2", "list_price": 3.5, "barcode": "4006381333931", "description_sale": "Blue.",
		"standard_price": 1.25, "weight": 0.75, "image_1920": tinyPNG, "active": false,
	}
	for _, fact := range odoo.Kind().Facts() {
		name := fact.Field.Name
		t.Run(fact.Variant+" "+name, func(t *testing.T) {
			s := newShop(t, versionOf(t, fact), inWarehouse("WH", ""))
			key, template := s.stocked(5)
			category := s.category("Mugs", 1)
			s.edit("product.template", odoosim.Values{"categ_id": category}, template)
			variant := must(s.as().Search("product.product", []any{"product_tmpl_id", "=", template}))[0]
			s.notices(t, name, key, true, func() {
				switch name {
				case "qty_available":
					must(0, s.as().Sell("WH", template, 1))
				case "categ_id":
					s.edit("product.category", odoosim.Values{"name": "Cups"}, category)
				default:
					s.edit("product.template", odoosim.Values{name: edits[name]}, template)
				}
			})
			if slices.Contains([]string{"barcode", "standard_price", "active"}, name) { // the template's date stays
				edits := map[string]any{"barcode": "96385074", "standard_price": 2.5, "active": true}
				s.notices(t, name, key, true, func() { s.edit("product.product", odoosim.Values{name: edits[name]}, variant) })
			}
			if name == "categ_id" && fact.FullPass != "" {
				s.notices(t, name, key, false, func() {
					if err := s.as().Unlink("product.category", category); err != nil {
						t.Fatal(err)
					}
				})
			}
		})
	}
}

func versionOf(t *testing.T, fact pipeline.FieldFact) (version int) {
	t.Helper()
	if _, err := fmt.Sscan(fact.Variant, &version); err != nil {
		t.Fatal(err)
	}
	return version
}

func (s *shop) edit(model string, values odoosim.Values, id int64) {
	s.Helper()
	if err := s.as().Write(model, values, id); err != nil {
		s.Fatal(err)
	}
}

// notices makes an edit an hour later, and expects that a poll of the field names the product, or does not.
func (s *shop) notices(t *testing.T, field string, key pipeline.Key, want bool, edit func()) {
	t.Helper()
	s.pass(time.Hour)
	none := func([]pipeline.Change) error { return nil }
	cursor, err := s.end.List(t.Context(), []string{field}, none)
	if err != nil {
		t.Fatal(err)
	}
	s.pass(time.Hour)
	edit()
	s.pass(time.Minute)
	got := false
	_, err = s.end.Changes(t.Context(), cursor, []string{field}, func(changes []pipeline.Change) error {
		got = got || slices.ContainsFunc(changes, func(c pipeline.Change) bool { return c.Key == key })
		return nil
	})
	if err != nil || got != want {
		t.Errorf("a poll for %s named the product: %v, want %v (%v)", field, got, want, err)
	}
}

// tinyPNG is one pixel.
const tinyPNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
