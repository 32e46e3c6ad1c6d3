package statetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

func testIntents(t *testing.T, s *subject) {
	create := pipeline.Intent{
		ID: "t1", Kind: pipeline.Create, Side: pipeline.Right, Link: "a", Keys: [2]pipeline.Key{"1", ""},
		Draft: pipeline.Draft{Token: "t1", Fields: pipeline.Values{"name": pipeline.Text("Tea")}, Since: at(2), Match: []string{"default_code"}},
		Base:  [2]pipeline.Values{{"title": pipeline.Text("Tea")}, nil},
		Cycle: "20261124T120000Z-0001", At: at(2),
	}
	side := pipeline.Left
	update := pipeline.Intent{
		ID: "t2", Kind: pipeline.Update, Side: side, Link: "b", Keys: [2]pipeline.Key{"2", "12"},
		Mutation: pipeline.Mutation{Kind: pipeline.Update, Fields: pipeline.Values{"price": pipeline.Int(2)}, Before: pipeline.Values{"price": pipeline.Int(1)}},
		Event:    pipeline.Event{Kind: "update", Side: &side, Fields: []pipeline.FieldChange{{Name: "price", After: pipeline.Int(2), Rule: "one side"}}},
		Cycle:    "20261124T120000Z-0001", At: at(1),
	}
	if err := s.Intend(t.Context(), []pipeline.Intent{create, update}); err != nil {
		t.Fatal(err)
	}
	s.twice(t, func(t *testing.T) { want(t, []pipeline.Intent{update, create}, s.PendingIntents) })
	s.commit(t, pipeline.Commit{Intents: []string{"t2", "never was"}})
	s.twice(t, func(t *testing.T) { want(t, []pipeline.Intent{create}, s.PendingIntents) })
}

func conflict(id string, link pipeline.LinkID, since int) pipeline.Conflict {
	return pipeline.Conflict{
		ID: id, Link: link, Keys: [2]pipeline.Key{"1", "2"}, Match: pipeline.Values{"sku": pipeline.Text("A")},
		Field: "price", Base: [2]pipeline.Value{pipeline.Int(1), pipeline.Int(1)},
		Values: [2]pipeline.Value{pipeline.Int(2), pipeline.Int(3)},
		Times:  [2]time.Time{at(since), {}}, Rule: "manual", Since: at(since),
	}
}

func testConflicts(t *testing.T, s *subject) {
	old, young, other := conflict("x1", "a", 1), conflict("x0", "a", 2), conflict("x2", "b", 3)
	s.commit(t, pipeline.Commit{Conflicts: []pipeline.Conflict{young, other, old}})
	of := func(ids ...pipeline.LinkID) func(context.Context) (map[pipeline.LinkID][]pipeline.Conflict, error) {
		return func(ctx context.Context) (map[pipeline.LinkID][]pipeline.Conflict, error) {
			return s.ConflictsOf(ctx, ids)
		}
	}
	s.twice(t, func(t *testing.T) {
		want(t, []pipeline.Conflict{old, young, other}, s.Conflicts)
		want(t, map[pipeline.LinkID][]pipeline.Conflict{"a": {old, young}}, of("a", "c"))
		want(t, map[pipeline.LinkID][]pipeline.Conflict{"a": {old, young}, "b": {other}}, of("b", "a"))
	})
	moved := conflict("x2", "c", 3) // the same conflict, now of another link
	s.commit(t, pipeline.Commit{Conflicts: []pipeline.Conflict{moved}, Close: []string{"x1", "never was"}})
	s.twice(t, func(t *testing.T) {
		want(t, []pipeline.Conflict{young, moved}, s.Conflicts)
		want(t, map[pipeline.LinkID][]pipeline.Conflict{"a": {young}, "c": {moved}}, of("a", "b", "c"))
	})
}

func testSettle(t *testing.T, s *subject) {
	c := conflict("x1", "a", 1)
	computed := [2]*pipeline.Value{new(pipeline.Value), nil}
	*computed[0] = pipeline.Text("slug-a")
	c.Computed = computed
	s.commit(t, pipeline.Commit{Conflicts: []pipeline.Conflict{c}})
	seen := [2]pipeline.Value{pipeline.Int(2), pipeline.Int(3)}
	for _, wrong := range []struct {
		id       string
		seen     [2]pipeline.Value
		computed [2]*pipeline.Value
		code     pipeline.Code
	}{
		{"x2", seen, computed, pipeline.CodeConflictNotFound},
		{"x1", [2]pipeline.Value{pipeline.Int(2), pipeline.Int(4)}, computed, pipeline.CodeConflictMoved},
		{"x1", [2]pipeline.Value{{}, pipeline.Int(3)}, computed, pipeline.CodeConflictMoved},
		{"x1", seen, [2]*pipeline.Value{}, pipeline.CodeConflictMoved},
	} {
		err := s.Settle(t.Context(), wrong.id, pipeline.Resolution{Verdict: pipeline.TakeLeft, Seen: wrong.seen, Computed: wrong.computed})
		var e *pipeline.Error
		if !errors.As(err, &e) || e.Code != wrong.code {
			t.Errorf("conflict %s, seen %v: got %v, want %s", wrong.id, wrong.seen, err, wrong.code)
		}
	}
	want(t, []pipeline.Conflict{c}, s.Conflicts)
	for _, r := range []pipeline.Resolution{
		{Verdict: pipeline.TakeLeft, Seen: seen, Computed: computed, By: "ann", At: at(5)},
		{Verdict: pipeline.TakeValue, Value: pipeline.Int(9), Seen: seen, Computed: computed, By: "bob", At: at(6)}, // thought better of it
	} {
		if err := s.Settle(t.Context(), "x1", r); err != nil {
			t.Fatal(err)
		}
		c.Resolution = &r
		s.twice(t, func(t *testing.T) { want(t, []pipeline.Conflict{c}, s.Conflicts) })
	}
}

