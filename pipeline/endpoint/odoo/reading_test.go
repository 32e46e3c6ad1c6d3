package odoo_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func (s *shop) drafts(n int) []pipeline.Draft {
	drafts := manyDrafts(n, "T100000")
	for i := range drafts {
		drafts[i].Since = s.Now()
	}
	return drafts
}

// quiet is a shop in which nothing happened for an hour.
func (s *shop) quiet(n int) (keys []pipeline.Key, cursor string) {
	keys = s.make(s.drafts(n)...)
	s.pass(time.Hour)
	return keys, s.list()
}

// "An idle poll is at most three requests", however many products there are.
func TestIdlePollDoesNotGrow(t *testing.T) {
	both(t, func(s *shop) {
		for _, more := range []int{10, 1200} {
			drafts := s.drafts(more)
			for i := range drafts {
				drafts[i].Token += fmt.Sprint("_", more)
				drafts[i].Fields["barcode"] = pipeline.Value{}
			}
			s.make(drafts...)
			s.pass(time.Hour)
			cursor := s.list()
			s.server.ResetStats()
			got, _ := s.changes(cursor)
			if stats := s.server.Stats(); len(got) != 0 || stats.Total() > 2 || stats.Changes() != 0 {
				s.Errorf("with %d more products: %d changes, requests %v", more, len(got), stats.Requests)
			}
		}
	})
}

func TestListPagesWithoutSkipping(t *testing.T) {
	both(t, func(s *shop) {
		keys := s.make(s.drafts(1200)...)
		extra := 0
		seen := map[pipeline.Key]int{}
		_, err := s.end.List(s.Context(), []string{"name"}, func(batch []pipeline.Change) error {
			for _, c := range batch {
				seen[c.Key]++
			}
			// While the listing goes on, products come and go.
			extra++
			must(s.as().Create("product.template", odoosim.Values{"name": fmt.Sprint("New ", extra)}))
			return s.as().Unlink("product.template", id(keys[extra]))
		})
		if err != nil {
			s.Fatal(err)
		}
		for i, key := range keys {
			if i >= 1 && i <= extra {
				continue
			}
			if seen[key] != 1 {
				s.Fatalf("the product %s was listed %d times", key, seen[key])
			}
		}
	})
}

func keyOf(id int64) pipeline.Key { return pipeline.Key(fmt.Sprint(id)) }

func id(key pipeline.Key) int64 {
	var n int64
	_ = must(fmt.Sscan(string(key), &n))
	return n
}

// Invariant 4: a long transaction's edits carry the date of its beginning, and are seen although polls
// went by in between.
func TestLongTransactionIsNotMissed(t *testing.T) {
	both(t, func(s *shop) {
		keys, cursor := s.quiet(3)
		tx := s.server.Begin(odoosim.ShopLogin)
		tx.Write("product.template", odoosim.Values{"list_price": 5.0}, id(keys[1]))
		for range 5 {
			s.pass(2 * time.Minute)
			_, cursor = s.changes(cursor)
		}
		if err := tx.Commit(); err != nil {
			s.Fatal(err)
		}
		s.pass(time.Minute)
		if got, _ := s.changes(cursor); len(got) != 1 || got[keys[1]].Stamp != s.fetch(keys[1])[keys[1]].Stamp {
			s.Errorf("changes: %v", got)
		}
	})
}

