package write_test

import (
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// Invariant 1: a target that is no longer what was decided upon is not written.
func TestInvariant1TargetThatMoved(t *testing.T) {
	for name, tc := range map[string]struct {
		meanwhile func(r *rig, key pipeline.Key)
		refused   bool
	}{
		"nothing happened":           {func(*rig, pipeline.Key) {}, false},
		"the very field was edited":  {func(r *rig, key pipeline.Key) { r.edit(right, key, "price", pipeline.Int(99)) }, true},
		"another field was edited":   {func(r *rig, key pipeline.Key) { r.edit(right, key, "title", text("Bench")) }, false},
		"edited to what is intended": {func(r *rig, key pipeline.Key) { r.edit(right, key, "price", pipeline.Int(12)) }, true},
		"deleted":                    {func(r *rig, key pipeline.Key) { r.must(r.systems[right].Delete(key)) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			it := r.pair("A")
			r.edit(left, it.Keys[left], "price", pipeline.Int(12))
			r.decide(it)
			tc.meanwhile(r, it.Keys[right])
			writes := r.systems[right].Counts().Writes()
			r.must(r.write(it))
			if tc.refused {
				wantErr(t, it, pipeline.CodeStale)
				if n := r.systems[right].Counts().Writes(); n != writes {
					t.Error("it was written all the same")
				}
				r.wantBase("A", "price", pipeline.Int(10), pipeline.Int(10))
				if q := r.quarantined(); len(q) != 1 || q[0].NextTry.After(r.now) || q[0].Code != pipeline.CodeStale {
					t.Errorf("quarantine %+v, want one that is due at once", q)
				}
			} else {
				if it.Err != nil {
					t.Fatal(it.Err)
				}
				r.wantHeld(right, it.Keys[right], "price", pipeline.Int(12))
				r.wantBase("A", "price", pipeline.Int(12), pipeline.Int(12))
				if len(r.quarantined()) > 0 {
					t.Errorf("quarantine %+v", r.quarantined())
				}
			}
			if r.intents() != 0 {
				t.Error("an intent is left")
			}
		})
	}
}

// A record that somebody made since detection is not made a second time, whether or not the system can be
// searched.
func TestPartnerMadeMeanwhile(t *testing.T) {
	for name, findable := range map[string]bool{"a system that can be searched": true, "one that cannot": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *memory.Config) { c.Findable = findable; c.Overlap = -1 })
			other := r.insert(right, "OLD", nil)
			r.now = r.now.Add(time.Minute)
			next, err := r.systems[right].Changes(t.Context(), "", []string{"sku"}, func([]pipeline.Change) error { return nil })
			r.must(err)
			r.cycle.Since[right] = next
			a := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "A", nil), ""}}
			b := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "B", nil), ""}}
			r.decide(a, b)
			r.insert(right, "A", nil)
			r.edit(right, other, "title", text("Old chair")) // a change that is no partner
			r.must(r.write(a, b))
			wantErr(t, a, pipeline.CodeStale)
			if b.Err != nil || !b.Wrote[right] {
				t.Errorf("the other record: %v", b.Err)
			}
			if n := r.count(right); n != 3 {
				t.Errorf("the right has %d records, want OLD, A and B", n)
			}
		})
	}
}
