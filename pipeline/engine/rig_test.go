package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/state"
	"github.com/tandem-sync/tandem/stages/detect"
	"github.com/tandem-sync/tandem/stages/fetch"
	"github.com/tandem-sync/tandem/stages/resolve"
	"github.com/tandem-sync/tandem/stages/transform"
	"github.com/tandem-sync/tandem/stages/write"
)

// rig is a whole pipeline with real stages and a real state, between two systems in memory.
type rig struct {
	*testing.T
	now     time.Time
	ids     int
	configs [2]memory.Config
	systems [2]*memory.System
	ends    [2]pipeline.Endpoint // the systems, unless a test puts something in between
	def     *pipeline.Definition
	store   pipeline.Store
	engine  *engine.Engine
	images  pipeline.Images // nil for none
}

// newRig makes an empty one; tune may change what it is made of.
func newRig(t *testing.T, tune func(*rig)) *rig {
	t.Helper()
	s := &rig{T: t, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return s.now }
	for i, name := range []string{"pm", "erp"} {
		s.configs[i] = memory.Config{Name: name, Now: clock, Findable: true, KeepsTokens: true, Vouch: true}
	}
	s.def = &pipeline.Definition{
		Name: "products", Sources: [2]string{"pm", "erp"}, Match: []string{"sku"}, Hash: "1", Deletes: pipeline.DeletesArchive,
		Creates: [2]bool{true, true}, Removes: [2]bool{true, true},
	}
	for _, name := range []string{"title", "sku", "price", "stock_quantity", "active"} {
		s.def.Fields = append(s.def.Fields, pipeline.MappedField{
			Name: name, Fields: [2]string{name, name}, Writes: [2]bool{true, true}, Rule: "manual", Source: "shop.hcl:1",
			Stock: name == "stock_quantity",
		})
	}
	if tune != nil {
		tune(s)
	}
	for i, cfg := range s.configs {
		s.systems[i] = memory.New(cfg)
		s.ends[i] = s.systems[i]
	}
	opened, err := state.Open("state", state.Options{FS: vfs.NewMem(), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	if s.store, err = opened.Pipeline(t.Context(), s.def.Name, s.def.Match); err != nil {
		t.Fatal(err)
	}
	s.configure(func(*pipeline.Definition) {})
	return s
}

// configure changes the definition and starts anew with it.
func (s *rig) configure(edit func(*pipeline.Definition)) {
	s.Helper()
	d := *s.def
	d.Fields = append([]pipeline.MappedField(nil), s.def.Fields...)
	edit(&d)
	s.def = &d
	clock := func() time.Time { return s.now }
	wait := func(ctx context.Context, d time.Duration) error { s.now = s.now.Add(d); return ctx.Err() }
	newID := func() string { s.ids++; return fmt.Sprintf("id%d", s.ids) }
	var ends [2]pipeline.Endpoint
	for i := range s.ends {
		ends[i] = engine.NewRetrying(s.ends[i], engine.RetryConfig{Source: s.def.Sources[i], Logger: slog.New(slog.DiscardHandler), Wait: wait})
	}
	s.engine = engine.New(engine.Config{
		Definition: s.def, Endpoints: ends, Store: s.store,
		Detector: detect.New(detect.Config{State: s.store, SpoolDir: s.TempDir()}),
		Stages:   []pipeline.Stage{fetch.New(), transform.New().Relating(s.store).Comparing(s.images), resolve.New()},
		Writer:   write.New(write.Config{State: s.store, Images: s.images, Now: clock, NewID: newID, Wait: wait}),
		Now:      clock, Logger: slog.New(slog.DiscardHandler), SpoolDir: s.TempDir(), Sequential: true,
	})
}

func (s *rig) insert(side pipeline.Side, sku string, price int64) pipeline.Key {
	s.Helper()
	k, err := s.systems[side].Insert(pipeline.Values{
		"title": pipeline.Text("Product " + sku), "sku": pipeline.Text(sku), "price": pipeline.Int(price), "stock_quantity": pipeline.Int(5),
	})
	if err != nil {
		s.Fatal(err)
	}
	return k
}

// fill makes n products on the left and brings them over.
func (s *rig) fill(n int) {
	s.Helper()
	for i := range n {
		s.insert(pipeline.Left, fmt.Sprintf("S-%02d", i), int64(10+i))
	}
	s.done(false)
	s.done(false)
}

// sync runs a cycle a minute later.
func (s *rig) sync(full bool) pipeline.Report {
	s.Helper()
	s.now = s.now.Add(time.Minute)
	return s.engine.Sync(s.Context(), engine.Options{Full: full})
}

// done runs a cycle that must not fail, nor be braked.
func (s *rig) done(full bool) pipeline.Report {
	s.Helper()
	r := s.sync(full)
	if r.Error != nil {
		s.Fatalf("the cycle ended %s: %+v", r.Result, r.Error)
	}
	return r
}

// braked runs a cycle that the brake of that name must stop, and that must not write.
func (s *rig) braked(name string, full bool) pipeline.Report {
	s.Helper()
	before := s.writes()
	r := s.sync(full)
	if r.Result != pipeline.ResultBraked || r.BrakedBy == nil || *r.BrakedBy != name || r.Error == nil || r.Error.Code != pipeline.CodeBraked {
		s.Fatalf("the cycle ended %s, %+v; want it braked by %s", r.Result, r.Error, name)
	}
	if after := s.writes(); after != before {
		s.Errorf("a braked cycle wrote %d times", after-before)
	}
	return r
}

func (s *rig) plan(full bool) ([]pipeline.PlannedChange, pipeline.PlanTotals, error) {
	return s.engine.PlanAll(s.Context(), engine.Options{Full: full})
}

func (s *rig) writes() int { return s.systems[0].Counts().Writes() + s.systems[1].Counts().Writes() }

// approve lets what is braked pass.
func (s *rig) approve() {
	s.Helper()
	if _, err := s.engine.Approve(s.Context(), "ann"); err != nil {
		s.Fatal(err)
	}
}

func (s *rig) edit(side pipeline.Side, sku string, fields pipeline.Values) {
	s.Helper()
	if err := s.systems[side].Edit(s.record(side, sku).Key, fields); err != nil {
		s.Fatal(err)
	}
}

func (s *rig) remove(side pipeline.Side, sku string) {
	s.Helper()
	if err := s.systems[side].Delete(s.record(side, sku).Key); err != nil {
		s.Fatal(err)
	}
}

// find returns the records of a side with that sku.
func (s *rig) find(side pipeline.Side, sku string) (found []pipeline.Record) {
	for _, r := range s.systems[side].Snapshot() {
		if r.Fields["sku"].AsText() == sku {
			found = append(found, r)
		}
	}
	return found
}

// record returns the only record of a side with that sku.
func (s *rig) record(side pipeline.Side, sku string) pipeline.Record {
	s.Helper()
	found := s.find(side, sku)
	if len(found) != 1 {
		s.Fatalf("the %s has %d records %s, want 1", side, len(found), sku)
	}
	return found[0]
}

// holds checks a field on both sides.
func (s *rig) holds(sku, field string, left, right pipeline.Value) {
	s.Helper()
	for side, want := range []pipeline.Value{left, right} {
		if got := s.record(pipeline.Side(side), sku).Fields[field]; !got.Equal(want) {
			s.Errorf("%s: %s on the %s is %q, want %q", sku, field, pipeline.Side(side), got, want)
		}
	}
}

// link returns the link of the left or, where that is gone, the right record of that sku.
func (s *rig) link(sku string) *pipeline.Link {
	s.Helper()
	var found *pipeline.Link
	err := s.store.EachLink(s.Context(), func(l *pipeline.Link) error {
		if l.Base[0]["sku"].AsText() == sku || l.Base[1]["sku"].AsText() == sku {
			found = l
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	return found
}

// conflict returns the only conflict.
func (s *rig) conflict() pipeline.Conflict {
	s.Helper()
	all, err := s.store.Conflicts(s.Context())
	if err != nil || len(all) != 1 {
		s.Fatalf("there are %d conflicts, %v; want 1: %+v", len(all), err, all)
	}
	return all[0]
}

// settle settles a conflict as somebody who sees it does.
func (s *rig) settle(c pipeline.Conflict, v pipeline.Verdict, third pipeline.Value) {
	s.Helper()
	r := pipeline.Resolution{Verdict: v, Value: third, Seen: c.Values, Computed: c.Computed, By: "ann", At: s.now}
	if err := s.store.Settle(s.Context(), c.ID, r); err != nil {
		s.Fatal(err)
	}
}

// events returns the latest events of a kind, newest first.
func (s *rig) events(kind string) (found []pipeline.Event) {
	s.Helper()
	all, err := s.store.History(s.Context(), "", 1000)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range all {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// quiet checks that nothing is left to do.
func (s *rig) quiet() {
	s.Helper()
	for _, full := range []bool{false, true} {
		before := s.writes()
		s.done(full)
		if n := s.writes() - before; n > 0 {
			s.Errorf("Invariant 7: a quiet cycle (full %v) wrote %d times", full, n)
		}
	}
}
