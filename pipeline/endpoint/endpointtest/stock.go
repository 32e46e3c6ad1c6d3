package endpointtest

import (
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
)

func (s *session) stock(n int64) pipeline.Values { return pipeline.Values{s.f.Stock: pipeline.Int(n)} }

// A quantity arrives with the record that it is made with, active or not, and afterwards alone and among
// other fields.
func stockIsWritten(s *session) {
	s.need(s.f.Stock)
	drafts := []pipeline.Draft{s.draft(s.stock(7)), s.draft(s.stock(0)), s.draft(s.stock(1500))}
	if s.f.Active != "" {
		drafts = append(drafts, s.draft(s.stock(3), pipeline.Values{s.f.Active: pipeline.Bool(false)}))
	}
	records := s.create(drafts...)
	fetched := s.fetch(keysOf(records)...)
	for i, r := range records {
		s.holds("created", r, drafts[i].Fields)
		s.holds("created and fetched", fetched[r.Key], drafts[i].Fields)
	}
	for _, n := range []int64{5, 0, 0, 12} {
		change := s.stock(n)
		if n == 12 {
			change[s.f.Title], change[s.f.Price] = pipeline.Text("Counted "+s.prefix), s.number("3.50")
		}
		var patches []pipeline.Patch
		for _, r := range records {
			patches = append(patches, pipeline.Patch{Key: r.Key, Fields: maps.Clone(change)})
		}
		patches[0].Fields[s.f.Stock] = pipeline.Int(n + 1)
		receipts := s.updateAll(patches)
		fetched := s.fetch(keysOf(records)...)
		for i, p := range patches {
			if receipts[i].Err != nil || receipts[i].Record == nil {
				s.Fatalf("Update of %v: %+v", p.Fields, receipts[i])
			}
			s.holds("updated", *receipts[i].Record, p.Fields)
			maps.Copy(drafts[i].Fields, p.Fields)
			s.holds("updated and fetched", fetched[p.Key], drafts[i].Fields)
		}
	}
}

// What leaves the warehouse is a change, also the last piece.
func stockIsSeen(s *session) {
	s.need(s.f.Stock)
	records := s.create(s.draft(s.stock(7)), s.draft(s.stock(4)), s.draft(s.stock(9)))
	keys := keysOf(records)
	old := s.settled(keys...)
	cursor := s.changes(s.cursor()).next
	for i, n := range []int64{5, 0} {
		s.moveStock(keys[i], n)
		s.holds("Fetch after a movement", s.fetch(keys[i])[keys[i]], s.stock(n))
	}
	l := s.changes(cursor)
	s.seesEdits("a movement of stock", l, old, keys[:2])
	if now := s.fetch(keys[2])[keys[2]]; now.Stamp != old[keys[2]].Stamp {
		s.Errorf("the record whose stock stayed had the stamp %q, now %q", old[keys[2]].Stamp, now.Stamp)
	}
	now := s.fetch(keys[:2]...)
	for _, key := range keys[:2] {
		if c := l.changes[key]; c.Stamp != now[key].Stamp {
			s.Errorf("Changes gives the moved record %s the stamp %q, Fetch %q", key, c.Stamp, now[key].Stamp)
		}
	}
}

func (s *session) moveStock(key pipeline.Key, n int64) {
	s.Helper()
	if s.h.MoveStock != nil {
		s.h.MoveStock(s.T, key, n)
		return
	}
	s.edit(key, s.stock(n))
}

// A quantity of what keeps no stock is refused, and nothing beside it.
func stockIsRefused(s *session) {
	s.need(s.f.Stock)
	if s.h.Unstorable == nil {
		s.Skip("the harness makes no record without stock")
	}
	bad := s.h.Unstorable(s.T)
	s.remember(bad)
	good := s.create(s.draft(s.stock(7)))[0].Key
	patch := s.stock(3)
	patch[s.f.Title] = pipeline.Text("Refused " + s.prefix)
	receipts := s.updateAll([]pipeline.Patch{{Key: bad, Fields: patch}, {Key: good, Fields: s.stock(3)}})
	s.classed("a quantity of what keeps no stock", receipts[0].Err, pipeline.Permanent, pipeline.CodeStockRejected)
	if receipts[1].Err != nil {
		s.Fatalf("the quantity beside it: %v", receipts[1].Err)
	}
	s.holds("the quantity beside it", s.fetch(good)[good], s.stock(3))
	if held := s.fetch(bad)[bad].Fields; held[s.f.Title].Equal(patch[s.f.Title]) || !held[s.f.Stock].Equal(pipeline.Int(0)) {
		s.Errorf("a refused record was written in part: %v", held)
	}
}
