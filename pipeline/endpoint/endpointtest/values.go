package endpointtest

import (
	"fmt"
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
)

// lines are texts of one line that get lost where encoding is careless.
func lines() []string {
	return []string{
		"Crème brûlée à l'œuf, ½ l", "Ελληνικά Кириллица 中文 العربية", "T-shirt 👕 👩‍👩‍👧 🇫🇷",
		`"double" 'single' «guillemets» back\slash`, "<b>bold</b> & <br/> ]]> <!-- x -->", "&amp; &lt; &#233; %20 + %s {{x}} $1",
		"  two spaces around  ", "in  ner", "false", "null", "0", "00123", "1e5", "tab\there",
	}
}

func paragraphs() []string {
	return []string{
		"one\ntwo\n\nfour", "\nleading and trailing newline\n", "  indented\n\t- item", "<p>Not markup</p>\n<p>here</p>",
	}
}

func textsSurvive(s *session) {
	var drafts []pipeline.Draft
	for i, text := range lines() {
		drafts = append(drafts, s.draft(pipeline.Values{
			s.f.Title: pipeline.Text(text), s.f.Custom: pipeline.Text(text), s.f.Description: pipeline.Text(text),
			s.f.SKU: pipeline.Text(fmt.Sprintf("0%d é<&>\"' %s", i, s.prefix)),
		}))
	}
	if s.f.Description != "" {
		for _, text := range append(paragraphs(), s.longest(s.f.Description)) {
			drafts = append(drafts, s.draft(pipeline.Values{s.f.Description: pipeline.Text(text)}))
		}
	}
	s.survive(drafts)
}

// longest returns a very long text that the field can hold.
func (s *session) longest(name string) string {
	if n := s.field(name).MaxLength; n > 0 {
		return long(n)
	}
	return long(60_000)
}

// survive creates the drafts, then writes each one's values to the next, and looks whether they arrive.
func (s *session) survive(drafts []pipeline.Draft) {
	s.Helper()
	records := s.create(drafts...)
	fetched := s.fetch(keysOf(records)...)
	var patches []pipeline.Patch
	for i, record := range records {
		s.holds("created", record, drafts[i].Fields)
		s.holds("created and fetched", fetched[record.Key], drafts[i].Fields)
		next := maps.Clone(drafts[(i+1)%len(drafts)].Fields)
		delete(next, s.f.EAN) // it may be unique, and so may the SKU
		next[s.f.SKU] = pipeline.Text(drafts[i].Fields[s.f.SKU].AsText() + "ü&")
		patches = append(patches, pipeline.Patch{Key: record.Key, Fields: next})
	}
	receipts := s.updateAll(patches)
	fetched = s.fetch(keysOf(records)...)
	for i, patch := range patches {
		if receipts[i].Err != nil {
			s.Errorf("Update of %s: %v", patch.Fields[s.f.SKU], receipts[i].Err)
			continue
		}
		s.holds("updated", *receipts[i].Record, patch.Fields)
		s.holds("updated and fetched", fetched[patch.Key], patch.Fields)
	}
}

// Control characters and noncharacters exist in texts but not in every protocol: refused or
// normalised, but never at the cost of the batch.
func textsThatCannotBeSent(s *session) {
	for _, text := range []string{"bell \x07 inside", "escape \x1b[0m", "nothing \x00 more", "nonchar \uffff"} {
		drafts := []pipeline.Draft{s.draft(), s.draft(pipeline.Values{s.f.Title: pipeline.Text(text)}), s.draft()}
		receipts := s.inBatches(drafts)
		for _, i := range []int{0, 2} {
			if receipts[i].Err != nil {
				s.Fatalf("%q beside it: %v", text, receipts[i].Err)
			}
			s.holds(fmt.Sprintf("%q beside it", text), *receipts[i].Record, drafts[i].Fields)
		}
		if receipts[1].Err != nil {
			s.classed(fmt.Sprintf("%q", text), receipts[1].Err, pipeline.Permanent, pipeline.CodeRecordRejected, pipeline.CodeMappingFailed)
			s.settles(drafts[1:2], "")
			continue
		}
		delete(drafts[1].Fields, s.f.Title)
		s.holds(fmt.Sprintf("%q", text), s.fetch(receipts[1].Key)[receipts[1].Key], drafts[1].Fields)
	}
}

func decimalsSurvive(s *session) {
	var drafts []pipeline.Draft
	for _, text := range []string{"19.99", "0.1", "1234567.89", "0", "1", "100", "0.07", "1.005", "2.675", "33.333333", "999999.99"} {
		v := s.number(text)
		drafts = append(drafts, s.draft(pipeline.Values{s.f.Price: v, s.f.Cost: v, s.f.Weight: v}))
	}
	s.survive(drafts)
}
