package odoosim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

const (
	templateModel = "product.template"
	variantModel  = "product.product"
	pixel         = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGM8ISfHgA0wYRUdtBIA0MoBFD5jqJkAAAAASUVORK5CYII="
)

// moved says which dates a write moved: of the template and of its variant.
type moved struct{ Template, Variant bool }

// TestWhichDatesMove is the table of section c of what was measured, row by row.
func TestWhichDatesMove(t *testing.T) {
	none, onlyT, onlyP, two := moved{}, moved{true, false}, moved{false, true}, moved{true, true}
	write := func(model, field string, value any) func(*world, int64, int64) error {
		return func(w *world, template, variant int64) error {
			id := map[string]int64{templateModel: template, variantModel: variant}[model]
			return w.admin.Write(model, odoosim.Values{field: value}, id)
		}
	}
	for _, row := range []struct {
		name    string
		do      func(w *world, template, variant int64) error
		old, at moved // on 16 and on 18
	}{
		{"template name", write(templateModel, "name", "Cup"), onlyT, two},
		{"template price", write(templateModel, "list_price", 3.5), onlyT, two},
		{"template description", write(templateModel, "description_sale", "x"), onlyT, two},
		{"template category", write(templateModel, "categ_id", 2), onlyT, two},
		{"template image", write(templateModel, "image_1920", pixel), onlyT, two},
		{"template image removed", write(templateModel, "image_1920", false), onlyT, two},
		{"template translation", func(w *world, template, _ int64) error {
			return w.admin.With("lang", "fr_FR").Write(templateModel, odoosim.Values{"name": "Tasse"}, template)
		}, onlyT, two},
		{"template equal value", write(templateModel, "name", "Mug"), onlyT, two},
		{"template nothing", func(w *world, template, _ int64) error {
			return w.admin.Write(templateModel, odoosim.Values{}, template)
		}, onlyT, two},
		{"template reference", write(templateModel, "default_code", "A1"), two, two},
		{"template barcode", write(templateModel, "barcode", "590"), two, two},
		{"template cost", write(templateModel, "standard_price", 2.0), two, two},
		{"template weight", write(templateModel, "weight", 0.5), two, two},
		{"template volume", write(templateModel, "volume", 0.5), two, two},
		{"template archived", write(templateModel, "active", false), two, two},
		{"template archived by action", func(w *world, template, _ int64) error {
			return w.admin.Archive(templateModel, template)
		}, two, two},
		{"variant reference", write(variantModel, "default_code", "A1"), two, two},
		{"variant weight", write(variantModel, "weight", 0.5), two, two},
		{"variant image", write(variantModel, "image_1920", pixel), two, two},
		{"variant name", write(variantModel, "name", "Cup"), two, two},
		{"variant template's price", write(variantModel, "list_price", 3.5), two, two},
		{"variant price", write(variantModel, "lst_price", 3.5), two, two},
		{"variant barcode", write(variantModel, "barcode", "590"), onlyP, onlyP},
		{"variant cost", write(variantModel, "standard_price", 2.0), onlyP, onlyP},
		{"variant archived", write(variantModel, "active", false), onlyP, onlyP},
		{"variant own image", write(variantModel, "image_variant_1920", pixel), onlyP, onlyP},
		{"stock counted", func(w *world, _, variant int64) error {
			_, err := w.admin.With("inventory_mode", true).Create("stock.quant", odoosim.Values{"product_id": variant, "location_id": 8, "inventory_quantity_auto_apply": 3})
			return err
		}, none, none},
		{"category renamed", func(w *world, _, _ int64) error {
			return w.admin.Write("product.category", odoosim.Values{"name": "Everything"}, 1)
		}, none, none},
	} {
		for version, want := range map[int]moved{16: row.old, 18: row.at, 19: row.at} {
			t.Run(fmt.Sprint(row.name, " on ", version), func(t *testing.T) {
				w := newWorld(t, version)
				template, variant := w.create(storable(version))
				w.tick(time.Minute)
				must(t, row.do(w, template, variant))
				got := moved{w.movedNow(templateModel, template), w.movedNow(variantModel, variant)}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("dates moved (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func storable(version int) odoosim.Values {
	if version < 18 {
		return odoosim.Values{"detailed_type": "product"}
	}
	return odoosim.Values{"is_storable": true}
}

// movedNow tells whether the record's date is that of now.
func (w *world) movedNow(model string, id int64) bool {
	w.t.Helper()
	return w.read(w.admin, model, id, "write_date") == w.time().UTC().Format(time.DateTime)
}

func TestTheExtraPriceOfAValueMovesNothing(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		template, _ := w.shirt(odoosim.Values{})
		values, err := w.admin.Search("product.template.attribute.value")
		must(t, err)
		w.tick(time.Minute)
		must(t, w.admin.Write("product.template.attribute.value", odoosim.Values{"price_extra": 5}, values[0]))
		if w.movedNow(templateModel, template) {
			t.Errorf("Odoo %d: the template's date moved", version)
		}
	}
}

func TestCategoryDates(t *testing.T) {
	w := newWorld(t, 16)
	child, err := w.admin.Create("product.category", odoosim.Values{"name": "Cups", "parent_id": 2})
	must(t, err)
	w.tick(time.Minute)
	must(t, w.admin.Write("product.category", odoosim.Values{"name": "For sale"}, 2))
	if name := w.Categories()[child]; name != "All / For sale / Cups" {
		t.Errorf("the child is %q now", name)
	}
	for id, want := range map[int64]bool{1: false, 2: true, 3: false, child: true} {
		if got := w.movedNow("product.category", id); got != want {
			t.Errorf("date of category %d moved: %v, want %v", id, got, want)
		}
	}
}

func TestDatesAreCutAndComparedExactly(t *testing.T) {
	w := newWorld(t, 18)
	w.create(odoosim.Values{})
	for operator, want := range map[string]int{
		">= 2026-11-24 15:00:00": 1, "> 2026-11-24 15:00:00": 1, "= 2026-11-24 15:00:00": 0, "<= 2026-11-24 15:00:00": 0,
		"= 2026-11-24 15:00:00.25": 1, ">= 2026-11-24T15:00:00.250000Z": 1, "> 2026-11-24 15:00:00.250000": 0,
		"> 2026-11-24 15:00:00.249999+00:00": 1, ">= 2026-11-24": 1, "> 2026-11-24": 0, "<= 2026-11-24": 1, "< 2026-11-24": 0,
	} {
		if got := w.countByDate(operator); got != want {
			t.Errorf("write_date %s finds %d, want %d", operator, got, want)
		}
	}
	if got := w.read(w.admin, templateModel, 1, "write_date"); got != "2026-11-24 15:00:00" {
		t.Errorf("the date reads %v", got)
	}
	must(t, w.admin.Write(templateModel, odoosim.Values{"write_date": "2001-01-01 00:00:00"}, 1))
	if got := w.read(w.admin, templateModel, 1, "write_date"); got != "2026-11-24 15:00:00" {
		t.Errorf("a client set the date to %v", got)
	}
}

func TestFrom19OnDatesAreComparedBySecond(t *testing.T) {
	w := newWorld(t, 19)
	w.create(odoosim.Values{})
	for operator, want := range map[string]int{
		"= 2026-11-24 15:00:00": 1, "> 2026-11-24 15:00:00": 0, "<= 2026-11-24 15:00:00": 1, ">= 2026-11-24 15:00:00.9": 1,
	} {
		if got := w.countByDate(operator); got != want {
			t.Errorf("write_date %s finds %d, want %d", operator, got, want)
		}
	}
	if _, err := w.admin.Search(templateModel, []any{"write_date", ">=", "2026-11-24T15:00:00Z"}); err == nil {
		t.Error("a zone was accepted")
	}
}

// countByDate counts the templates whose write date stands in a relation, "> 2026-11-24", to another.
func (w *world) countByDate(condition string) int {
	w.t.Helper()
	var operator string
	for i, r := range condition {
		if r == ' ' {
			operator, condition = condition[:i], condition[i+1:]
			break
		}
	}
	ids, err := w.admin.Search(templateModel, []any{"write_date", operator, condition})
	must(w.t, err)
	return len(ids)
}

func TestALongTransactionCommitsBehindAPoll(t *testing.T) {
	for _, version := range both {
		w := newWorld(t, version)
		old, _ := w.create(odoosim.Values{"name": "Old"})
		began := w.tick(time.Minute)
		tx := w.Begin(odoosim.ShopLogin)
		tx.Write(templateModel, odoosim.Values{"name": "Changed late"}, old)
		reserved := tx.Create(templateModel, odoosim.Values{"name": "Made late"})

		w.tick(time.Minute)
		later, _ := w.create(odoosim.Values{"name": "Made in between"})
		if later <= reserved {
			t.Errorf("Odoo %d: id %d was given out after %d", version, later, reserved)
		}
		poll := []any{"write_date", ">=", began.Format("2006-01-02 15:04:05.000000")}
		seen, err := w.admin.Search(templateModel, poll)
		must(t, err)
		if diff := cmp.Diff([]int64{later}, seen); diff != "" {
			t.Errorf("Odoo %d: before the commit (-want +got):\n%s", version, diff)
		}

		must(t, tx.Commit())
		seen, err = w.admin.With("active_test", false).Search(templateModel, poll)
		must(t, err)
		if len(seen) != 3 {
			t.Errorf("Odoo %d: after the commit %v are seen, want 3", version, seen)
		}
		want := began.Format(time.DateTime)
		for _, id := range []int64{old, reserved} {
			if got := w.read(w.admin, templateModel, id, "write_date"); got != want {
				t.Errorf("Odoo %d: product %d is dated %v, want the beginning, %s", version, id, got, want)
			}
		}
		if tx.Commit() == nil {
			t.Error("it committed twice")
		}
	}
}

func TestATransactionFailsAsAWhole(t *testing.T) {
	w := newWorld(t, 18)
	id, _ := w.create(odoosim.Values{"name": "Old", "default_code": "A"})
	tx := w.Begin(odoosim.ShopLogin)
	tx.Write(templateModel, odoosim.Values{"name": "New", "default_code": "B"}, id)
	tx.Create(templateModel, odoosim.Values{"name": "Another"})
	tx.Unlink(templateModel, 4711)
	if tx.Commit() == nil {
		t.Fatal("a missing record was deleted")
	}
	products := w.Products()
	if len(products) != 1 || products[0].Name != "Old" || products[0].SKU != "A" {
		t.Errorf("something of the transaction stayed: %+v", products)
	}
	found, err := w.admin.Search(variantModel, []any{"default_code", "=", "A"})
	must(t, err)
	if len(found) != 1 {
		t.Errorf("the index lost the old reference: %v", found)
	}
}
