package odoo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func rename(from, to string, records int) pipeline.CategoryRename {
	return pipeline.CategoryRename{Name: "categ_id", From: pipeline.Text(from), To: pipeline.Text(to), Records: records}
}

// One write of a category does for all its products, whose dates stay.
func TestRename(t *testing.T) {
	both(t, func(s *shop) {
		keys, _ := s.quiet(20)
		before := s.fetch(keys...)
		inside := 0
		for _, r := range before {
			if r.Fields["categ_id"].AsText() == "All / Vêtements / Rayon 3" {
				inside++
			}
		}
		renamer := s.end.(pipeline.CategoryRenamer)
		r := rename("All / Vêtements / Rayon 3", `All / Saleable / Tops \/ Shirts`, inside)
		if why, err := renamer.CanRename(s.Context(), r); err != nil || why != "" {
			s.Fatal(why, err)
		}
		s.server.ResetStats()
		if err := renamer.Rename(s.Context(), r); err != nil {
			s.Fatal(err)
		}
		if n := s.server.Stats().Changes(); n != 1 {
			s.Errorf("%d writing requests: %v", n, s.server.Stats().Requests)
		}
		for key, now := range s.fetch(keys...) {
			want := before[key].Fields["categ_id"].AsText()
			if want == "All / Vêtements / Rayon 3" {
				want = `All / Saleable / Tops \/ Shirts`
			}
			if got := now.Fields["categ_id"].AsText(); got != want || now.Stamp != before[key].Stamp {
				s.Errorf("%s is in %q with the stamp %s, want %q and %s", key, got, now.Stamp, want, before[key].Stamp)
			}
		}
		if why, err := renamer.CanRename(s.Context(), r); err != nil || !strings.Contains(why, "no category") {
			s.Errorf("again: %q, %v", why, err)
		}
	})
}

func TestRenameThatIsNone(t *testing.T) {
	both(t, func(s *shop) {
		shelf := s.category("Shelf", 1)
		s.category("Twin", 1)
		s.category("Twin", 1)
		for _, draft := range s.drafts(3) {
			draft.Fields["categ_id"] = pipeline.Text("All / Shelf")
			s.make(draft)
		}
		for name, tc := range map[string]struct {
			r    pipeline.CategoryRename
			says string
		}{
			"not there":          {rename("All / Nowhere", "All / X", 3), "no category"},
			"one of two":         {rename("All / Twin", "All / X", 3), "has 2 categories"},
			"there already":      {rename("All / Shelf", "All / Saleable", 3), "already"},
			"below what is not":  {rename("All / Shelf", "All / Nowhere / Shelf", 3), "to put it in"},
			"inside of itself":   {rename("All / Shelf", "All / Shelf / Shelf", 3), "inside of itself"},
			"with more products": {rename("All / Shelf", "All / X", 2), "holds 3 products, and 2"},
		} {
			renamer := s.end.(pipeline.CategoryRenamer)
			why, err := renamer.CanRename(s.Context(), tc.r)
			if err != nil || !strings.Contains(why, tc.says) {
				s.Errorf("%s: %q, %v", name, why, err)
			}
			if err := renamer.Rename(s.Context(), tc.r); pipeline.ClassOf(err) != pipeline.Stale || err == nil {
				s.Errorf("%s: done all the same: %v", name, err)
			}
		}
		if name := s.server.Categories()[shelf]; name != "All / Shelf" {
			s.Errorf("it is called %q", name)
		}
	})
}

func TestRenameMayNotMakeNames(t *testing.T) {
	s := newShop(t, 18, func(_ *odoosim.Config, s *odoo.Settings) { s.Categories.Create = false })
	s.category("Shelf", 1)
	why, err := s.end.(pipeline.CategoryRenamer).CanRename(t.Context(), rename("All / Shelf", "All / X", 1))
	if err != nil || !strings.Contains(why, "does not let") {
		t.Errorf("%q, %v", why, err)
	}
}

// A lost answer is looked into.
func TestRenameWithLostAnswer(t *testing.T) {
	for effect, done := range map[odoosim.Effect]bool{odoosim.DropAfter: true, odoosim.DropBefore: false} {
		s := newShop(t, 18)
		shelf := s.category("Shelf", 1)
		if _, err := s.end.Describe(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Minute)
		s.server.Order(odoosim.Rule{Model: "product.category", Method: "write", Effect: effect, Times: 1})
		err := s.end.(pipeline.CategoryRenamer).Rename(t.Context(), rename("All / Shelf", "All / X", 0))
		if (err == nil) != done {
			t.Errorf("effect %v: %v", effect, err)
		}
		if name := s.server.Categories()[shelf]; (name == "All / X") != done {
			t.Errorf("effect %v: it is called %q", effect, name)
		}
	}
}

// Over JSON-2, to the first level too.
func TestRenameFrom19On(t *testing.T) {
	s := newShop(t, 19)
	draft := s.drafts(1)[0]
	draft.Fields["categ_id"] = pipeline.Text("Shelf / Left")
	key := s.make(draft)[0]
	for _, r := range []pipeline.CategoryRename{rename("Shelf / Left", "Left", 1), rename("Left", "Shelf / Right", 1)} {
		if err := s.end.(pipeline.CategoryRenamer).Rename(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if got := s.fetch(key)[key].Fields["categ_id"]; !got.Equal(r.To) {
			t.Errorf("the product is in %q, want %q", got, r.To)
		}
	}
}
