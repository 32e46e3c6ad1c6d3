package endpointtest

import (
	"cmp"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// path returns a place below the root of the category field.
func (s *session) path(levels ...string) pipeline.Value {
	s.Helper()
	f := s.field(s.f.Category)
	if f.Root != "" {
		levels = append([]string{f.Root}, levels...)
	}
	return pipeline.Text(strings.Join(levels, cmp.Or(f.Separator, "/")))
}

// Missing levels are made below the root, each once; existing ones are used.
func categoriesAreMade(s *session) {
	s.need(s.f.Category)
	top := "Top " + s.prefix
	slash := "T-shirts/Tops" // a name, unless that is the separator
	if cmp.Or(s.field(s.f.Category).Separator, "/") == "/" {
		slash = "T-shirts > Tops"
	}
	paths := []pipeline.Value{
		s.path(top, "Home & Garden", "Été 2026"), s.path(top, "Home & Garden", "Été 2026"), s.path(top, "Home & Garden"),
		s.path(top, "Other", "Été 2026"), s.path(top, slash), s.path(top),
	}
	var drafts []pipeline.Draft
	for _, p := range paths {
		drafts = append(drafts, s.draft(pipeline.Values{s.f.Category: p}))
	}
	records := s.create(drafts...)
	later := s.draft(pipeline.Values{s.f.Category: paths[0]})
	drafts, records = append(drafts, later), append(records, s.create(later)...)
	fetched := s.fetch(keysOf(records)...)
	for i, record := range records {
		s.holds("the receipt", record, drafts[i].Fields)
		s.holds("Fetch", fetched[record.Key], drafts[i].Fields)
	}
	moved := pipeline.Values{s.f.Category: s.path(top, "Moved", "Here")}
	s.holds("the receipt of a move", s.update(records[0].Key, moved), moved)
	back := pipeline.Values{s.f.Category: paths[3]}
	s.holds("the receipt of a move to what exists", s.update(records[0].Key, back), back)
	if s.h.CountCategories == nil {
		return
	}
	for _, p := range append(paths, moved[s.f.Category]) {
		if n := s.h.CountCategories(s.T, p.AsText()); n != 1 {
			s.Errorf("the system has %d categories %q, want 1", n, p.AsText())
		}
	}
}
