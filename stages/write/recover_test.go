package write_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// interrupt decides and writes items, and ends as a killed process does: the intents are durable, nothing
// else is. took tells whether the write reached the system.
func (r *rig) interrupt(took bool, items ...*pipeline.Item) {
	r.t.Helper()
	r.decide(items...)
	fault := memory.LoseRequest
	if took {
		fault = memory.LoseAnswer
	}
	r.fault = func(op string, _ int) memory.FaultKind {
		switch op {
		case memory.OpCreate, memory.OpUpdate:
			// From here on nothing is heard of the system any more.
			r.fault = func(string, int) memory.FaultKind { return memory.Refuse }
			return fault
		}
		return memory.NoFault
	}
	if err := r.write(items...); err == nil {
		r.t.Fatal("the cycle was not interrupted")
	}
	r.heal()
	if r.intents() == 0 {
		r.t.Fatal("there is nothing to recover")
	}
	r.now = r.now.Add(time.Minute)
}

// Invariant 3: what an interrupted update did is found out by looking, and the next cycle goes on from there.
func TestInvariant3RecoverUpdate(t *testing.T) {
	ten, twelve := pipeline.Int(10), pipeline.Int(12)
	for name, tc := range map[string]struct {
		took   bool
		people func(r *rig, it *pipeline.Item) // between the crash and recovery
		// base, history and note are what recovery leaves; end is what both sides hold of the price after
		// the next cycle, "" for a conflict.
		base    pipeline.Value
		history []string
		note    string
		end     string
	}{
		"it took effect":       {true, nil, twelve, []string{"update"}, "interrupted", "12"},
		"it did not":           {false, nil, ten, nil, "", "12"},
		"it did, edited since": {true, func(r *rig, it *pipeline.Item) { r.edit(right, it.Keys[right], "price", pipeline.Int(77)) }, ten, []string{"update"}, "edited it since", ""},
		"it did, and where the value came from it was edited": {
			true, func(r *rig, it *pipeline.Item) { r.edit(left, it.Keys[left], "price", pipeline.Int(13)) }, twelve, []string{"update"}, "interrupted", "13",
		},
		"it did, and where the value came from it was taken back": {
			true, func(r *rig, it *pipeline.Item) { r.edit(left, it.Keys[left], "price", ten) }, twelve, []string{"update"}, "interrupted", "10",
		},
		"it did not, edited since": {
			false, func(r *rig, it *pipeline.Item) { r.edit(left, it.Keys[left], "price", pipeline.Int(13)) }, ten, nil, "", "13",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			it := r.pair("A")
			r.edit(left, it.Keys[left], "price", twelve)
			r.interrupt(tc.took, it)
			if tc.people != nil {
				tc.people(r, it)
			}
			r.recover()
			r.wantBase("A", "price", tc.base, tc.base)
			if d := cmp.Diff(tc.history, r.events()); d != "" {
				t.Errorf("history (-want +got):\n%s", d)
			}
			if len(tc.history) > 0 && !strings.Contains(r.history()[0].Note, tc.note) {
				t.Errorf("the history notes %q, want %q", r.history()[0].Note, tc.note)
			}
			if r.intents() != 0 {
				t.Error("an intent is left")
			}
			next := r.again("A")
			r.decide(next)
			r.must(r.write(next))
			conflicts, err := r.store.Conflicts(t.Context())
			r.must(err)
			if tc.end == "" {
				if len(conflicts) != 1 {
					t.Errorf("%d conflicts, want one", len(conflicts))
				}
				return
			}
			if len(conflicts) != 0 {
				t.Errorf("conflict: %+v", conflicts[0])
			}
			for _, s := range pipeline.Sides() {
				if got := r.held(s, it.Keys[s], "price").String(); got != tc.end {
					t.Errorf("the %s holds %s in the end, want %s", s, got, tc.end)
				}
			}
			last := r.again("A")
			r.decide(last)
			if last.Mutations != [2]*pipeline.Mutation{} {
				t.Error("it goes on writing") // Invariant 7
			}
		})
	}
}

