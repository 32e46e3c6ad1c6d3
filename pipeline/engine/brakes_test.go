package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

func limited(l pipeline.Limits) func(*rig) {
	return func(s *rig) { s.def.Limits = l }
}

// TestInvariant9Limits: each limit stops the cycle that is above it, and lets through the one that is not.
func TestInvariant9Limits(t *testing.T) {
	zero := pipeline.Values{"stock_quantity": pipeline.Int(0)}
	for name, tc := range map[string]struct {
		limits pipeline.Limits
		act    func(s *rig, n int)
		full   bool
		allows int
	}{
		"updates, a count":     {pipeline.Limits{Updates: pipeline.CountLimit(4)}, func(s *rig, n int) { s.price(n, 99) }, false, 4},
		"updates, a share":     {pipeline.Limits{Updates: pipeline.PercentLimit(20)}, func(s *rig, n int) { s.price(n, 99) }, false, 4},
		"creates":              {pipeline.Limits{Creates: pipeline.CountLimit(2)}, func(s *rig, n int) { s.more(n) }, false, 2},
		"zeroed_stock":         {pipeline.Limits{ZeroedStock: pipeline.PercentLimit(10)}, func(s *rig, n int) { s.each(n, zero) }, false, 2},
		"deletes":              {pipeline.Limits{Deletes: pipeline.CountLimit(3)}, func(s *rig, n int) { s.less(n) }, true, 3},
		"deletes, not a share": {pipeline.Limits{Deletes: pipeline.CountLimit(0)}, func(s *rig, n int) { s.less(n) }, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			brake, _, _ := strings.Cut(name, ",")
			for n := range tc.allows + 2 {
				s := newRig(t, nil)
				s.fill(20)
				s.configure(func(d *pipeline.Definition) { d.Limits = tc.limits })
				tc.act(s, n)
				if tc.full {
					s.done(true) // the first listing only marks what is absent
				}
				if n <= tc.allows {
					s.done(tc.full)
					continue
				}
				s.braked(brake, tc.full)
			}
		})
	}
}

// price, each, more and less edit the first n products on the left, make n others, and delete the first n.
func (s *rig) price(n int, price int64) { s.each(n, pipeline.Values{"price": pipeline.Int(price)}) }

func (s *rig) each(n int, fields pipeline.Values) {
	for i := range n {
		s.edit(pipeline.Left, fmt.Sprintf("S-%02d", i), fields)
	}
}

func (s *rig) more(n int) {
	for i := range n {
		s.insert(pipeline.Left, fmt.Sprintf("N-%02d", i), 1)
	}
}

func (s *rig) less(n int) {
	for i := range n {
		s.remove(pipeline.Left, fmt.Sprintf("S-%02d", i))
	}
}

