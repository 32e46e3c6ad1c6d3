package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
	"github.com/tandem-sync/tandem/stages/detect"
	"github.com/tandem-sync/tandem/stages/fetch"
	"github.com/tandem-sync/tandem/stages/resolve"
	"github.com/tandem-sync/tandem/stages/transform"
	"github.com/tandem-sync/tandem/stages/write"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const pm, erp = pipeline.Left, pipeline.Right

// shop is two systems in memory, pm and erp, with the real stages between them, a state in memory, and a
// clock that pass moves.
type shop struct {
	*testing.T
	engine  *engine.Engine
	store   *crashing
	def     *pipeline.Definition
	systems [2]*memory.System
	now     time.Time
	ids     int
	// onCall, if set, is told of every call of an endpoint before it has an effect.
	onCall func(side pipeline.Side, op string)
}

func newShop(t *testing.T) *shop {
	s := &shop{T: t, store: &crashing{Model: statetest.NewModel("sku")}, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return s.now }
	s.def = &pipeline.Definition{
		Name: "products", Sources: [2]string{"pm", "erp"}, Match: []string{"sku"}, Hash: "1", Deletes: pipeline.DeletesArchive,
		Creates: [2]bool{true, true}, Removes: [2]bool{true, true},
	}
	for _, name := range []string{"title", "sku", "price", "description", "active"} {
		s.def.Fields = append(s.def.Fields, pipeline.MappedField{
			Name: name, Fields: [2]string{name, name}, Writes: [2]bool{true, true}, Source: "defaults", Rule: "manual",
		})
	}
	for _, side := range pipeline.Sides() {
		s.systems[side] = memory.New(memory.Config{
			Name: s.def.Sources[side], Now: clock, Findable: true, KeepsTokens: true, Vouch: true, BatchSize: 3,
			Fault: func(op string, _ int) memory.FaultKind {
				if s.onCall != nil {
					s.onCall(side, op)
				}
				return memory.NoFault
			},
		})
	}
	wait := func(ctx context.Context, d time.Duration) error {
		s.now = s.now.Add(d)
		return ctx.Err()
	}
	newID := func() string { s.ids++; return fmt.Sprint("id", s.ids) }
	s.engine = engine.New(engine.Config{
		Definition: s.def, Endpoints: [2]pipeline.Endpoint{s.systems[0], s.systems[1]}, Store: s.store,
		Detector: detect.New(detect.Config{State: s.store, SpoolDir: t.TempDir()}),
		Stages:   []pipeline.Stage{fetch.New(), transform.New(), resolve.New()},
		Writer:   write.New(write.Config{State: s.store, Now: clock, NewID: newID, Wait: wait}),
		Now:      clock, Logger: slog.New(slog.DiscardHandler), SpoolDir: t.TempDir(), Sequential: true,
	})
	return s
}

// pass lets time pass, so that every edit has a stamp of its own.
func (s *shop) pass() { s.now = s.now.Add(10 * time.Second) }

func (s *shop) insert(side pipeline.Side, sku string, price int64) {
	s.Helper()
	s.pass()
	_, err := s.systems[side].Insert(pipeline.Values{
		"title": pipeline.Text("Product " + sku), "sku": pipeline.Text(sku), "price": pipeline.Int(price), "active": pipeline.Bool(true),
	})
	s.must(err)
}

func (s *shop) edit(side pipeline.Side, sku, field string, v pipeline.Value) {
	s.Helper()
	s.pass()
	s.must(s.systems[side].Edit(s.record(side, sku).Key, pipeline.Values{field: v}))
}

func (s *shop) record(side pipeline.Side, sku string) pipeline.Record {
	s.Helper()
	for _, r := range s.systems[side].Snapshot() {
		if r.Fields["sku"].AsText() == sku {
			return r
		}
	}
	s.Fatalf("%s has no %s", s.def.Sources[side], sku)
	return pipeline.Record{}
}

// holds fails the test unless the field holds that on the side.
func (s *shop) holds(side pipeline.Side, sku, field string, want pipeline.Value) {
	s.Helper()
	if got := s.record(side, sku).Fields[field]; !got.Equal(want) {
		s.Errorf("%s: %s of %s is %v, want %v", s.def.Sources[side], field, sku, got, want)
	}
}

// sync runs a cycle that must succeed and returns its report.
func (s *shop) sync() pipeline.Report {
	s.Helper()
	s.pass()
	r := s.engine.Sync(s.Context(), engine.Options{})
	if r.Result != pipeline.ResultDone {
		s.Fatalf("the cycle ended %s: %+v", r.Result, r.Error)
	}
	return r
}

// quiet fails the test unless neither a cycle nor a full pass writes anything.
func (s *shop) quiet() {
	s.Helper()
	for _, full := range []bool{false, true, false} {
		s.pass()
		r := s.engine.Sync(s.Context(), engine.Options{Full: full})
		if r.Result != pipeline.ResultDone || writes(r) != 0 {
			s.Fatalf("a quiet cycle (full: %v) ended %s with writes %v, %+v", full, r.Result, r.Writes, r.Error)
		}
	}
}

func writes(r pipeline.Report) (n int) {
	for _, w := range r.Writes {
		n += w.Total()
	}
	return n
}

func (s *shop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// refusals collects what a cycle that was asked for left alone, as "side: why".
type refusals []string

func (r *refusals) add(c pipeline.PlannedChange) error {
	*r = append(*r, c.Side+": "+c.Note)
	return nil
}

// crashing is a store through which no commit comes once Crash is set: what a killed process leaves behind.
type crashing struct {
	*statetest.Model
	Crash bool
}

func (c *crashing) Commit(ctx context.Context, commit pipeline.Commit) error {
	if c.Crash {
		return &pipeline.Error{Code: pipeline.CodeStateDisk, Class: pipeline.Fatal, Message: "killed"}
	}
	return c.Model.Commit(ctx, commit)
}
