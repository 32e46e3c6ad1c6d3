package write_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// After a lost answer the stage looks before it tries again: nothing is written twice, nothing is left out.
func TestInvariant3LookAfterALostAnswer(t *testing.T) {
	second := []time.Duration{time.Second}
	for name, tc := range map[string]struct {
		fault   memory.FaultKind
		waited  []time.Duration
		updates int // what reached the system
	}{
		"the answer was lost":          {memory.LoseAnswer, second, 2},
		"the request was lost":         {memory.LoseRequest, second, 2},
		"half of the batch was done":   {memory.LoseHalf, second, 2},
		"half was done and confirmed":  {memory.FailHalf, second, 2},
		"nobody listened":              {memory.Refuse, second, 2},
		"the server asks to slow down": {memory.SlowDown, []time.Duration{7 * time.Second}, 2},
	} {
		t.Run("update, "+name, func(t *testing.T) {
			r := newRig(t, func(c *memory.Config) { c.RetryAfter = 7 * time.Second })
			a, b := r.pair("A"), r.pair("B")
			r.edit(left, a.Keys[left], "price", pipeline.Int(12))
			r.edit(left, b.Keys[left], "price", pipeline.Int(13))
			r.decide(a, b)
			r.fail(memory.OpUpdate, 1, tc.fault)
			r.must(r.write(a, b))
			for _, it := range []*pipeline.Item{a, b} {
				if it.Err != nil || !it.Wrote[right] {
					t.Errorf("%s: %v", it.Link.ID, it.Err)
				}
			}
			r.wantHeld(right, a.Keys[right], "price", pipeline.Int(12))
			r.wantHeld(right, b.Keys[right], "price", pipeline.Int(13))
			if n := r.systems[right].Counts().Updated; n != tc.updates {
				t.Errorf("%d updates reached the system, want %d", n, tc.updates)
			}
			if d := cmp.Diff(tc.waited, r.waited); d != "" {
				t.Errorf("waited (-want +got):\n%s", d)
			}
			if r.intents() != 0 {
				t.Error("an intent is left")
			}
		})
		for _, tokens := range []bool{true, false} {
			t.Run(map[bool]string{true: "create with a token, ", false: "create without, "}[tokens]+name, func(t *testing.T) {
				r := newRig(t, func(c *memory.Config) { c.KeepsTokens = tokens })
				a := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "A", nil), ""}}
				b := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "B", nil), ""}}
				r.decide(a, b)
				r.fail(memory.OpCreate, 1, tc.fault)
				r.must(r.write(a, b))
				if a.Err != nil || b.Err != nil {
					t.Errorf("%v, %v", a.Err, b.Err)
				}
				if n := r.count(right); n != 2 {
					t.Errorf("the right has %d records, want 2", n)
				}
				if n, _ := r.store.CountLinks(t.Context()); n != 2 || r.intents() != 0 {
					t.Errorf("%d links, %d intents, want 2 and none", n, r.intents())
				}
			})
		}
	}
}

// Somebody edits the record while the answer is lost: it is not overwritten, and decided anew.
func TestEditWhileTheAnswerIsLost(t *testing.T) {
	r := newRig(t, nil)
	it := r.pair("A")
	r.edit(left, it.Keys[left], "price", pipeline.Int(12))
	r.decide(it)
	r.fail(memory.OpUpdate, 1, memory.LoseAnswer)
	r.onWrite = func(string, []pipeline.Key) { r.edit(right, it.Keys[right], "price", pipeline.Int(77)) }
	r.must(r.write(it))
	wantErr(t, it, pipeline.CodeStale)
	r.wantHeld(right, it.Keys[right], "price", pipeline.Int(77))
	r.wantBase("A", "price", pipeline.Int(10), pipeline.Int(10))
	if kinds := r.events(); !slices.Contains(kinds, "update") { // Invariant 6
		t.Errorf("the history has %v: what the write replaced is not told", kinds)
	}
}

