package endpointtest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// "Changes yields ... every record that may have changed since cursor."
func changesSeeCreatesEditsArchives(s *session) {
	before := s.create(s.draft(), s.draft(), s.draft())
	keys := keysOf(before)
	old := s.settled(keys...)
	cursor := s.cursor()
	created := s.create(s.draft())[0].Key
	l := s.changes(cursor)
	if _, ok := l.changes[created]; !ok {
		s.Errorf("Changes missed a record that was made after the cursor")
	}
	s.edit(keys[0], pipeline.Values{s.f.Title: pipeline.Text("edited " + s.prefix)})
	moved := []pipeline.Key{keys[0]}
	if s.f.Active != "" {
		s.edit(keys[1], pipeline.Values{s.f.Active: pipeline.Bool(false)})
		moved = append(moved, keys[1])
	}
	s.seesEdits("edit and archive", s.changes(l.next), old, moved)
	if s.f.Active != "" {
		s.seesEdits("from an older cursor", s.changes(cursor), old, moved) // an older cursor sees no less
	}
}

// seesEdits checks that the listing names the records, as other than they were.
func (s *session) seesEdits(what string, l listing, old map[pipeline.Key]pipeline.Record, keys []pipeline.Key) {
	s.Helper()
	now := s.fetch(keys...)
	for _, key := range keys {
		c, ok := l.changes[key]
		switch {
		case !ok:
			s.Errorf("%s: Changes missed the record %s, which is now %v", what, key, now[key].Fields)
		case c.Gone:
			s.Errorf("%s: Changes calls the living record %s gone", what, key)
		case c.Stamp != "" && c.Stamp == old[key].Stamp:
			s.Errorf("%s: Changes gives the edited record %s the stamp %q that it had before", what, key, c.Stamp)
		case c.Record != nil:
			s.holds(what+": Changes", *c.Record, now[key].Fields)
		}
	}
}

// Every field that can be mapped is watched, wherever the system keeps it.
func changesSeeEveryField(s *session) {
	edits := s.edits()
	names := slices.Sorted(maps.Keys(edits))
	var drafts []pipeline.Draft
	for range names {
		drafts = append(drafts, s.draft())
	}
	records := s.create(drafts...)
	old := s.settled(keysOf(records)...)
	cursor := s.changes(s.cursor()).next
	for i, name := range names {
		s.edit(records[i].Key, pipeline.Values{name: edits[name]})
	}
	l := s.changes(cursor)
	for i, name := range names {
		s.seesEdits("an edit of "+name, l, old, keysOf(records[i:i+1]))
	}
}

// settled waits until the stamps of the records are settled and returns the records. Systems without
// stamps have nothing to wait for.
func (s *session) settled(keys ...pipeline.Key) map[pipeline.Key]pipeline.Record {
	s.Helper()
	var records map[pipeline.Key]pipeline.Record
	s.eventually("the stamp of a record that nobody touches is settled", func() bool {
		records = s.fetch(keys...)
		for _, r := range records {
			if r.Stamp != "" && !r.Settled {
				return false
			}
		}
		return true
	})
	return records
}

// A record that did not change has one stamp, whoever tells it.
func stampsAgree(s *session) {
	cursor := s.cursor()
	records := s.create(s.draft(), s.draft(), s.draft())
	if s.f.Active != "" {
		s.update(records[2].Key, pipeline.Values{s.f.Active: pipeline.Bool(false)})
	}
	fetched := s.settled(keysOf(records)...)
	for what, l := range map[string]listing{"Changes": s.changes(cursor), "List": s.list()} {
		for key, r := range fetched {
			if c, ok := l.changes[key]; !ok || c.Stamp != r.Stamp {
				s.Errorf("%s gives the record %s the stamp %q, Fetch %q", what, key, c.Stamp, r.Stamp)
			}
		}
	}
	for key, again := range s.fetch(keysOf(records)...) {
		if again.Stamp != fetched[key].Stamp {
			s.Errorf("the untouched record %s had the stamp %q, now %q", key, fetched[key].Stamp, again.Stamp)
		}
	}
}

// "Settled says that a later edit must show another Stamp": edits follow a read at once, so that some
// fall into the second of the read.
func settledPromisesAnotherStamp(s *session) {
	key := s.create(s.draft())[0].Key
	for i := range 6 {
		read := s.fetch(key)[key]
		s.edit(key, pipeline.Values{s.f.Title: pipeline.Text(fmt.Sprintf("edit %d of %s", i, s.prefix))})
		if now := s.fetch(key)[key]; read.Settled && now.Stamp == read.Stamp {
			s.Errorf("the record was read with the settled stamp %q and has the same after an edit", read.Stamp)
		}
		s.h.Wait(150 * time.Millisecond)
	}
	read := s.settled(key)[key]
	s.edit(key, pipeline.Values{s.f.Title: pipeline.Text("after " + s.prefix)})
	if now := s.fetch(key)[key]; read.Stamp != "" && now.Stamp == read.Stamp {
		s.Errorf("the settled stamp %q is the same after an edit", read.Stamp)
	}
}

// Modified is "the side's modification time on this process's clock"; stamps of a second and a clock
// read from a header of whole seconds leave three seconds of doubt.
func modifiedIsOnOurClock(s *session) {
	const doubt = 3 * time.Second
	key := s.create(s.draft())[0].Key
	before := s.h.Now()
	s.edit(key, pipeline.Values{s.f.Title: pipeline.Text("edited " + s.prefix)})
	after := s.h.Now()
	at := s.fetch(key)[key].Modified
	if !at.IsZero() && (at.Before(before.Add(-doubt)) || at.After(after.Add(doubt))) {
		s.Errorf("a record edited between %v and %v was modified at %v", before, after, at)
	}
}