// A category's new name or place changes what its products hold, and moves none of their dates.
func TestRenamedCategory(t *testing.T) {
	both(t, func(s *shop) {
		keys, cursor := s.quiet(10)
		var shelf int64
		for n, name := range s.server.Categories() {
			if name == "All / Vêtements / Rayon 3" {
				shelf = n
			}
		}
		if err := s.as().Write("product.category", odoosim.Values{"name": "Tops"}, shelf); err != nil {
			s.Fatal(err)
		}
		s.pass(10 * time.Second)
		got, cursor := s.changes(cursor)
		if want := []pipeline.Key{keys[3]}; !slices.Equal(slices.Sorted(maps.Keys(got)), want) || got[keys[3]].Stamp != "" {
			s.Fatalf("changes: %v, want %v without a stamp", got, want)
		}
		if path := s.fetch(keys[3])[keys[3]].Fields["categ_id"].AsText(); path != "All / Vêtements / Tops" {
			s.Errorf("category %q", path)
		}
		s.pass(10 * time.Second)
		if got, cursor = s.changes(cursor); len(got) != 0 {
			s.Errorf("told again: %v", got)
		}
		// Another rename within the overlap is told, also one of a level above.
		for n, name := range s.server.Categories() {
			if name == "All / Vêtements" {
				if err := s.as().Write("product.category", odoosim.Values{"name": "Clothing"}, n); err != nil {
					s.Fatal(err)
				}
			}
		}
		s.pass(10 * time.Second)
		if got, cursor = s.changes(cursor); len(got) != len(keys) {
			s.Errorf("changes: %v, want all %d products", got, len(keys))
		}
		// Nobody is told who does not map the category.
		next, err := s.end.Changes(s.Context(), cursor, []string{"name"}, func(batch []pipeline.Change) error {
			s.Errorf("changes without the category: %v", batch)
			return nil
		})
		if err != nil || strings.Contains(next, "|") {
			s.Errorf("%q, %v", next, err)
		}
	})
}

func TestNewCategoryTellsNothing(t *testing.T) {
	both(t, func(s *shop) {
		keys, cursor := s.quiet(3)
		s.pass(time.Hour)
		patch := pipeline.Patch{Key: keys[0], Fields: pipeline.Values{"categ_id": pipeline.Text("All / Fresh / Deep")}}
		if r := s.end.Update(s.Context(), []pipeline.Patch{patch}); r[0].Err != nil {
			s.Fatal(r[0].Err)
		}
		s.pass(10 * time.Second)
		if got, _ := s.changes(cursor); len(got) != 1 || got[keys[0]].Stamp == "" {
			s.Errorf("changes: %v, want the moved product by its own stamp", got)
		}
	})
}

// Edits on the variant alone move the variant's date alone.
func TestVariantEditsAreSeen(t *testing.T) {
	both(t, func(s *shop) {
		keys, cursor := s.quiet(4)
		variants := map[pipeline.Key]int64{}
		for _, p := range s.server.Products() {
			variants[keyOf(p.ID)] = p.Variants[0]
		}
		for i, values := range []odoosim.Values{{"barcode": "123"}, {"standard_price": 9.5}, {"active": false}, {"default_code": "NEW"}} {
			if err := s.as().Write("product.product", values, variants[keys[i]]); err != nil {
				s.Fatal(err)
			}
		}
		s.pass(10 * time.Second)
		got, _ := s.changes(cursor)
		for i, key := range keys {
			if c, ok := got[key]; !ok || c.Stamp != s.fetch(key)[key].Stamp {
				s.Errorf("edit %d of the variant: %+v", i, c)
			}
		}
	})
}

// shirt makes a template with four variants and returns its id.
func (s *shop) shirt() int64 {
	s.Helper()
	var lines []any
	for _, name := range []string{"Size", "Colour"} {
		attribute := must(s.as().Create("product.attribute", odoosim.Values{"name": name}))
		var values []int64
		for i := range 2 {
			values = append(values, must(s.as().Create("product.attribute.value", odoosim.Values{"name": fmt.Sprint(name, i), "attribute_id": attribute})))
		}
		lines = append(lines, []any{0, 0, map[string]any{"attribute_id": attribute, "value_ids": []any{[]any{6, 0, values}}}})
	}
	return must(s.as().Create("product.template", odoosim.Values{"name": "Shirt", "attribute_line_ids": lines}))
}