// TestInvariant9Approve: exactly what was braked passes, once.
func TestInvariant9Approve(t *testing.T) {
	s := newRig(t, limited(pipeline.Limits{Updates: pipeline.CountLimit(2)}))
	if _, err := s.engine.Approve(t.Context(), "ann"); err == nil || pipeline.AsError(err).Code != pipeline.CodeNotBraked {
		t.Errorf("approving without a brake: %v", err)
	}
	s.fill(20)
	s.price(5, 50)
	first := s.braked(pipeline.BrakeUpdates, false)
	s.braked(pipeline.BrakeUpdates, false)
	b, err := s.store.Brake(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if b.Cycle != first.Cycle || !b.Since.Equal(first.Started) || b.Due.Updates != 5 || len(b.Some) != 5 || b.Some[0].Action != pipeline.PlanUpdate {
		t.Errorf("the same plan, braked twice: %+v", b)
	}
	s.approve()
	if _, err := s.engine.Approve(t.Context(), "bob"); err == nil || pipeline.AsError(err).Code != pipeline.CodeNotBraked {
		t.Errorf("approving twice: %v", err)
	}
	if r := s.done(false); r.Writes["erp"].Update != 5 {
		t.Errorf("wrote %+v, want the 5 updates that were approved", r.Writes)
	}
	if b, err := s.store.Brake(t.Context()); b != nil || err != nil {
		t.Errorf("the brake is still engaged: %+v, %v", b, err)
	}
	if e := s.events("approve"); len(e) != 1 || e[0].By != "ann" || e[0].Cycle != first.Cycle || !strings.Contains(e[0].Note, "5 updates") {
		t.Errorf("the history tells of the approval: %+v", e)
	}
	if e := s.events("brake"); len(e) != 1 {
		t.Errorf("the history tells of %d brakes, want 1", len(e))
	}
	// It is used up.
	s.price(5, 60)
	s.braked(pipeline.BrakeUpdates, false)
	s.holds("S-00", "price", pipeline.Int(60), pipeline.Int(50))
}

// TestInvariant9ApproveNoMore: what is not in the approved plan is braked as ever.
func TestInvariant9ApproveNoMore(t *testing.T) {
	for name, tc := range map[string]struct {
		meanwhile func(s *rig)
		braked    bool
	}{
		"the same":                 {func(*rig) {}, false},
		"less":                     {func(s *rig) { s.price(3, 10) }, false},
		"more, within the limit":   {func(s *rig) { s.price(7, 50) }, false},
		"more, above the limit":    {func(s *rig) { s.price(9, 50) }, true},
		"others, above the limit":  {func(s *rig) { s.price(5, 51) }, true},
		"other kinds, not limited": {func(s *rig) { s.more(6) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(t, nil)
			for i := range 20 {
				s.insert(pipeline.Left, fmt.Sprintf("S-%02d", i), 10)
			}
			s.done(false)
			s.configure(func(d *pipeline.Definition) { d.Limits.Updates = pipeline.CountLimit(2) })
			s.done(false)
			s.price(5, 50)
			s.braked(pipeline.BrakeUpdates, false)
			s.approve()
			tc.meanwhile(s)
			_, totals, err := s.engine.PlanAll(t.Context(), engine.Options{})
			if err != nil || (totals.BrakedBy != nil) != tc.braked {
				t.Errorf("the plan is braked by %v, %v; want %v", totals.BrakedBy, err, tc.braked)
			}
			if !tc.braked {
				s.done(false)
				return
			}
			s.braked(pipeline.BrakeUpdates, false)
			if b, err := s.store.Brake(t.Context()); err != nil || b.Approved != nil {
				t.Errorf("the approval outlived the plan that it was for: %+v, %v", b, err)
			}
			s.braked(pipeline.BrakeUpdates, false)
		})
	}
}

// TestInvariant9ApprovedCycleIsInterrupted: what an interrupted cycle has not written yet is still approved.
func TestInvariant9ApprovedCycleIsInterrupted(t *testing.T) {
	fail := false
	s := newRig(t, func(s *rig) {
		s.def.Limits.Updates = pipeline.CountLimit(2)
		s.configs[1].BatchSize = 4
		s.configs[1].Fault = func(op string, n int) memory.FaultKind {
			if fail && op == memory.OpUpdate && n > 1 {
				return memory.Refuse
			}
			return memory.NoFault
		}
	})
	s.fill(20)
	s.price(12, 50)
	s.braked(pipeline.BrakeUpdates, false)
	s.approve()
	fail = true
	s.systems[1].ResetCounts()
	if r := s.sync(false); r.Result != pipeline.ResultFailed || r.Writes["erp"].Update != 4 {
		t.Fatalf("the cycle ended %s with %+v, want it to fail after 4 updates", r.Result, r.Writes)
	}
	fail = false
	if r := s.done(false); r.Writes["erp"].Update != 8 {
		t.Errorf("wrote %+v, want the other 8", r.Writes)
	}
	s.quiet()
}

// TestInvariant9ChangedDefinition: an edit cannot loosen the limits that its own effect is held against.
func TestInvariant9ChangedDefinition(t *testing.T) {
	s := newRig(t, limited(pipeline.Limits{Updates: pipeline.CountLimit(2)}))
	s.fill(20)
	s.configure(func(d *pipeline.Definition) {
		d.Fields[0].Carry[pipeline.Right] = upper{}
		d.Limits, d.Hash = pipeline.Limits{}, "2"
	})
	s.edit(pipeline.Left, "S-00", pipeline.Values{"title": pipeline.Text("one")})
	s.edit(pipeline.Left, "S-01", pipeline.Values{"title": pipeline.Text("two")})
	s.edit(pipeline.Left, "S-02", pipeline.Values{"title": pipeline.Text("three")})
	s.more(1)
	_, totals, err := s.engine.PlanAll(t.Context(), engine.Options{})
	due := &pipeline.BlastRadius{Updates: 3, Creates: 1}
	if err != nil || totals.BrakedBy == nil || *totals.BrakedBy != pipeline.BrakeUpdates || cmp.Diff(due, totals.Changed) != "" {
		t.Errorf("the plan: braked by %v, due %+v, %v", totals.BrakedBy, totals.Changed, err)
	}
	r := s.braked(pipeline.BrakeUpdates, false)
	if diff := cmp.Diff(due, r.Changed); diff != "" || !r.Full {
		t.Errorf("the report shows the blast radius: full %v, %s", r.Full, diff)
	}
	if want := "the definition changed: 3 updates, 1 creation, 0 removals are due"; !strings.Contains(r.Error.Message, want) {
		t.Errorf("%q does not say %q", r.Error.Message, want)
	}
	s.approve()
	if r := s.done(false); r.Changed == nil || r.Writes["erp"].Update != 3 {
		t.Errorf("the approved cycle: %+v", r)
	}
	// From now on the new limits hold.
	s.price(9, 70)
	if r := s.done(false); r.Changed != nil {
		t.Errorf("the second cycle still tells of a change: %+v", r.Changed)
	}
}

// TestInvariant9LimitsAlone: who only changes a limit means it.
func TestInvariant9LimitsAlone(t *testing.T) {
	s := newRig(t, func(s *rig) {
		s.def.Limits.Updates = pipeline.CountLimit(2)
		s.def.MergeHash = "m1"
	})
	s.fill(20)
	s.price(5, 50)
	s.braked(pipeline.BrakeUpdates, false)
	s.configure(func(d *pipeline.Definition) { d.Limits, d.Hash = pipeline.Limits{}, "2" })
	if r := s.done(false); r.Changed != nil {
		t.Errorf("nothing that decides what is written has changed, but: %+v", r.Changed)
	}
}

// TestInvariant9WhileAFullPassIsBraked: ordinary cycles go on; the brake of the full pass stays until a
// full pass is within the limits.
func TestInvariant9WhileAFullPassIsBraked(t *testing.T) {
	s := newRig(t, limited(pipeline.Limits{Deletes: pipeline.CountLimit(1)}))
	s.fill(20)
	s.less(3)
	s.done(true)
	s.braked(pipeline.BrakeDeletes, true)
	s.edit(pipeline.Left, "S-10", pipeline.Values{"price": pipeline.Int(77)})
	s.done(false)
	s.holds("S-10", "price", pipeline.Int(77), pipeline.Int(77))
	if b, err := s.store.Brake(t.Context()); b == nil || err != nil {
		t.Fatalf("an ordinary cycle released the brake of a full pass: %v", err)
	}
	s.approve()
	if r := s.done(false); !r.Full || r.Writes["erp"].Archive != 3 {
		t.Errorf("the cycle after the approval: full %v, %+v", r.Full, r.Writes)
	}
	s.quiet()
}

type upper struct{}

func (upper) Apply(v pipeline.Value, _ *pipeline.Record) (pipeline.Value, error) {
	return pipeline.Text(strings.ToUpper(v.AsText())), nil
}
