package endpointtest

import (
	"errors"
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

// "A key that the system says does not exist is simply not among them."
func fetchOmitsWhatIsGone(s *session) {
	drafts := []pipeline.Draft{s.draft(), s.draft(), s.draft()}
	records := s.create(drafts...)
	s.remove(pipeline.Delete, records[1].Key)
	got := s.tryFetch(keysOf(records)...)
	if _, there := got[records[1].Key]; there || len(got) != 2 {
		s.Fatalf("Fetch of three keys, the second deleted, gave %v", slices.Sorted(maps.Keys(got)))
	}
	s.holds("beside the gone one", got[records[0].Key], drafts[0].Fields)
	s.holds("beside the gone one", got[records[2].Key], drafts[2].Fields)
	if got := s.tryFetch(records[1].Key); len(got) != 0 {
		s.Errorf("Fetch of a deleted key gave %v", got)
	}
}

// "With those fields", each of them also when it is empty.
func fetchGivesTheFieldsAskedFor(s *session) {
	empty := pipeline.Values{s.f.Description: {}, s.f.EAN: {}}
	delete(empty, "")
	maps.DeleteFunc(empty, func(name string, _ pipeline.Value) bool { return s.field(name).Required })
	record := s.create(s.draft(empty))[0]
	for _, fields := range [][]string{{s.f.SKU}, {s.f.Title, s.f.SKU}, append(slices.Collect(maps.Keys(empty)), s.f.Title), s.f.all()} {
		records, err := s.end.Fetch(s.Context(), []pipeline.Key{record.Key}, fields)
		if err != nil || len(records) != 1 {
			s.Fatalf("Fetch of %v: %v, %v", fields, records, err)
		}
		want, got := slices.Sorted(slices.Values(fields)), slices.Sorted(maps.Keys(records[0].Fields))
		if diff := cmp.Diff(want, got); diff != "" {
			s.Errorf("Fetch of %v (-asked for +given):\n%s", fields, diff)
		}
	}
	if !s.about.Schema.Open {
		_, err := s.end.Fetch(s.Context(), []pipeline.Key{record.Key}, []string{s.f.SKU, "x_no_such_field"})
		s.classed("Fetch of an unknown field", err, pipeline.Permanent, pipeline.CodeFieldNotFound)
	}
}

// listing is what one call of List or Changes gave of the test's own records.
type listing struct {
	changes map[pipeline.Key]pipeline.Change
	times   map[pipeline.Key]int
	next    string
}

func (s *session) list() listing {
	s.Helper()
	return s.collect("List", func(yield func([]pipeline.Change) error) (string, error) {
		return s.end.List(s.Context(), s.f.all(), yield)
	})
}

func (s *session) changes(cursor string) listing {
	s.Helper()
	return s.collect("Changes", func(yield func([]pipeline.Change) error) (string, error) {
		return s.end.Changes(s.Context(), cursor, s.f.all(), yield)
	})
}

func (s *session) collect(what string, list func(func([]pipeline.Change) error) (string, error)) listing {
	s.Helper()
	l := listing{changes: map[pipeline.Key]pipeline.Change{}, times: map[pipeline.Key]int{}}
	next, err := list(func(batch []pipeline.Change) error {
		for _, c := range batch {
			if slices.Contains(s.made, c.Key) {
				s.checkCarried(what, c)
				l.changes[c.Key] = c
				l.times[c.Key]++
			}
		}
		return nil
	})
	if err != nil {
		s.Fatalf("%s: %v", what, err)
	}
	if next == "" {
		s.Fatalf("%s returned no cursor", what)
	}
	l.next = next
	return l
}

// "A Change carries its Record when the listing held all of them."
func (s *session) checkCarried(what string, c pipeline.Change) {
	s.Helper()
	if c.Record == nil {
		return
	}
	if c.Record.Key != c.Key || c.Record.Stamp != c.Stamp {
		s.Errorf("%s: the change %s at %q carries the record %s at %q", what, c.Key, c.Stamp, c.Record.Key, c.Record.Stamp)
	}
	for _, name := range s.f.all() {
		if _, ok := c.Record.Fields[name]; !ok {
			s.Errorf("%s: the record carried for %s lacks the field %s", what, c.Key, name)
		}
	}
}

// cursor returns a cursor of now.
func (s *session) cursor() string {
	s.Helper()
	next, err := s.end.List(s.Context(), []string{s.f.SKU}, func([]pipeline.Change) error { return nil })
	if err != nil {
		s.Fatalf("List: %v", err)
	}
	return next
}

// "List yields every record of the system, archived ones included", and while it does, other calls go on.
func listIsComplete(s *session) {
	var drafts []pipeline.Draft
	for i := range 12 {
		draft := s.draft()
		if s.f.Active != "" {
			draft.Fields[s.f.Active] = pipeline.Bool(i%4 != 0)
		}
		drafts = append(drafts, draft)
	}
	records := s.create(drafts...)
	gone := s.create(s.draft())[0].Key
	s.remove(pipeline.Delete, gone)
	l := s.list()
	for i, record := range records {
		if l.times[record.Key] != 1 {
			s.Errorf("List gave the record %s (archived: %t) %d times", record.Key, i%4 == 0, l.times[record.Key])
			continue
		}
		c := l.changes[record.Key]
		if c.Gone {
			s.Errorf("List calls the record %s gone", record.Key)
		}
		if c.Record != nil {
			s.holds("List", *c.Record, drafts[i].Fields)
		}
	}
	if l.times[gone] != 0 {
		s.Errorf("List gave a deleted record")
	}
	_, err := s.end.List(s.Context(), []string{s.f.SKU}, func(batch []pipeline.Change) error {
		_, err := s.end.Fetch(s.Context(), []pipeline.Key{records[0].Key}, []string{s.f.SKU})
		return err
	})
	if err != nil {
		s.Errorf("List with a Fetch in each yield: %v", err)
	}
}

// "An error of yield ends it and is returned."
func listEndsWithYield(s *session) {
	cursor := s.cursor()
	s.create(s.draft(), s.draft())
	enough := errors.New("enough")
	for what, list := range map[string]func(yield func([]pipeline.Change) error) (string, error){
		"List": func(yield func([]pipeline.Change) error) (string, error) {
			return s.end.List(s.Context(), s.f.all(), yield)
		},
		"Changes": func(yield func([]pipeline.Change) error) (string, error) {
			return s.end.Changes(s.Context(), cursor, s.f.all(), yield)
		},
	} {
		calls := 0
		_, err := list(func([]pipeline.Change) error { calls++; return enough })
		if !errors.Is(err, enough) || calls != 1 {
			s.Errorf("%s called yield %d times and returned %v, want once and yield's own error", what, calls, err)
		}
	}
}

// Find looks for whole values, also among archived records; or the system cannot be searched.
func findExactly(s *session) {
	archived := pipeline.Values{}
	if s.f.Active != "" {
		archived[s.f.Active] = pipeline.Bool(false)
	}
	long := s.draft()
	short := s.draft(archived, pipeline.Values{s.f.SKU: pipeline.Text(s.prefix)}) // the others' start
	records := s.create(long, short)
	for _, name := range []string{s.f.SKU, s.f.EAN} {
		if name == "" {
			continue
		}
		absent := s.draft().Fields[name]
		got, err := s.end.Find(s.Context(), name, []pipeline.Value{short.Fields[name], absent}, s.f.all())
		if errors.Is(err, pipeline.ErrCannotFind) {
			s.Logf("the system cannot be searched by %s", name)
			continue
		}
		if err != nil || len(got) != 1 || got[0].Key != records[1].Key {
			s.Errorf("Find by %s gave %v (%v), want the record %s", name, got, err, records[1].Key)
			continue
		}
		s.holds("Find by "+name, got[0], short.Fields)
		both, err := s.end.Find(s.Context(), name, []pipeline.Value{short.Fields[name], long.Fields[name]}, []string{s.f.SKU})
		if err != nil || len(both) != 2 {
			s.Errorf("Find of two values of %s gave %v (%v)", name, both, err)
		}
		none, err := s.end.Find(s.Context(), name, []pipeline.Value{absent}, []string{s.f.SKU})
		if err != nil || len(none) != 0 {
			s.Errorf("Find of what nobody holds gave %v (%v)", none, err)
		}
	}
}
