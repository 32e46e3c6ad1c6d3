package engine_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
)

// keep makes a plan and returns the file.
func (s *shop) keep() []byte {
	s.Helper()
	s.pass()
	var file bytes.Buffer
	_, err := s.engine.Plan(s.Context(), engine.Options{Keep: &file}, func(pipeline.PlannedChange) error { return nil })
	s.must(err)
	return file.Bytes()
}

// apply carries out a kept plan.
func (s *shop) apply(file []byte) (pipeline.Report, refusals) {
	s.Helper()
	s.pass()
	plan, err := s.engine.OpenPlan(s.Context(), bytes.NewReader(file))
	s.must(err)
	var refused refusals
	return s.engine.Apply(s.Context(), plan, engine.Asked{By: "ann", Note: "apply of a.plan", Refused: refused.add}), refused
}

func TestApplyCarriesOutThePlanAndNothingElse(t *testing.T) {
	s := newShop(t)
	for _, sku := range []string{"A", "B", "C", "D"} {
		s.insert(pm, sku, 10)
	}
	s.insert(erp, "E", 20)
	file := s.keep()
	s.insert(pm, "LATE", 5)

	report, refused := s.apply(file)
	if report.Result != pipeline.ResultDone || len(refused) > 0 || report.Writes["erp"].Create != 4 || report.Writes["pm"].Create != 1 {
		t.Fatalf("got %+v, refused %q", report, refused)
	}
	if report.Kind != pipeline.CycleApply || report.By != "ann" || report.Note != "apply of a.plan" {
		t.Errorf("the report does not say what it is of: %+v", report)
	}
	if n := len(s.systems[erp].Snapshot()); n != 5 {
		t.Errorf("erp has %d products, want 5: LATE is not in the plan", n)
	}
	s.history(report.Cycle, func(e pipeline.Event) {
		if e.By != "ann" || e.Note != "apply of a.plan" {
			t.Errorf("the history says %q, %q", e.By, e.Note)
		}
	})
	// What is not in the plan is not skipped either.
	if r := s.sync(); r.Writes["erp"].Create != 1 || writes(r) != 1 {
		t.Errorf("the cycle after: %+v", r.Writes)
	}
	s.quiet()

	// Once is enough.
	report, refused = s.apply(file)
	if writes(report) != 0 || len(refused) != 5 || report.Result != pipeline.ResultPartial {
		t.Errorf("applied twice: %+v, %q", report.Writes, refused)
	}
}

func (s *shop) history(cycle pipeline.CycleID, f func(pipeline.Event)) {
	s.Helper()
	n := 0
	s.must(s.store.EachEvent(s.Context(), pipeline.EventQuery{Cycle: cycle}, func(e pipeline.Event) error {
		n++
		f(e)
		return nil
	}))
	if n == 0 {
		s.Errorf("nothing in the history of %s", cycle)
	}
}

func TestApplyRefusesWhatMoved(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since func(s *shop)
		why   string
	}{
		{"the source changed again", func(s *shop) { s.edit(pm, "A", "price", pipeline.Int(13)) }, "erp: price on pm changed since: it was 12, it is 13"},
		{"the target changed", func(s *shop) { s.edit(erp, "A", "price", pipeline.Int(11)) }, "erp: price on erp changed since: it was 10, it is 11"},
		{"another field changed", func(s *shop) { s.edit(erp, "A", "title", pipeline.Text("New")) }, `erp: title on erp changed since: it was "Product A", it is "New"`},
		{"the change was taken back", func(s *shop) { s.edit(pm, "A", "price", pipeline.Int(10)) }, "erp: price on pm changed since: it was 12, it is 10"},
		{"the target is gone", func(s *shop) { s.must(s.systems[erp].Delete(s.record(erp, "A").Key)) }, "erp: 1 is gone from erp"},
		{"the source is gone", func(s *shop) { s.must(s.systems[pm].Delete(s.record(pm, "A").Key)) }, "erp: 1 is gone from pm"},
		{"a cycle was faster", func(s *shop) { s.sync() }, "erp: it holds what was planned already"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t)
			s.insert(pm, "A", 10)
			s.insert(pm, "B", 10)
			s.sync()
			s.edit(pm, "A", "price", pipeline.Int(12))
			s.edit(pm, "B", "price", pipeline.Int(15))
			file := s.keep()
			tt.since(s)
			before := s.systems[erp].Snapshot()
			report, refused := s.apply(file)
			if len(refused) == 0 || refused[0] != tt.why {
				t.Errorf("refused %q, want %q", refused, tt.why)
			}
			if report.Refused != len(refused) || report.Result != pipeline.ResultPartial {
				t.Errorf("the report is %+v", report)
			}
			if d := cmp.Diff(before[:1], s.systems[erp].Snapshot()[:1]); len(before) == 2 && d != "" {
				t.Errorf("the refused record was written:\n%s", d)
			}
			s.holds(erp, "B", "price", pipeline.Int(15))
			if q, err := s.store.Quarantined(t.Context()); err != nil || len(q) > 0 {
				t.Errorf("what was refused is in quarantine: %v, %v", q, err)
			}
		})
	}
}

