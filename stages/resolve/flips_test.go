package resolve_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// TestFlips: a field that is about to go on between two values waits, and so does one that waits for that
// reason already; whoever settles it is obeyed.
func TestFlips(t *testing.T) {
	flipping := func(age time.Duration) (takes pipeline.Takes) {
		for i := range pipeline.FlipTimes {
			takes = takes.With("title", pipeline.TakeOf(noon.Add(-age), text([]string{"b", "a"}[i%2])))
		}
		return takes
	}
	conflict := pipeline.Conflict{Field: "title", Rule: "flips: it went back and forth between two values 4 times within 10 minutes"}
	settled := conflict
	settled.Resolution = &pipeline.Resolution{Verdict: pipeline.TakeLeft, Seen: [2]pipeline.Value{text("b"), text("a")}}
	for name, tc := range map[string]struct {
		takes pipeline.Takes
		open  pipeline.Conflict
		now   [2]string // the base is a on both sides
		want  pipeline.Verdict
	}{
		"never before":               {nil, pipeline.Conflict{}, [2]string{"b", "a"}, pipeline.TakeLeft},
		"between a and b":            {flipping(time.Minute), pipeline.Conflict{}, [2]string{"b", "a"}, pipeline.Wait},
		"the other side's turn":      {flipping(time.Minute), pipeline.Conflict{}, [2]string{"a", "b"}, pipeline.Wait},
		"a third value":              {flipping(time.Minute), pipeline.Conflict{}, [2]string{"c", "a"}, pipeline.TakeLeft},
		"long ago":                   {flipping(time.Hour), pipeline.Conflict{}, [2]string{"b", "a"}, pipeline.TakeLeft},
		"long ago, and still open":   {flipping(time.Hour), conflict, [2]string{"b", "a"}, pipeline.Wait},
		"open, and a third value":    {nil, conflict, [2]string{"c", "a"}, pipeline.Wait},
		"open, and both agree":       {flipping(time.Minute), conflict, [2]string{"b", "b"}, pipeline.Agree},
		"open, and as it was":        {flipping(time.Minute), conflict, [2]string{"a", "a"}, ""},
		"settled by hand":            {flipping(time.Minute), settled, [2]string{"b", "a"}, pipeline.TakeLeft},
		"settled, but it moved then": {flipping(time.Minute), settled, [2]string{"c", "a"}, pipeline.Wait},
	} {
		t.Run(name, func(t *testing.T) {
			it := item(pair{[2]string{"a", "a"}, tc.now, false}, [2]time.Time{})
			it.Link.Takes = tc.takes
			if tc.open.Field != "" {
				it.Open = map[string]pipeline.Conflict{"title": tc.open}
			}
			c := cycle(pipeline.Strategy{}, [2]bool{true, true})
			c.Started = noon
			decide(t, c, it)
			got := pipeline.Decision{}
			if len(it.Decisions) > 0 {
				got = it.Decisions[0]
			}
			if got.Verdict != tc.want {
				t.Errorf("decided %q by %q, want %q", got.Verdict, got.Rule, tc.want)
			}
			if got.Verdict == pipeline.Wait && (it.Mutations != [2]*pipeline.Mutation{} || !strings.HasPrefix(got.Rule, "flips:") || !got.Conflict) {
				t.Errorf("it waits by %q with %+v", got.Rule, it.Mutations)
			}
		})
	}
}

// TestComesBack: every field of a record that was gone and came back counts as changed.
func TestComesBack(t *testing.T) {
	for name, tc := range map[string]struct {
		now      [2]string // the base is a on both sides
		strategy pipeline.Strategy
		want     pipeline.Verdict
		rule     string
	}{
		"as it was, and its partner too": {[2]string{"a", "a"}, pipeline.Strategy{}, pipeline.Agree, "both sides hold the same"},
		"otherwise":                      {[2]string{"b", "a"}, pipeline.Strategy{}, pipeline.TakeLeft, "came back on pm"},
		"as it was, its partner edited":  {[2]string{"a", "c"}, pipeline.Strategy{}, pipeline.Wait, "the rule"},
		"otherwise, its partner edited":  {[2]string{"b", "c"}, pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Right}, pipeline.TakeRight, "the rule"},
	} {
		t.Run(name, func(t *testing.T) {
			it := item(pair{[2]string{"a", "a"}, tc.now, false}, [2]time.Time{})
			it.Link.Gone[pipeline.Left] = true
			decide(t, cycle(tc.strategy, [2]bool{true, true}), it)
			if len(it.Decisions) != 1 || it.Decisions[0].Verdict != tc.want || it.Decisions[0].Rule != tc.rule {
				t.Errorf("decided %+v, want %s by %q", it.Decisions, tc.want, tc.rule)
			}
		})
	}
}

// TestLatestOfAWaitingConflict: a write of ours to another field makes a record later, but not its editor.
func TestLatestOfAWaitingConflict(t *testing.T) {
	for name, tc := range map[string]struct {
		seen [2]string // the values when the conflict was noticed, within two seconds of each other
		want pipeline.Verdict
	}{
		"both are as they were":  {[2]string{"b", "c"}, pipeline.Wait},
		"one was edited since":   {[2]string{"b", "x"}, pipeline.TakeRight},
		"both were edited since": {[2]string{"x", "y"}, pipeline.TakeRight},
	} {
		t.Run(name, func(t *testing.T) {
			it := item(pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, [2]time.Time{noon, noon.Add(time.Hour)})
			it.Open = map[string]pipeline.Conflict{"title": {
				Field: "title", Values: [2]pipeline.Value{text(tc.seen[0]), text(tc.seen[1])}, Times: [2]time.Time{noon, noon.Add(time.Second)},
			}}
			decide(t, cycle(pipeline.Strategy{Kind: pipeline.StrategyLatest}, [2]bool{true, true}), it)
			if len(it.Decisions) != 1 || it.Decisions[0].Verdict != tc.want {
				t.Errorf("decided %+v, want %s", it.Decisions, tc.want)
			}
		})
	}
}