// Of an update of several fields one that still holds what was sent shows that all were written.
func TestRecoverUpdateOfSeveralFields(t *testing.T) {
	r := newRig(t, nil)
	it := r.pair("A")
	r.edit(left, it.Keys[left], "price", pipeline.Int(12))
	r.edit(left, it.Keys[left], "title", text("Stool"))
	r.interrupt(true, it)
	r.edit(right, it.Keys[right], "title", text("Bench"))
	r.recover()
	r.wantBase("A", "price", pipeline.Int(12), pipeline.Int(12))
	r.wantBase("A", "title", text("Stool"), text("Stool"))
	next := r.again("A")
	r.decide(next)
	r.must(r.write(next))
	r.wantHeld(left, it.Keys[left], "title", text("Bench")) // an edit, no conflict
}

// A third value goes to both sides; recovery leaves it to the merge, which sees both.
func TestRecoverThirdValue(t *testing.T) {
	for name, intended := range map[string][]pipeline.Side{
		"both were intended": {left, right}, "it died before the right was": {left},
	} {
		t.Run(name, func(t *testing.T) { recoverThirdValue(t, intended) })
	}
}

func recoverThirdValue(t *testing.T, intended []pipeline.Side) {
	r := newRig(t, nil)
	it := r.pair("A")
	twelve, thirteen, fourteen := pipeline.Int(12), pipeline.Int(13), pipeline.Int(14)
	r.edit(left, it.Keys[left], "price", twelve)
	r.edit(right, it.Keys[right], "price", thirteen)
	r.decide(it)
	r.must(r.write(it))
	next := r.again("A")
	c := next.Open["price"]
	r.must(r.store.Settle(t.Context(), c.ID, pipeline.Resolution{Verdict: pipeline.TakeValue, Value: fourteen, Seen: c.Values, By: "anna"}))
	next = r.again("A")
	r.decide(next)
	for _, s := range intended { // and only the left was written
		r.must(r.store.Intend(t.Context(), []pipeline.Intent{{
			ID: "i" + s.String(), Kind: pipeline.Update, Side: s, Link: "A", Keys: it.Keys, Mutation: *next.Mutations[s], At: r.now, Thirds: []string{"price"},
			Event: pipeline.Event{Kind: "update", Side: &s, Link: "A", Fields: []pipeline.FieldChange{{Name: "price", Values: c.Values, Before: c.Values[s], After: fourteen}}},
		}}))
	}
	r.edit(left, it.Keys[left], "price", fourteen)
	r.recover()
	r.wantBase("A", "price", pipeline.Int(10), pipeline.Int(10))
	next = r.again("A")
	r.decide(next)
	r.must(r.write(next))
	r.wantHeld(right, it.Keys[right], "price", thirteen) // asked anew, nobody's value is overwritten
	if c := r.again("A").Open["price"]; c.Resolution != nil || !c.Values[left].Equal(fourteen) {
		t.Errorf("the conflict is %+v", c)
	}
}

// Invariant 3: a creation whose outcome is unknown is looked for; it is neither doubled nor lost.
func TestInvariant3RecoverCreate(t *testing.T) {
	for name, tc := range map[string]struct {
		took, tokens bool
	}{
		"made, with a token": {true, true}, "made, without": {true, false},
		"not made, with a token": {false, true}, "not made, without": {false, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *memory.Config) { c.KeepsTokens = tc.tokens })
			it := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "A", nil), ""}}
			r.interrupt(tc.took, it)
			r.edit(left, it.Keys[left], "price", pipeline.Int(12)) // before recovery
			r.recover()
			links, err := r.store.LinksByKey(t.Context(), left, []pipeline.Key{it.Keys[left]})
			r.must(err)
			if made := links[it.Keys[left]] != nil; made != tc.took || r.intents() != 0 {
				t.Fatalf("linked %v, %d intents", made, r.intents())
			}
			next := &pipeline.Item{Keys: it.Keys}
			if l := links[it.Keys[left]]; l != nil {
				next = r.again(l.ID)
			}
			r.decide(next)
			r.must(r.write(next))
			if n := r.count(right); n != 1 {
				t.Fatalf("the right has %d records", n)
			}
			r.wantHeld(right, r.systems[right].Snapshot()[0].Key, "price", pipeline.Int(12))
		})
	}
}
