package statetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

func testPosition(t *testing.T, s *subject) {
	want(t, pipeline.Position{}, s.Position)
	want(t, [2]string{}, s.Identities)
	p := pipeline.Position{Cursors: [2]string{"2026-11-24T12:00:00Z", "v7"}, Definition: "abc"}
	if err := s.MoveTo(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := s.SetIdentities(t.Context(), [2]string{"tenant", "uuid"}); err != nil {
		t.Fatal(err)
	}
	s.twice(t, func(t *testing.T) {
		want(t, p, s.Position)
		want(t, [2]string{"tenant", "uuid"}, s.Identities)
	})
}

func testCycles(t *testing.T, s *subject) {
	last := pipeline.CycleID("")
	for i, when := range []time.Time{at(0), at(0), at(5), at(-60), at(-60), at(6)} { // the clock is set back
		if i == 4 {
			s.restart(t)
		}
		id, err := s.StartCycle(t.Context(), when)
		if err != nil {
			t.Fatal(err)
		}
		if id <= last {
			t.Errorf("%s came after %s", id, last)
		}
		last = id
	}
	if last != "20261124T120600Z-0006" {
		t.Errorf("the last is %s", last)
	}
}

func testReports(t *testing.T, s *subject) {
	var all []pipeline.Report
	for i := range 12 {
		id, err := s.StartCycle(t.Context(), at(i))
		if err != nil {
			t.Fatal(err)
		}
		brake := "updates"
		r := pipeline.Report{
			Pipeline: "products", Cycle: id, Result: pipeline.ResultBraked, Seen: map[string]int{"pm": i},
			Writes: map[string]pipeline.Writes{"erp": {Create: i}}, BrakedBy: &brake, Started: at(i),
			Duration: pipeline.Seconds(1240 * time.Millisecond), Error: &pipeline.Problem{Code: pipeline.CodeBraked, Message: "m"},
		}
		if err := s.PutReport(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		all = append([]pipeline.Report{r}, all...)
	}
	all[3].Result = pipeline.ResultDone
	if err := s.PutReport(t.Context(), all[3]); err != nil {
		t.Fatal(err)
	}
	latest := func(n int) func(context.Context) ([]pipeline.Report, error) {
		return func(ctx context.Context) ([]pipeline.Report, error) { return s.Reports(ctx, n) }
	}
	s.twice(t, func(t *testing.T) {
		want(t, nil, latest(0))
		want(t, all[:5], latest(5))
		want(t, all, latest(100))
	})
}

func testHistory(t *testing.T, s *subject) {
	side := pipeline.Right
	event := func(i int, link pipeline.LinkID) pipeline.Event {
		return pipeline.Event{
			At: at(i), Cycle: "20261124T120000Z-0001", Link: link, Keys: [2]pipeline.Key{"1", "2"},
			Match: pipeline.Values{"sku": pipeline.Text("A")}, Kind: "update", Side: &side, Rule: "latest", Note: fmt.Sprint(i),
			Fields: []pipeline.FieldChange{{
				Name: "price", Base: [2]pipeline.Value{pipeline.Int(1), {}}, Values: [2]pipeline.Value{pipeline.Int(2), pipeline.Int(3)},
				Before: pipeline.Int(3), After: pipeline.Int(2), Rule: "latest",
			}},
		}
	}
	s.commit(t, pipeline.Commit{History: []pipeline.Event{event(1, "a"), event(2, "b")}})
	s.restart(t)
	s.commit(t, pipeline.Commit{History: []pipeline.Event{event(3, ""), event(4, "a")}})
	latest := func(link pipeline.LinkID, n int) func(context.Context) ([]pipeline.Event, error) {
		return func(ctx context.Context) ([]pipeline.Event, error) {
			events, err := s.History(ctx, link, n)
			return events, withoutNumbers(events, err)
		}
	}
	s.twice(t, func(t *testing.T) {
		want(t, []pipeline.Event{event(4, "a"), event(3, ""), event(2, "b"), event(1, "a")}, latest("", 10))
		want(t, []pipeline.Event{event(4, "a"), event(3, "")}, latest("", 2))
		want(t, []pipeline.Event{event(4, "a"), event(1, "a")}, latest("a", 10))
		want(t, []pipeline.Event{event(4, "a")}, latest("a", 1))
		want(t, nil, latest("c", 10))
		want(t, nil, latest("", 0))
	})
}

func testEachEvent(t *testing.T, s *subject) {
	const first, second = pipeline.CycleID("20261124T120000Z-0001"), pipeline.CycleID("20261124T130000Z-0002")
	event := func(i int, link pipeline.LinkID, cycle pipeline.CycleID) pipeline.Event {
		return pipeline.Event{At: at(i), Cycle: cycle, Link: link, Kind: "update", Note: fmt.Sprint(i)}
	}
	s.commit(t, pipeline.Commit{History: []pipeline.Event{event(-4000, "a", ""), event(1, "a", first), event(2, "b", first), event(61, "a", second)}})
	// What an interrupted cycle wrote is stored by the next one, under the time and the cycle of the writing.
	s.commit(t, pipeline.Commit{History: []pipeline.Event{event(3, "b", first), event(62, "b", second)}})
	each := func(q pipeline.EventQuery) func(context.Context) ([]string, error) {
		return func(ctx context.Context) (notes []string, err error) {
			err = s.EachEvent(ctx, q, func(e pipeline.Event) error {
				notes = append(notes, e.Note)
				return nil
			})
			return notes, err
		}
	}
	s.twice(t, func(t *testing.T) {
		want(t, []string{"62", "3", "61", "2", "1", "-4000"}, each(pipeline.EventQuery{}))
		want(t, []string{"61", "1", "-4000"}, each(pipeline.EventQuery{Link: "a"}))
		want(t, []string{"3", "2", "1"}, each(pipeline.EventQuery{Cycle: first}))
		want(t, []string{"3", "2"}, each(pipeline.EventQuery{Cycle: first, Link: "b"}))
		want(t, []string{"62", "3", "61", "2"}, each(pipeline.EventQuery{Since: at(2)}))
		want(t, nil, each(pipeline.EventQuery{Cycle: "20261124T120000Z-0009"}))
	})
	enough := errors.New("enough")
	err := s.EachEvent(t.Context(), pipeline.EventQuery{}, func(pipeline.Event) error {
		if _, err := s.CountLinks(t.Context()); err != nil { // the store may be used meanwhile
			t.Error(err)
		}
		return enough
	})
	if !errors.Is(err, enough) {
		t.Errorf("got %v, want the error of the function", err)
	}
}

func testPlans(t *testing.T, s *subject) {
	key, err := s.PlanKey(t.Context())
	if err != nil || len(key) != 32 {
		t.Fatalf("the key has %d bytes, %v", len(key), err)
	}
	want(t, 0, s.Generation)
	s.commit(t, pipeline.Commit{Conflicts: []pipeline.Conflict{{ID: "c", Link: "a"}}})
	want(t, 1, s.Generation)
	if err := s.Settle(t.Context(), "c", pipeline.Resolution{Verdict: pipeline.TakeLeft}); err != nil {
		t.Fatal(err)
	}
	want(t, 2, s.Generation)
	if err := s.MoveTo(t.Context(), pipeline.Position{Definition: "abc"}); err != nil {
		t.Fatal(err)
	}
	s.twice(t, func(t *testing.T) {
		want(t, 3, s.Generation)
		want(t, key, s.PlanKey)
	})
}

// withoutNumbers checks that the events' numbers fall, and clears them: which they are is the store's
// own business.
func withoutNumbers(events []pipeline.Event, err error) error {
	for i := range events {
		if i > 0 && events[i].Seq >= events[i-1].Seq && err == nil {
			err = fmt.Errorf("event %d has number %d, the one after it %d", i, events[i].Seq, events[i-1].Seq)
		}
	}
	for i := range events {
		events[i].Seq = 0
	}
	return err
}
