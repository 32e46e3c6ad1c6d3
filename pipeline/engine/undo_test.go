package engine_test

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

func (s *shop) undo(cycle pipeline.CycleID) (pipeline.Report, refusals) {
	s.Helper()
	s.pass()
	var refused refusals
	r := s.engine.Undo(s.Context(), cycle, engine.Asked{By: "ann", Note: "undo of " + string(cycle), Refused: refused.add})
	if r.Result == pipeline.ResultFailed {
		s.Fatalf("the undo failed: %+v", r.Error)
	}
	return r, refused
}

func TestUndoAnUpdate(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	s.sync()
	s.edit(pm, "A", "price", pipeline.Int(12))
	s.edit(erp, "A", "title", pipeline.Text("Wrong"))
	cycle := s.sync().Cycle

	report, refused := s.undo(cycle)
	if len(refused) > 0 || report.Writes["pm"].Update != 1 || report.Writes["erp"].Update != 1 || report.Kind != pipeline.CycleUndo {
		t.Fatalf("got %+v, refused %q", report, refused)
	}
	s.holds(erp, "A", "price", pipeline.Int(10))
	s.holds(pm, "A", "price", pipeline.Int(12)) // the edit itself stays
	s.holds(pm, "A", "title", pipeline.Text("Product A"))
	s.holds(erp, "A", "title", pipeline.Text("Wrong"))
	s.history(report.Cycle, func(e pipeline.Event) {
		if e.By != "ann" || len(e.Fields) != 1 || e.Fields[0].Rule != "undo of "+string(cycle) {
			t.Errorf("the history tells %+v", e)
		}
	})
	s.quiet()

	again, refused := s.undo(report.Cycle)
	if len(refused) > 0 || writes(again) != 2 {
		t.Fatalf("undo of the undo: %+v, refused %q", again, refused)
	}
	s.holds(erp, "A", "price", pipeline.Int(12))
	s.holds(pm, "A", "title", pipeline.Text("Wrong"))
	s.quiet()

	// An edit after all that goes over as ever.
	s.edit(pm, "A", "price", pipeline.Int(20))
	s.sync()
	s.holds(erp, "A", "price", pipeline.Int(20))
}

func TestUndoACreation(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	s.insert(pm, "TOUCHED", 10)
	cycle := s.sync().Cycle
	s.edit(erp, "TOUCHED", "description", pipeline.Text("by hand"))

	report, refused := s.undo(cycle)
	if report.Writes["erp"].Archive != 1 || len(refused) != 1 || !strings.Contains(refused[0], "edited since: description on erp") {
		t.Fatalf("got %+v, refused %q", report.Writes, refused)
	}
	s.holds(erp, "A", "active", pipeline.Bool(false))
	s.holds(erp, "TOUCHED", "active", pipeline.Bool(true))
	s.sync() // the edit of TOUCHED goes over
	s.quiet()
	s.holds(pm, "A", "active", pipeline.Bool(true))

	if again, refused := s.undo(report.Cycle); len(refused) > 0 || again.Writes["erp"].Update != 1 {
		t.Fatalf("undo of the undo: %+v, refused %q", again.Writes, refused)
	}
	s.holds(erp, "A", "active", pipeline.Bool(true))
	s.quiet()
}

func TestUndoARemoval(t *testing.T) {
	for _, policy := range []pipeline.DeletePolicy{pipeline.DeletesArchive, pipeline.DeletesDelete} {
		t.Run(string(policy), func(t *testing.T) {
			s := newShop(t)
			s.def.Deletes = policy
			s.insert(pm, "A", 10)
			s.sync()
			s.must(s.systems[pm].Delete(s.record(pm, "A").Key))
			var cycle pipeline.CycleID
			for cycle == "" {
				s.pass()
				if r := s.engine.Sync(t.Context(), engine.Options{Full: true}); r.Writes["erp"].Archive == 1 {
					cycle = r.Cycle
				}
			}
			report, refused := s.undo(cycle)
			if policy == pipeline.DeletesDelete {
				if writes(report) != 0 || len(refused) != 1 || refused[0] != "erp: it was deleted from erp, which cannot be undone" {
					t.Errorf("got %+v, refused %q", report.Writes, refused)
				}
				return
			}
			if report.Writes["erp"].Update != 1 || len(refused) > 0 {
				t.Fatalf("got %+v, refused %q", report.Writes, refused)
			}
			s.holds(erp, "A", "active", pipeline.Bool(true))
			s.quiet()
			s.holds(erp, "A", "active", pipeline.Bool(true))
		})
	}
}

