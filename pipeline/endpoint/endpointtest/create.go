package endpointtest

import (
	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

// "Create makes the records and returns one receipt a draft, in order"; Receipt.Record is "what the side
// held after the write, read back".
func createReadsBack(s *session) {
	drafts := []pipeline.Draft{s.draft(), s.draft(), s.draft()}
	records := s.create(drafts...)
	fetched := s.fetch(keysOf(records)...)
	if len(fetched) != len(drafts) {
		s.Errorf("%d drafts made %d records: %v", len(drafts), len(fetched), keysOf(records))
	}
	for i, draft := range drafts {
		s.holds("the receipt", records[i], draft.Fields)
		s.holds("Fetch", fetched[records[i].Key], draft.Fields)
	}
}

// A record that is born archived keeps everything that it was given.
func createInactive(s *session) {
	s.need(s.f.Active)
	draft := s.draft(pipeline.Values{s.f.Active: pipeline.Bool(false)})
	record := s.create(draft)[0]
	s.holds("the receipt", record, draft.Fields)
	s.holds("Fetch", s.fetch(record.Key)[record.Key], draft.Fields)
}

func createNothing(s *session) {
	if got := s.end.Create(s.Context(), nil); len(got) != 0 {
		s.Errorf("Create of nothing: %+v", got)
	}
	if got := s.end.Update(s.Context(), nil); len(got) != 0 {
		s.Errorf("Update of nothing: %+v", got)
	}
	if got := s.end.Remove(s.Context(), nil, pipeline.Archive); len(got) != 0 {
		s.Errorf("Remove of nothing: %+v", got)
	}
	if got, err := s.end.Settle(s.Context(), nil); len(got) != 0 || err != nil {
		s.Errorf("Settle of nothing: %v, %v", got, err)
	}
	if got, err := s.end.Fetch(s.Context(), nil, s.f.all()); len(got) != 0 || err != nil {
		s.Errorf("Fetch of nothing: %v, %v", got, err)
	}
}

// One bad record fails itself, not its batch.
func createRefusesOnlyTheBad(s *session) {
	holder := s.create(s.draft())[0]
	for _, bad := range s.badValues(holder.Fields[s.f.EAN]) {
		drafts := []pipeline.Draft{s.draft(), s.draft(bad.fields), s.draft()}
		receipts := s.inBatches(drafts)
		s.classed(bad.name, receipts[1].Err, pipeline.Permanent, bad.codes...)
		if receipts[1].Record != nil {
			s.Errorf("%s: a refused draft has a record: %+v", bad.name, receipts[1].Record)
		}
		for _, i := range []int{0, 2} {
			if receipts[i].Err != nil {
				s.Errorf("%s: the good draft %d failed with it: %v", bad.name, i, receipts[i].Err)
				continue
			}
			s.holds(bad.name+" beside it", *receipts[i].Record, drafts[i].Fields)
		}
		s.settles(drafts, receipts[0].Key, "", receipts[2].Key)
	}
}

// inBatches creates the drafts in as few calls as the system allows.
func (s *session) inBatches(drafts []pipeline.Draft) []pipeline.Receipt {
	s.Helper()
	var receipts []pipeline.Receipt
	for batch := range batches(s, drafts) {
		receipts = append(receipts, s.tryCreate(batch...)...)
	}
	return receipts
}

// "Repeating a draft whose first attempt took effect must find that record": as it is now, so that
// what the shop edited since is not undone.
func createAgainFindsTheFirst(s *session) {
	if !s.h.FindsRepeats {
		s.Skip("this system does not find a repeated draft; Settle does")
	}
	draft, other := s.draft(), s.draft()
	first := s.create(draft)[0]
	edited := pipeline.Values{s.f.Title: pipeline.Text("edited by the shop " + s.prefix)}
	s.edit(first.Key, edited)
	var again []pipeline.Receipt
	for _, d := range []pipeline.Draft{draft, other, draft} {
		again = append(again, s.tryCreate(d)...)
	}
	for _, i := range []int{0, 2} {
		if again[i].Err != nil || again[i].Key != first.Key {
			s.Fatalf("the repeated draft gave %q (%v), the first attempt made %q", again[i].Key, again[i].Err, first.Key)
		}
	}
	s.holds("after a repeated Create", s.fetch(first.Key)[first.Key], edited)
	if again[1].Err != nil || again[1].Key == first.Key {
		s.Errorf("another draft gave %q (%v), the record of the first", again[1].Key, again[1].Err)
	}
}

// settles checks what Settle answers over a fresh connection, as after a crash.
func (s *session) settles(drafts []pipeline.Draft, want ...pipeline.Key) {
	s.Helper()
	got, err := s.second().Settle(s.Context(), drafts)
	if err != nil {
		s.Fatalf("Settle: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("Settle (-want +got):\n%s", diff)
	}
}

// "Settle looks which of the drafts took effect, and returns one key a draft, in order."
func settleFindsWhatWasMade(s *session) {
	made := []pipeline.Draft{s.draft(), s.draft()}
	records := s.create(made...)
	s.settles([]pipeline.Draft{s.draft(), made[1], s.draft(), made[0]}, "", records[1].Key, "", records[0].Key)
	s.edit(records[0].Key, pipeline.Values{s.f.Title: pipeline.Text("edited " + s.prefix)})
	s.settles(made[:1], records[0].Key)
	if s.f.Active != "" {
		s.edit(records[1].Key, pipeline.Values{s.f.Active: pipeline.Bool(false)})
		s.settles(made, records[0].Key, records[1].Key)
	}
}

// A record that was there before the draft is not the draft's, even if it looks the same. "It writes
// nothing."
func settleFindsNothingElse(s *session) {
	draft := s.draft()
	old := s.create(draft)[0]
	twin := s.draft(draft.Fields)
	twin.Since = s.h.Now().AddDate(0, 0, 1)
	s.settles([]pipeline.Draft{twin}, "")
	s.holds("after Settle", s.fetch(old.Key)[old.Key], draft.Fields)
}
