package endpointtest

import (
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
)

// An archived record is read as truly as any other.
func archiveAndBack(s *session) {
	s.need(s.f.Active)
	draft := s.draft()
	record := s.create(draft)[0]
	for _, active := range []bool{false, true, false} {
		change := pipeline.Values{s.f.Active: pipeline.Bool(active)}
		s.holds("the receipt", s.update(record.Key, change), change)
		maps.Copy(draft.Fields, change)
		s.holds("Fetch", s.fetch(record.Key)[record.Key], draft.Fields)
	}
}

// What is written to an archived record arrives, and is still there when it comes back.
func archivedIsWrittenTruly(s *session) {
	s.need(s.f.Active)
	draft := s.draft()
	record := s.create(draft)[0]
	s.update(record.Key, pipeline.Values{s.f.Active: pipeline.Bool(false)})
	edits := s.edits()
	maps.Copy(draft.Fields, edits)
	s.holds("the receipt", s.update(record.Key, edits), edits)
	s.holds("Fetch while archived", s.fetch(record.Key)[record.Key], draft.Fields)
	back := pipeline.Values{s.f.Active: pipeline.Bool(true), s.f.Title: pipeline.Text("Back " + s.prefix)}
	maps.Copy(draft.Fields, back)
	s.holds("the receipt of the return", s.update(record.Key, back), back)
	s.holds("Fetch after the return", s.fetch(record.Key)[record.Key], draft.Fields)
}

// remove removes the records, which must succeed, and returns the receipts.
func (s *session) remove(how pipeline.Removal, keys ...pipeline.Key) []pipeline.Receipt {
	s.Helper()
	if how == pipeline.Delete && s.h.Delete != nil {
		for _, key := range keys {
			s.h.Delete(s.T, key)
		}
		return nil
	}
	var receipts []pipeline.Receipt
	for batch := range batches(s, keys) {
		receipts = append(receipts, s.end.Remove(s.Context(), batch, how)...)
	}
	if len(receipts) != len(keys) {
		s.Fatalf("Remove of %d keys returned %d receipts", len(keys), len(receipts))
	}
	for i, r := range receipts {
		if r.Err != nil || r.Key != keys[i] {
			s.Fatalf("Remove (%s) of %s: %+v", how, keys[i], r)
		}
	}
	return receipts
}

func removeArchives(s *session) {
	s.need(s.f.Active)
	drafts := []pipeline.Draft{s.draft(), s.draft()}
	records := s.create(drafts...)
	off := pipeline.Values{s.f.Active: pipeline.Bool(false)}
	for range 2 { // the second time it is archived already
		for _, r := range s.remove(pipeline.Archive, records[0].Key) {
			if r.Record == nil {
				s.Fatal("the receipt of an archived record does not hold what was read back")
			}
			s.holds("the receipt", *r.Record, off)
		}
	}
	maps.Copy(drafts[0].Fields, off)
	fetched := s.fetch(keysOf(records)...)
	s.holds("the archived record", fetched[records[0].Key], drafts[0].Fields)
	s.holds("the other record", fetched[records[1].Key], drafts[1].Fields)
}

// "Removing what is gone already succeeds."
func removeDeletes(s *session) {
	if s.h.Delete != nil {
		key := s.create(s.draft())[0].Key
		s.classed("Delete", s.end.Remove(s.Context(), []pipeline.Key{key}, pipeline.Delete)[0].Err, pipeline.Permanent, pipeline.CodeRecordRejected)
		s.fetch(key)
		return
	}
	records := s.create(s.draft(), s.draft(), s.draft())
	for _, keys := range [][]pipeline.Key{{records[0].Key}, {records[0].Key, records[1].Key}, {records[1].Key}} {
		for _, r := range s.remove(pipeline.Delete, keys...) {
			if r.Record != nil {
				s.Errorf("the receipt of a deleted record holds %+v", r.Record)
			}
		}
	}
	got := s.tryFetch(keysOf(records)...)
	if _, ok := got[records[2].Key]; len(got) != 1 || !ok {
		s.Errorf("after deleting two of three, Fetch gives %v", got)
	}
	if s.f.Active != "" {
		s.remove(pipeline.Archive, records[0].Key)
	}
}
