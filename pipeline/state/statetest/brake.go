package statetest

import (
	"context"
	"slices"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

// Brake implements pipeline.Brakes.
func (m *Model) Brake(ctx context.Context) (*pipeline.Brake, error) {
	return look(ctx, m, func() *pipeline.Brake { return m.brake })
}

// BrakedPlan implements pipeline.Brakes.
func (m *Model) BrakedPlan(ctx context.Context) (pipeline.Fingerprints, error) {
	return look(ctx, m, func() pipeline.Fingerprints { return slices.Clone(m.braked) })
}

// SetBrake implements pipeline.Brakes.
func (m *Model) SetBrake(ctx context.Context, b *pipeline.Brake, plan pipeline.Fingerprints, e *pipeline.Event) error {
	return m.change(ctx, func() error {
		m.brake, m.braked = b, slices.Clone(plan)
		if b == nil {
			m.braked = nil
		}
		if e != nil {
			m.tell(*e)
		}
		return nil
	})
}

// Approve implements pipeline.Brakes.
func (m *Model) Approve(ctx context.Context, cycle pipeline.CycleID, a pipeline.Approval, e pipeline.Event) error {
	return m.change(ctx, func() error {
		if err := m.brake.Approvable(cycle); err != nil {
			return err
		}
		approved := *m.brake
		approved.Approved = &a
		m.brake = &approved
		m.tell(e)
		return nil
	})
}

// Adopt implements pipeline.Runs.
func (m *Model) Adopt(ctx context.Context, ids [2]string, e pipeline.Event) error {
	return m.change(ctx, func() error {
		clear(m.links)
		clear(m.unlinked)
		clear(m.intents)
		clear(m.conflicts)
		clear(m.failed)
		m.position, m.brake, m.braked, m.identities = pipeline.Position{}, nil, nil, ids
		m.generation++
		m.generation++
		m.tell(e)
		return nil
	})
}

func (m *Model) tell(e pipeline.Event) {
	e.Seq = uint64(len(m.history) + 1)
	m.history = append(m.history, e)
}

func testBrake(t *testing.T, s *subject) {
	none := (*pipeline.Brake)(nil)
	want(t, none, s.Brake)
	want(t, nil, s.BrakedPlan)
	approval := pipeline.Approval{By: "ann", At: at(2)}
	approved := pipeline.Event{At: at(2), Kind: "approve", By: "ann"}
	refused := func(cycle pipeline.CycleID, why string) {
		t.Helper()
		err := s.Approve(t.Context(), cycle, approval, approved)
		if pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodeNotBraked {
			t.Errorf("approving %s: got %v, want %s", why, err, pipeline.CodeNotBraked)
		}
	}
	refused("1", "without a brake")

	keys := [2]pipeline.Key{"1", "2"}
	plan := pipeline.Fingerprints{pipeline.AbsencePrint(pipeline.Left, "1"), pipeline.AbsencePrint(pipeline.Right, "1")}.Sorted()
	b := pipeline.Brake{
		Name: pipeline.BrakeListing, Cycle: "2", Since: at(1), Message: "m", Full: true, Due: pipeline.BlastRadius{Absent: 2},
		Some: []pipeline.PlannedChange{{Side: "erp", Action: pipeline.PlanUpdate, Fields: []pipeline.PlannedField{{Name: "price", After: pipeline.Int(2)}}}},
	}
	engaged := pipeline.Event{At: at(1), Kind: "brake", Note: "m", Keys: keys}
	if err := s.SetBrake(t.Context(), &b, plan, &engaged); err != nil {
		t.Fatal(err)
	}
	s.twice(t, func(t *testing.T) {
		want(t, &b, s.Brake)
		want(t, plan, s.BrakedPlan)
	})
	refused("1", "another cycle's brake")
	if err := s.Approve(t.Context(), "2", approval, approved); err != nil {
		t.Fatal(err)
	}
	refused("2", "twice")
	b.Approved = &approval
	s.twice(t, func(t *testing.T) {
		want(t, &b, s.Brake)
		want(t, plan, s.BrakedPlan)
		want(t, []string{"approve", "brake"}, func(ctx context.Context) (kinds []string, err error) {
			events, err := s.History(ctx, "", 10)
			for _, e := range events {
				kinds = append(kinds, e.Kind)
			}
			return kinds, err
		})
	})
	if err := s.SetBrake(t.Context(), nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	s.twice(t, func(t *testing.T) {
		want(t, none, s.Brake)
		want(t, nil, s.BrakedPlan)
	})
}

// testAdopt fills every table, adopts, and wants nothing left but history, reports and the identities.
func testAdopt(t *testing.T, s *subject) {
	other, err := s.backend.Store("other", s.match...)
	if err != nil {
		t.Fatal(err)
	}
	c := pipeline.Commit{
		Links:    []*pipeline.Link{link("a", "1", "2", "A")},
		Unlinked: []pipeline.Unlinked{{Side: pipeline.Left, Key: "3", Match: map[string]string{"sku": "B"}}},
		Conflicts: []pipeline.Conflict{
			{ID: "c", Link: "a", Keys: [2]pipeline.Key{"1", "2"}, Field: "price"},
		},
		Failed:  []pipeline.Quarantined{{ID: "q", Keys: [2]pipeline.Key{"3", ""}, NextTry: at(1)}},
		History: []pipeline.Event{{Kind: "link", Link: "a"}},
	}
	for _, store := range []pipeline.Store{s.Store, other} {
		for _, err := range []error{
			store.Commit(t.Context(), c),
			store.Intend(t.Context(), []pipeline.Intent{{ID: "i", Link: "a"}}),
			store.MoveTo(t.Context(), pipeline.Position{Cursors: [2]string{"1", "2"}, Definition: "d"}),
			store.SetIdentities(t.Context(), [2]string{"x", "y"}),
			store.SetBrake(t.Context(), &pipeline.Brake{Name: pipeline.BrakeDeletes}, pipeline.Fingerprints{{}}, nil),
			store.PutReport(t.Context(), pipeline.Report{Cycle: "20261124T120000Z-0001"}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	universe := Universe{Keys: []pipeline.Key{"1", "2", "3"}, Links: []pipeline.LinkID{"a"}, Match: s.match, Texts: []string{"A", "B"}, Now: at(9)}
	read := func(store pipeline.Store) Dump {
		t.Helper()
		d, err := Read(t.Context(), store, universe)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	untouched := read(other)
	if err := s.Adopt(t.Context(), [2]string{"x", "z"}, pipeline.Event{Kind: "adopt", By: "ann"}); err != nil {
		t.Fatal(err)
	}
	left := Dump{
		Identities: [2]string{"x", "z"}, Reports: []pipeline.Report{{Cycle: "20261124T120000Z-0001"}},
		History:   []pipeline.Event{{Kind: "adopt", By: "ann"}, {Kind: "link", Link: "a"}},
		HistoryOf: map[pipeline.LinkID][]pipeline.Event{"a": {{Kind: "link", Link: "a"}}},
	}
	s.twice(t, func(t *testing.T) {
		diff(t, left, read(s.Store))
	})
	if other, err = s.backend.Store("other", s.match...); err != nil {
		t.Fatal(err)
	}
	diff(t, untouched, read(other))
}
