package endpointtest

import (
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
)

// "Update writes the fields of each patch": those and no others.
func updateIsPartial(s *session) {
	drafts := []pipeline.Draft{s.draft(), s.draft()}
	records := s.create(drafts...)
	for name, v := range s.edits() {
		receipts := s.end.Update(s.Context(), []pipeline.Patch{{Key: records[0].Key, Fields: pipeline.Values{name: v}}})
		if len(receipts) != 1 || receipts[0].Err != nil || receipts[0].Key != records[0].Key || receipts[0].Record == nil {
			s.Fatalf("Update of %s: %+v", name, receipts)
		}
		drafts[0].Fields[name] = v
		s.holds("the receipt of "+name, *receipts[0].Record, pipeline.Values{name: v})
		s.holds("after an update of "+name+" alone", s.fetch(records[0].Key)[records[0].Key], drafts[0].Fields)
	}
	s.holds("the record that was not updated", s.fetch(records[1].Key)[records[1].Key], drafts[1].Fields)
}

// edits returns a new value for every field.
func (s *session) edits() pipeline.Values {
	edits := pipeline.Values{
		s.f.Title: pipeline.Text("New title " + s.prefix), s.f.SKU: pipeline.Text(s.prefix + "_new"), s.f.EAN: s.ean(),
		s.f.Description: pipeline.Text("new\n\ndescription"), s.f.Custom: pipeline.Text("new custom"),
		s.f.Price: s.number("31.40"), s.f.Cost: s.number("12.75"), s.f.Weight: s.number("2.25"),
		s.f.Active: pipeline.Bool(false), s.f.Stock: pipeline.Int(17),
	}
	if s.f.Category != "" {
		edits[s.f.Category] = s.path(s.prefix, "Edited")
	}
	if s.h.KeyedByEAN {
		delete(edits, s.f.EAN)
	}
	delete(edits, "")
	return edits
}

// null "clears", as far as the field can be empty: Field.Canonical says what it then holds.
func updateToNullClears(s *session) {
	draft := s.draft()
	if s.f.Category != "" {
		draft.Fields[s.f.Category] = s.path(s.prefix, "To be cleared")
	}
	record := s.create(draft)[0]
	cleared := pipeline.Values{s.f.EAN: {}, s.f.Description: {}, s.f.Custom: {}, s.f.Cost: {}, s.f.Weight: {}, s.f.Category: {}}
	delete(cleared, "")
	maps.DeleteFunc(cleared, func(name string, _ pipeline.Value) bool { return s.field(name).Required && !s.field(name).NotNull })
	s.holds("the receipt", s.update(record.Key, cleared), cleared)
	maps.Copy(draft.Fields, cleared)
	s.holds("after clearing", s.fetch(record.Key)[record.Key], draft.Fields)
}

// "A batch that fails as a whole is split until the culprits stand alone."
func updateRefusesOnlyTheBad(s *session) {
	for _, bad := range s.badValues(s.create(s.draft())[0].Fields[s.f.EAN]) {
		if _, another := bad.fields[s.f.EAN]; another && s.h.KeyedByEAN {
			bad.codes = []pipeline.Code{pipeline.CodeRecordRejected}
		}
		drafts := []pipeline.Draft{s.draft(), s.draft(), s.draft()}
		records := s.create(drafts...)
		title := pipeline.Values{s.f.Title: pipeline.Text("patched " + s.prefix)}
		receipts := s.updateAll([]pipeline.Patch{
			{Key: records[0].Key, Fields: title}, {Key: records[1].Key, Fields: bad.fields}, {Key: records[2].Key, Fields: title},
		})
		s.classed(bad.name, receipts[1].Err, pipeline.Permanent, bad.codes...)
		if receipts[1].Record != nil {
			s.Errorf("%s: a refused patch has a record: %+v", bad.name, receipts[1].Record)
		}
		for _, i := range []int{0, 2} {
			if receipts[i].Err != nil || receipts[i].Key != records[i].Key {
				s.Errorf("%s: the good patch %d: %+v", bad.name, i, receipts[i])
			}
			maps.Copy(drafts[i].Fields, title)
		}
		fetched := s.fetch(keysOf(records)...)
		for i, record := range records {
			s.holds(bad.name, fetched[record.Key], drafts[i].Fields)
		}
	}
}

func (s *session) updateAll(patches []pipeline.Patch) []pipeline.Receipt {
	s.Helper()
	var receipts []pipeline.Receipt
	for batch := range batches(s, patches) {
		receipts = append(receipts, s.end.Update(s.Context(), batch)...)
	}
	if len(receipts) != len(patches) {
		s.Fatalf("Update of %d patches returned %d receipts", len(patches), len(receipts))
	}
	return receipts
}

// A patch of a deleted record fails alone, with a code of its own.
func updateOfWhatIsGone(s *session) {
	records := s.create(s.draft(), s.draft())
	s.remove(pipeline.Delete, records[0].Key)
	title := pipeline.Values{s.f.Title: pipeline.Text("patched " + s.prefix)}
	receipts := s.updateAll([]pipeline.Patch{{Key: records[0].Key, Fields: title}, {Key: records[1].Key, Fields: title}})
	s.classed("a patch of a deleted record", receipts[0].Err, pipeline.Stale, pipeline.CodeRecordGone)
	if receipts[1].Err != nil {
		s.Fatalf("the patch beside it: %v", receipts[1].Err)
	}
	s.holds("the patch beside it", s.fetch(records[1].Key)[records[1].Key], title)
}