func TestUndoLeavesWhatChangedSince(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since func(s *shop)
		why   string
	}{
		{"the side that was written", func(s *shop) { s.edit(erp, "A", "price", pipeline.Int(13)) }, "erp: price on erp changed since: it was 12, it is 13"},
		{"the side it came from", func(s *shop) { s.edit(pm, "A", "price", pipeline.Int(14)) }, "erp: price on pm changed since: it was 12, it is 14"},
		{"a later cycle", func(s *shop) { s.edit(pm, "A", "price", pipeline.Int(15)); s.sync() }, "erp: price on erp changed since: it was 12, it is 15"},
		{"the record is gone", func(s *shop) { s.must(s.systems[erp].Delete(s.record(erp, "A").Key)) }, "erp: 1 is gone from erp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t)
			s.insert(pm, "A", 10)
			s.sync()
			s.edit(pm, "A", "price", pipeline.Int(12))
			s.edit(pm, "A", "description", pipeline.Text("new"))
			cycle := s.sync().Cycle
			tt.since(s)
			report, refused := s.undo(cycle)
			if len(refused) == 0 || refused[0] != tt.why || report.Result != pipeline.ResultPartial {
				t.Errorf("refused %q, want %q; %+v", refused, tt.why, report)
			}
			if tt.name != "the record is gone" { // the other field is not held back by it
				s.holds(erp, "A", "description", pipeline.Value{})
			}
		})
	}
}

// Invariant 4: an undo looks at some fields of a record only, so an edit of another one is not skipped.
func TestInvariant4UndoSkipsNoEdit(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	s.sync()
	s.edit(pm, "A", "price", pipeline.Int(12))
	cycle := s.sync().Cycle
	s.edit(pm, "A", "title", pipeline.Text("Edited"))
	s.now = s.now.Add(3600e9) // the stamp of that edit is settled
	if _, refused := s.undo(cycle); len(refused) > 0 {
		t.Fatalf("refused %q", refused)
	}
	s.sync()
	s.holds(erp, "A", "title", pipeline.Text("Edited"))
	s.holds(erp, "A", "price", pipeline.Int(10))
}

// Invariant 3: a cycle that finds an undo interrupted after its write brings it to its end, instead of taking
// it for somebody's edit.
func TestInvariant3InterruptedUndo(t *testing.T) {
	for _, kind := range []string{"update", "creation"} {
		t.Run(kind, func(t *testing.T) {
			s := newShop(t)
			s.insert(pm, "A", 10)
			cycle := s.sync().Cycle
			if kind == "update" {
				s.edit(pm, "A", "price", pipeline.Int(12))
				cycle = s.sync().Cycle
			}
			s.store.Crash = true // no commit comes through from here on
			s.pass()
			if r := s.engine.Undo(t.Context(), cycle, engine.Asked{By: "ann"}); r.Result != pipeline.ResultFailed {
				t.Fatalf("the undo ended %s", r.Result)
			}
			s.store.Crash = false
			s.pass()
			s.quiet()
			if kind == "update" {
				s.holds(erp, "A", "price", pipeline.Int(10))
				s.holds(pm, "A", "price", pipeline.Int(12))
			} else {
				s.holds(erp, "A", "active", pipeline.Bool(false))
				s.holds(pm, "A", "active", pipeline.Bool(true))
			}
		})
	}
}

// Invariant 10: showing an undo writes nothing.
func TestInvariant10PlanUndo(t *testing.T) {
	s := newShop(t)
	s.insert(pm, "A", 10)
	s.sync()
	s.edit(pm, "A", "price", pipeline.Int(12))
	cycle := s.sync().Cycle
	generation := s.generation()
	counts := [2]memory.Counts{s.systems[0].Counts(), s.systems[1].Counts()}
	var changes []pipeline.PlannedChange
	totals, err := s.engine.PlanUndo(t.Context(), cycle, func(c pipeline.PlannedChange) error {
		changes = append(changes, c)
		return nil
	})
	s.must(err)
	if len(changes) != 1 || changes[0].Action != pipeline.PlanUpdate || changes[0].Side != "erp" || totals.Writes["erp"].Update != 1 {
		t.Fatalf("got %+v, %+v", changes, totals)
	}
	if f := changes[0].Fields; len(f) != 1 || f[0].Name != "price" || !f[0].After.Equal(pipeline.Int(10)) {
		t.Errorf("fields %+v", f)
	}
	if s.generation() != generation || s.systems[0].Counts().Writes() != counts[0].Writes() || s.systems[1].Counts().Writes() != counts[1].Writes() {
		t.Error("showing it wrote something")
	}
}

func TestUndoOfAnUnknownCycle(t *testing.T) {
	s := newShop(t)
	r := s.engine.Undo(t.Context(), "20261124T120000Z-0042", engine.Asked{})
	if r.Result != pipeline.ResultFailed || r.Error.Code != pipeline.CodeCycleUnknown {
		t.Errorf("got %+v", r.Error)
	}
}