// A record that is edited between apply's look and its write is refused by the write stage.
func TestApplyRefusesWhatMovesInTheLastMoment(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	s.sync()
	s.edit(pm, "A", "price", pipeline.Int(12))
	file := s.keep()
	fetches := 0
	s.onCall = func(side pipeline.Side, op string) {
		if side == erp && op == memory.OpFetch {
			if fetches++; fetches == 2 { // the first is apply's look, the second the write stage's
				s.edit(erp, "A", "price", pipeline.Int(99))
			}
		}
	}
	report, refused := s.apply(file)
	if writes(report) != 0 || len(refused) != 1 || !strings.Contains(refused[0], "changed meanwhile") {
		t.Errorf("got %v, refused %q", report.Writes, refused)
	}
	s.holds(erp, "A", "price", pipeline.Int(99))
}

func TestOpenPlanRefuses(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	file := s.keep()
	other := newShop(t)
	for _, tt := range []struct {
		name string
		shop *shop
		file []byte
		hash string
		want pipeline.Code
	}{
		{"as it is", s, file, "1", ""},
		{"a price edited", s, bytes.Replace(file, []byte(`"price":10`), []byte(`"price":1`), 1), "1", pipeline.CodePlanInvalid},
		{"of another state", other, file, "1", pipeline.CodePlanInvalid},
		{"under another configuration", s, file, "2", pipeline.CodePlanOutdated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.shop.def.Hash = tt.hash
			defer func() { tt.shop.def.Hash = "1" }()
			_, err := tt.shop.engine.OpenPlan(t.Context(), bytes.NewReader(tt.file))
			if e := pipeline.AsError(err); (e == nil) != (tt.want == "") || e != nil && e.Code != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// Invariant 10: a plan writes nothing anywhere, state included, also when it is kept.
func TestInvariant10KeptPlanWritesNothing(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	s.sync()
	s.edit(pm, "A", "price", pipeline.Int(12))
	s.insert(erp, "B", 1)
	before, generation := s.store.Clone(), s.generation()
	counts := [2]memory.Counts{s.systems[0].Counts(), s.systems[1].Counts()}
	if file := s.keep(); bytes.Count(file, []byte("\n")) != 5 { // header, two items, end, signature
		t.Errorf("the plan is\n%s", file)
	}
	universe := statetest.Universe{Keys: []pipeline.Key{"1", "2"}, Match: []string{"sku"}, Texts: []string{"A", "B"}, Now: s.now}
	want, err := statetest.Read(t.Context(), before, universe)
	s.must(err)
	got, err := statetest.Read(t.Context(), s.store, universe)
	s.must(err)
	if d := cmp.Diff(want, got, statetest.Equal()); d != "" || s.generation() != generation {
		t.Errorf("the state changed:\n%s", d)
	}
	for side, c := range counts {
		if now := s.systems[side].Counts(); now.Writes() != c.Writes() {
			t.Errorf("side %d was written", side)
		}
	}
}

func (s *shop) generation() uint64 {
	s.Helper()
	n, err := s.store.Generation(s.Context())
	s.must(err)
	return n
}

// Invariant 9: a plan that a brake stops is refused, until exactly what it does was approved.
func TestInvariant9ApplyOfABrakedPlan(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	s.insert(pm, "B", 10)
	s.sync()
	s.def.Limits.Updates = pipeline.CountLimit(1)
	s.edit(pm, "A", "price", pipeline.Int(11))
	s.edit(pm, "B", "price", pipeline.Int(12))
	file := s.keep()
	report, _ := s.apply(file)
	if report.Result != pipeline.ResultBraked || report.Error == nil || report.Error.Code != pipeline.CodeBraked || writes(report) != 0 {
		t.Fatalf("got %+v", report)
	}
	s.holds(erp, "A", "price", pipeline.Int(10))
	s.pass()
	braked := s.engine.Sync(t.Context(), engine.Options{})
	if braked.Result != pipeline.ResultBraked {
		t.Fatalf("the cycle was not braked: %+v", braked)
	}
	s.must(s.store.Approve(t.Context(), braked.Cycle, pipeline.Approval{By: "ann", At: s.now}, pipeline.Event{Kind: "approve"}))
	report, refused := s.apply(file)
	if report.Result != pipeline.ResultDone || report.Writes["erp"].Update != 2 || len(refused) > 0 {
		t.Fatalf("after the approval: %+v, refused %q", report, refused)
	}
	if b, err := s.store.Brake(t.Context()); err != nil || b != nil {
		t.Errorf("the approval was not used up: %+v, %v", b, err)
	}
	s.quiet()
}
