package endpointtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/tandem-sync/tandem/pipeline"
)

// classed checks that an error is one that the engine can act on and an operator can read, of the
// class and one of the codes (any, if none is given).
func (s *session) classed(what string, err error, class pipeline.Class, codes ...pipeline.Code) {
	s.Helper()
	var e *pipeline.Error
	if !errors.As(err, &e) {
		s.Errorf("%s: want a *pipeline.Error, got %T: %v", what, err, err)
		return
	}
	if e.Class != class {
		s.Errorf("%s: the class is %v, want %v: %v", what, e.Class, class, e)
	}
	if len(codes) > 0 && !slices.Contains(codes, e.Code) {
		s.Errorf("%s: the code is %q, want one of %q: %v", what, e.Code, codes, e)
	}
	if !slices.ContainsFunc(pipeline.Catalogue(), func(c pipeline.CatalogueEntry) bool { return c.Code == e.Code }) {
		s.Errorf("%s: the code %q is not in the catalogue", what, e.Code)
	}
	if class == pipeline.Permanent && e.MaybeDone {
		s.Errorf("%s: what was refused cannot have taken effect: %v", what, e)
	}
	if e.Message == "" || pipeline.RemedyOf(e) == "" {
		s.Errorf("%s: message and remedy must not be empty: %q, %q", what, e.Message, pipeline.RemedyOf(e))
	}
	if strings.Contains(e.Error(), "Traceback") {
		s.Errorf("%s: a server's traceback is shown: %v", what, e)
	}
}

// badDraft is a draft that the system must refuse.
type badDraft struct {
	name   string
	fields pipeline.Values
	codes  []pipeline.Code
}

// badValues returns what the system must refuse, as far as it has the fields. duplicate is an EAN that
// another record holds.
func (s *session) badValues(duplicate pipeline.Value) []badDraft {
	rejected := []pipeline.Code{pipeline.CodeRecordRejected, pipeline.CodeMappingFailed}
	var bad []badDraft
	if s.f.Price != "" {
		bad = append(bad, badDraft{"a text in a number", pipeline.Values{s.f.Price: pipeline.Text("abc")}, rejected})
	}
	if s.f.Active != "" {
		bad = append(bad, badDraft{"a text in a bool", pipeline.Values{s.f.Active: pipeline.Text("perhaps")}, rejected})
	}
	if !s.about.Schema.Open {
		bad = append(bad, badDraft{"an unknown field", pipeline.Values{"x_no_such_field": pipeline.Int(1)}, []pipeline.Code{pipeline.CodeFieldNotFound}})
	}
	if s.field(s.f.Title).Required {
		bad = append(bad, badDraft{"no title", pipeline.Values{s.f.Title: {}}, append(rejected, pipeline.CodeFieldRequired)})
	}
	if n := s.field(s.f.SKU).MaxLength; n > 0 {
		bad = append(bad, badDraft{"a text too long", pipeline.Values{s.f.SKU: pipeline.Text(long(n + 1))}, rejected})
	}
	if s.h.UniqueEAN {
		bad = append(bad, badDraft{"a duplicate", pipeline.Values{s.f.EAN: duplicate}, []pipeline.Code{pipeline.CodeDuplicate}})
	}
	return bad
}

// "Every error is an *Error with class, code and remedy": a call given up is worth another try.
func cancelledContext(s *session) {
	record := s.create(s.draft())[0]
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	check := func(what string, err error) {
		s.Helper()
		s.classed(what, err, pipeline.Transient)
		if !errors.Is(err, context.Canceled) {
			s.Errorf("%s: the cause must be the context's: %v", what, err)
		}
	}
	yield := func([]pipeline.Change) error { return nil }
	_, err := s.end.List(ctx, []string{s.f.SKU}, yield)
	check("List", err)
	_, err = s.end.Changes(ctx, s.cursor(), []string{s.f.SKU}, yield)
	check("Changes", err)
	_, err = s.end.Fetch(ctx, []pipeline.Key{record.Key}, s.f.all())
	check("Fetch", err)
	draft := s.draft()
	_, err = s.end.Settle(ctx, []pipeline.Draft{draft})
	check("Settle", err)
	for _, r := range s.end.Create(ctx, []pipeline.Draft{draft}) {
		check("Create", r.Err)
	}
	for _, r := range s.end.Update(ctx, []pipeline.Patch{{Key: record.Key, Fields: pipeline.Values{s.f.Title: pipeline.Text("never")}}}) {
		check("Update", r.Err)
	}
	for _, r := range s.end.Remove(ctx, []pipeline.Key{record.Key}, s.removal()) {
		check("Remove", r.Err)
	}
	s.holds("after cancelled writes", s.fetch(record.Key)[record.Key], pipeline.Values{s.f.Title: record.Fields[s.f.Title]})
	s.settles([]pipeline.Draft{draft}, "")
}

// removal is a way of removing that the endpoint has.
func (s *session) removal() pipeline.Removal {
	if s.h.Delete != nil {
		return pipeline.Archive
	}
	return pipeline.Delete
}

// "One endpoint serves ... several goroutines at once."
func severalGoroutines(s *session) {
	drafts := []pipeline.Draft{s.draft(), s.draft(), s.draft(), s.draft()}
	receipts := make([][]pipeline.Receipt, len(drafts))
	var group sync.WaitGroup
	for i, draft := range drafts {
		group.Go(func() {
			receipts[i] = s.end.Create(s.Context(), []pipeline.Draft{draft})
			for _, r := range receipts[i] {
				if r.Err == nil {
					s.remember(r.Key)
					receipts[i] = s.end.Update(s.Context(), []pipeline.Patch{{Key: r.Key, Fields: pipeline.Values{s.f.Title: pipeline.Text("by " + draft.Token)}}})
				}
			}
		})
	}
	group.Wait()
	for i, r := range receipts {
		if len(r) != 1 || r[0].Err != nil {
			s.Fatalf("goroutine %d: %+v", i, r)
		}
		s.holds("a goroutine's own record", s.fetch(r[0].Key)[r[0].Key], pipeline.Values{
			s.f.SKU: drafts[i].Fields[s.f.SKU], s.f.Title: pipeline.Text("by " + drafts[i].Token),
		})
	}
}