func failed(id string, left, right pipeline.Key, since, next int) pipeline.Quarantined {
	return pipeline.Quarantined{
		ID: id, Keys: [2]pipeline.Key{left, right}, Match: pipeline.Values{"sku": pipeline.Text(id)},
		Code: pipeline.CodeRecordRejected, Message: "refused", Remedy: "Correct it.", Attempts: 2,
		Since: at(since), Last: at(since + 1), NextTry: at(next), Seen: [2]string{"v1", ""},
	}
}

type failedByKey = map[pipeline.Key]pipeline.Quarantined

func testQuarantine(t *testing.T, s *subject) {
	a, b := failed("qa", "1", "11", 2, 10), failed("qb", "2", "", 1, 20)
	s.commit(t, pipeline.Commit{Failed: []pipeline.Quarantined{a, b}})
	of := func(side pipeline.Side, keys ...pipeline.Key) func(context.Context) (failedByKey, error) {
		return func(ctx context.Context) (failedByKey, error) { return s.QuarantineOf(ctx, side, keys) }
	}
	s.twice(t, func(t *testing.T) {
		want(t, []pipeline.Quarantined{b, a}, s.Quarantined)
		want(t, failedByKey{"1": a, "2": b}, of(pipeline.Left, "1", "2", "3"))
		want(t, failedByKey{"11": a}, of(pipeline.Right, "1", "11", ""))
	})
	again := failed("qa", "1", "12", 2, 30)
	s.commit(t, pipeline.Commit{Failed: []pipeline.Quarantined{again}, Healed: []string{"qb", "never was"}})
	s.twice(t, func(t *testing.T) {
		want(t, []pipeline.Quarantined{again}, s.Quarantined)
		want(t, failedByKey{"1": again}, of(pipeline.Left, "1", "2"))
		want(t, failedByKey{"12": again}, of(pipeline.Right, "11", "12"))
	})
}

func (s *subject) due(now time.Time) func(context.Context) ([]pipeline.Quarantined, error) {
	return func(ctx context.Context) ([]pipeline.Quarantined, error) { return s.Due(ctx, now) }
}

func testDue(t *testing.T, s *subject) {
	a, b := failed("qa", "1", "", 1, 20), failed("qb", "2", "", 2, 10)
	a.NextTry = a.NextTry.Add(1500 * time.Nanosecond)
	always := failed("qc", "3", "", 3, 0)
	always.NextTry = time.Time{}
	s.commit(t, pipeline.Commit{Failed: []pipeline.Quarantined{a, b, always}})
	s.twice(t, func(t *testing.T) {
		want(t, []pipeline.Quarantined{always}, s.due(at(9)))
		want(t, []pipeline.Quarantined{always, b}, s.due(at(10)))
		want(t, []pipeline.Quarantined{always, b}, s.due(a.NextTry.Add(-1)))
		want(t, []pipeline.Quarantined{always, b, a}, s.due(a.NextTry))
	})
	s.commit(t, pipeline.Commit{Failed: []pipeline.Quarantined{failed("qb", "2", "", 2, 40)}, Healed: []string{"qc"}})
	s.twice(t, func(t *testing.T) { want(t, []pipeline.Quarantined{a}, s.due(at(39))) })
}

func testRetryNow(t *testing.T, s *subject) {
	a, b, c := failed("qa", "1", "", 1, 20), failed("qb", "2", "", 2, 30), failed("qc", "3", "", 3, 5)
	s.commit(t, pipeline.Commit{Failed: []pipeline.Quarantined{a, b, c}})
	retry := func(ids []string, now time.Time) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) { return s.RetryNow(ctx, ids, now) }
	}
	want(t, 1, retry([]string{"qb", "never was"}, at(10)))
	b.NextTry = at(10)
	s.twice(t, func(t *testing.T) { want(t, []pipeline.Quarantined{c, b}, s.due(at(15))) })
	want(t, 3, retry(nil, at(12)))
	a.NextTry = at(12) // the others were due already
	s.twice(t, func(t *testing.T) { want(t, []pipeline.Quarantined{c, b, a}, s.due(at(12))) })
}