func TestTemplatesWithVariantsTakeNoPart(t *testing.T) {
	both(t, func(s *shop) {
		shirt := s.shirt()
		key := keyOf(shirt)
		if r := s.fetch(key)[key]; r.Excluded != "the template has 4 variants" {
			s.Errorf("excluded: %q", r.Excluded)
		}
		patch := pipeline.Patch{Key: key, Fields: pipeline.Values{"default_code": pipeline.Text("X")}}
		if e := pipeline.AsError(s.end.Update(s.Context(), []pipeline.Patch{patch})[0].Err); e == nil || e.Class != pipeline.Stale {
			s.Errorf("its code was written: %v", e)
		}
		// With three of the variants archived, it is one product.
		var variants []int64
		for _, p := range s.server.Products() {
			if p.ID == shirt {
				variants = p.Variants
			}
		}
		if err := s.as().Write("product.product", odoosim.Values{"active": false}, variants[1:]...); err != nil {
			s.Fatal(err)
		}
		if err := s.as().Write("product.product", odoosim.Values{"barcode": "777", "standard_price": 3.5}, variants[0]); err != nil {
			s.Fatal(err)
		}
		r := s.fetch(key)[key]
		if r.Excluded != "" || r.Fields["barcode"].AsText() != "777" || r.Fields["standard_price"].String() != "3.5" {
			s.Errorf("with one active variant: %+v", r)
		}
		patch.Fields = pipeline.Values{"default_code": pipeline.Text("ONE"), "barcode": {}}
		got := s.end.Update(s.Context(), []pipeline.Patch{patch})[0]
		if got.Err != nil || got.Record.Fields["default_code"].AsText() != "ONE" || !got.Record.Fields["barcode"].IsNull() {
			s.Errorf("written: %+v", got)
		}
	})
}

func TestFindSeesVariantsCodes(t *testing.T) {
	both(t, func(s *shop) {
		shirt := s.shirt()
		var variants []int64
		for _, p := range s.server.Products() {
			if p.ID == shirt {
				variants = p.Variants
			}
		}
		if err := s.as().Write("product.product", odoosim.Values{"default_code": "SH-1", "barcode": "555"}, variants[2]); err != nil {
			s.Fatal(err)
		}
		for field, value := range map[string]string{"default_code": "SH-1", "barcode": "555"} {
			got, err := s.end.Find(s.Context(), field, []pipeline.Value{pipeline.Text(value)}, mapped)
			if err != nil || len(got) != 1 || got[0].Excluded == "" {
				s.Errorf("by %s: %+v, %v", field, got, err)
			}
		}
		got, err := s.end.Find(s.Context(), "categ_id", []pipeline.Value{pipeline.Text("All")}, mapped)
		if err != nil || len(got) != 1 {
			s.Errorf("by category: %+v, %v", got, err)
		}
	})
}

// A cursor that is none, of another version say, means everything.
func TestUnknownCursorListsEverything(t *testing.T) {
	both(t, func(s *shop) {
		keys, _ := s.quiet(5)
		for _, cursor := range []string{"", "v2:17"} {
			if got, next := s.changes(cursor); len(got) != len(keys) || next == "" {
				s.Errorf("%q: %d changes, next %q", cursor, len(got), next)
			}
		}
	})
}

// The server's clock is its own: times are on ours, and cursors on the server's.
func TestServerWithAnotherClock(t *testing.T) {
	const behind = 3 * time.Hour
	both(t, func(s *shop) {
		keys := s.make(s.drafts(1)...)
		s.pass(10 * time.Second)
		at := s.Now().Add(-10 * time.Second)
		if r := s.fetch(keys[0])[keys[0]]; r.Modified.Sub(at).Abs() > 2*time.Second || !r.Settled {
			s.Errorf("modified %v, want %v; settled %t", r.Modified, at, r.Settled)
		}
		s.pass(time.Hour)
		cursor := s.list()
		s.pass(time.Minute)
		if err := s.as().Write("product.template", odoosim.Values{"name": "Edited"}, id(keys[0])); err != nil {
			s.Fatal(err)
		}
		if got, _ := s.changes(cursor); len(got) != 1 {
			s.Errorf("changes %v", got)
		}
		about, err := s.end.Describe(s.Context())
		if want := s.Now().Add(-behind); err != nil || about.Time.Sub(want).Abs() > 2*time.Second {
			s.Errorf("the server's time is told as %v, %v; want %v", about.Time, err, want)
		}
	}, func(c *odoosim.Config, _ *odoo.Settings) {
		now := c.Now
		c.Now = func() time.Time { return now().Add(-behind) }
	})
}