// A side that stays away fails the cycle, not the records: they keep their intents and no quarantine.
func TestSideThatStaysAway(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    memory.FaultKind
		class    pipeline.Class
		attempts int
		left     int // intents
	}{
		"it never answers":        {memory.LoseRequest, pipeline.Transient, 5, 1},
		"it denies access":        {memory.DenyAccess, pipeline.Auth, 1, 0},
		"it does not stop asking": {memory.SlowDown, pipeline.RateLimited, 5, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			away, fine := r.pair("A"), r.pair("B")
			r.edit(left, away.Keys[left], "price", pipeline.Int(12))
			r.edit(right, fine.Keys[right], "price", pipeline.Int(13))
			r.decide(away, fine)
			r.always(memory.OpUpdate, tc.fault)
			err := r.write(away, fine)
			if err == nil || pipeline.ClassOf(err) != tc.class {
				t.Fatalf("the stage returns %v, want class %s", err, tc.class)
			}
			if n := r.systems[right].Counts().Calls[memory.OpUpdate]; n != tc.attempts {
				t.Errorf("%d attempts, want %d", n, tc.attempts)
			}
			if r.intents() != tc.left || len(r.quarantined()) != 0 {
				t.Errorf("%d intents and %d in quarantine, want %d and none", r.intents(), len(r.quarantined()), tc.left)
			}
			if !fine.Wrote[left] {
				t.Error("the other side was not written")
			}
			r.wantBase("B", "price", pipeline.Int(13), pipeline.Int(13)) // what took effect is stored

			r.heal()
			r.recover()
			next := r.again("A")
			r.decide(next)
			r.must(r.write(next))
			r.wantHeld(right, away.Keys[right], "price", pipeline.Int(12))
			if r.intents() != 0 {
				t.Error("an intent is left in the end")
			}
		})
	}
}

// One bad record fails its item, not the batch.
func TestRefusedRecord(t *testing.T) {
	r := newRig(t, nil)
	r.insert(right, "OTHER", pipeline.Values{"ean": text("201")})
	bad, good := r.pair("A"), r.pair("B")
	r.edit(left, bad.Keys[left], "ean", text("201")) // taken
	r.edit(left, good.Keys[left], "ean", text("202"))
	r.decide(bad, good)
	r.must(r.write(bad, good))
	wantErr(t, bad, pipeline.CodeDuplicate)
	r.wantBase("A", "ean", pipeline.Value{}, pipeline.Value{})
	r.wantHeld(right, good.Keys[right], "ean", text("202"))
	q := r.quarantined()
	if len(q) != 1 || q[0].Code != pipeline.CodeDuplicate || q[0].Link != "A" || !q[0].NextTry.Equal(r.now.Add(time.Minute)) || q[0].Remedy == "" {
		t.Errorf("quarantine %+v", q)
	}
	if r.intents() != 0 {
		t.Error("a refused write has left its intent")
	}

	// It fails again, later each time, and heals by itself.
	for attempt, wait := range []time.Duration{5 * time.Minute, 30 * time.Minute} {
		next := r.again("A")
		next.Retry = &q[0]
		r.decide(next)
		r.must(r.write(next))
		if q = r.quarantined(); len(q) != 1 || q[0].Attempts != attempt+2 || !q[0].NextTry.Equal(r.now.Add(wait)) {
			t.Errorf("attempt %d: %+v", attempt+2, q)
		}
	}
	r.edit(left, bad.Keys[left], "ean", text("203"))
	next := r.again("A")
	next.Retry = &q[0]
	r.decide(next)
	r.must(r.write(next))
	if len(r.quarantined()) != 0 {
		t.Error("it is written and still in quarantine")
	}
	if d := cmp.Diff([]string{"update", "quarantine", "update", "release"}, sortedEnds(r.events())); d != "" {
		t.Errorf("history (-want +got):\n%s", d)
	}
}

// sortedEnds puts the events of one commit into a fixed order.
func sortedEnds(kinds []string) []string {
	for i := 0; i+1 < len(kinds); i += 2 {
		if kinds[i] > kinds[i+1] && kinds[i] != "update" || kinds[i+1] == "update" {
			kinds[i], kinds[i+1] = kinds[i+1], kinds[i]
		}
	}
	return kinds
}

// A cycle that is told to stop sends nothing more, and stores what was sent.
func TestStopped(t *testing.T) {
	r := newRig(t, nil)
	it := r.pair("A")
	r.edit(left, it.Keys[left], "price", pipeline.Int(12))
	r.decide(it)
	ctx, cancel := context.WithCancel(t.Context())
	r.fault = func(op string, _ int) memory.FaultKind {
		if op == memory.OpFetch { // the check; then the stop comes
			cancel()
		}
		return memory.NoFault
	}
	if err := r.stage.Process(ctx, r.cycle, []*pipeline.Item{it}); err == nil {
		t.Error("the stage does not say that it was stopped")
	}
	r.wantHeld(right, it.Keys[right], "price", pipeline.Int(10))
	if len(r.quarantined()) != 0 {
		t.Errorf("a stop puts records into quarantine: %+v", r.quarantined())
	}
}
