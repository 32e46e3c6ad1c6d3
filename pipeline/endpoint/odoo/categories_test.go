package odoo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// category makes a category below another, which is 1 for the root.
func (s *shop) category(name string, parent int64) int64 {
	s.Helper()
	return must(s.as().Create("product.category", odoosim.Values{"name": name, "parent_id": parent}))
}

// placed returns the category that a product is in.
func (s *shop) placed(key pipeline.Key) int64 {
	s.Helper()
	for _, p := range s.server.Products() {
		if keyOf(p.ID) == key {
			return p.CategoryID
		}
	}
	s.Fatalf("no product %s", key)
	return 0
}

// A level may be named like a path. It stays one level, apart from the path that Odoo writes like it.
func TestLevelsThatLookLikePaths(t *testing.T) {
	both(t, func(s *shop) {
		odd := s.category("Tops / Shirts", 1)
		deep := s.category(`A/B`, odd)
		tops := s.category("Tops", 1)
		shirts := s.category("Shirts", tops)
		paths := map[string]int64{
			`All / Tops \/ Shirts`: odd, `All / Tops \/ Shirts / A/B`: deep, "All / Tops / Shirts": shirts,
		}
		for path, id := range paths {
			draft := s.drafts(1)[0]
			draft.Token, draft.Fields["barcode"] = "t"+strings.Repeat("x", int(id)), pipeline.Value{}
			draft.Fields["categ_id"] = pipeline.Text(path)
			key := s.make(draft)[0]
			if got := s.fetch(key)[key].Fields["categ_id"].AsText(); got != path {
				s.Errorf("%s came back as %q", path, got)
			}
			if got := s.placed(key); got != id {
				s.Errorf("%s: the product is in the category %d, want %d", path, got, id)
			}
			found, err := s.end.Find(s.Context(), "categ_id", []pipeline.Value{pipeline.Text(path)}, mapped)
			if err != nil || len(found) != 1 || found[0].Key != key {
				s.Errorf("%s is found as %v, %v", path, found, err)
			}
		}
		// One that is new is made as one level too.
		draft := s.drafts(1)[0]
		draft.Token, draft.Fields["barcode"] = "new", pipeline.Value{}
		draft.Fields["categ_id"] = pipeline.Text(`All / Either \/ or / x\\/y`)
		s.make(draft)
		made := map[string]bool{}
		for _, name := range s.server.Categories() {
			made[name] = true
		}
		if !made["All / Either / or"] || !made[`All / Either / or / x\/y`] || made["All / Either"] {
			s.Errorf("categories: %v", made)
		}
	})
}

// Two categories of one path are one place: new products go into the older, and those in the younger
// stay there.
func TestTwinCategories(t *testing.T) {
	both(t, func(s *shop) {
		older, younger := s.category("Twin", 1), s.category("Twin", 1)
		inside := s.category("Inside", younger)
		keys := s.make(s.drafts(3)...)
		if err := s.as().Write("product.template", odoosim.Values{"categ_id": younger}, idOf(s.T, keys[0])); err != nil {
			s.Fatal(err)
		}
		twin := pipeline.Values{"categ_id": pipeline.Text("All / Twin")}
		for _, r := range s.end.Update(s.Context(), []pipeline.Patch{
			{Key: keys[0], Fields: twin},
			{Key: keys[1], Fields: twin},
			{Key: keys[2], Fields: pipeline.Values{"categ_id": pipeline.Text("All / Twin / Inside")}},
		}) {
			if r.Err != nil {
				s.Fatal(r.Err)
			}
		}
		for i, want := range []int64{younger, older, inside} {
			if got := s.placed(keys[i]); got != want {
				s.Errorf("product %d is in the category %d, want %d", i, got, want)
			}
		}
		s.pass(10 * time.Minute)
		s.wrongly(pipeline.Needs{Reads: []string{"categ_id"}}, "categories", pipeline.GradeWarning, `2 categories "All / Twin"`, "Rename or merge")
	})
}

// A category that is renamed between the look and the next write is not taken for what it was.
func TestCategoryRenamedInBetween(t *testing.T) {
	both(t, func(s *shop) {
		keys := s.make(s.drafts(2)...)
		shelf := s.category("Shelf", 1)
		there := pipeline.Values{"categ_id": pipeline.Text("All / Shelf")}
		if r := s.end.Update(s.Context(), []pipeline.Patch{{Key: keys[0], Fields: there}}); r[0].Err != nil {
			s.Fatal(r[0].Err)
		}
		if err := s.as().Write("product.category", odoosim.Values{"name": "Rack"}, shelf); err != nil {
			s.Fatal(err)
		}
		if r := s.end.Update(s.Context(), []pipeline.Patch{{Key: keys[1], Fields: there}}); r[0].Err != nil {
			s.Fatal(r[0].Err)
		}
		got := s.fetch(keys...)
		if a, b := got[keys[0]].Fields["categ_id"].AsText(), got[keys[1]].Fields["categ_id"].AsText(); a != "All / Rack" || b != "All / Shelf" {
			s.Errorf("the products are in %q and %q", a, b)
		}
	})
}

// From Odoo 19 on there is no root, a product may have no category, and a category in use can be deleted.
// That moves no date, so that the full pass alone sees it.
func TestCategoryDeletedInUse(t *testing.T) {
	s := newShop(t, 19)
	drafts := s.drafts(2)
	drafts[0].Fields["categ_id"], drafts[1].Fields["categ_id"] = pipeline.Text("Shelf / Left"), pipeline.Value{}
	keys := s.make(drafts...)
	got := s.fetch(keys...)
	if a, b := got[keys[0]].Fields["categ_id"], got[keys[1]].Fields["categ_id"]; a.AsText() != "Shelf / Left" || !b.IsNull() {
		t.Errorf("the products are in %v and %v", a, b)
	}
	s.pass(time.Hour)
	cursor := s.list()
	for id, name := range s.server.Categories() {
		if name == "Shelf / Left" {
			if err := s.as().Unlink("product.category", id); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.pass(time.Minute)
	if changes, _ := s.changes(cursor); len(changes) != 0 {
		t.Errorf("the poll sees %v", changes)
	}
	seen := 0
	_, err := s.end.List(t.Context(), mapped, func(changes []pipeline.Change) error {
		for _, c := range changes {
			if v := c.Record.Fields["categ_id"]; !v.IsNull() {
				t.Errorf("%s is in %v", c.Key, v)
			}
			seen++
		}
		return nil
	})
	if err != nil || seen != 2 {
		t.Errorf("listed %d products, %v", seen, err)
	}
}
