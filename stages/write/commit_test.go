package write_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// What a batch leaves in the state, by what was decided.
func TestCommitShapes(t *testing.T) {
	type shape struct {
		history   []string
		conflicts int
		links     int
		base      [2]string // of the price; "" where it is not looked at
		gone      [2]bool
	}
	for name, tc := range map[string]struct {
		people func(r *rig, it *pipeline.Item)
		want   shape
	}{
		"nothing": {func(*rig, *pipeline.Item) {}, shape{links: 1, base: [2]string{"10", "10"}}},
		"left changed": {
			func(r *rig, it *pipeline.Item) { r.edit(left, it.Keys[left], "price", pipeline.Int(12)) },
			shape{history: []string{"update"}, links: 1, base: [2]string{"12", "12"}},
		},
		"both changed alike": {
			func(r *rig, it *pipeline.Item) {
				r.edit(left, it.Keys[left], "price", pipeline.Int(12))
				r.edit(right, it.Keys[right], "price", pipeline.Int(12))
			},
			shape{history: []string{"agree"}, links: 1, base: [2]string{"12", "12"}},
		},
		"both changed": {
			func(r *rig, it *pipeline.Item) {
				r.edit(left, it.Keys[left], "price", pipeline.Int(12))
				r.edit(right, it.Keys[right], "price", pipeline.Int(13))
			},
			shape{history: []string{"conflict"}, conflicts: 1, links: 1, base: [2]string{"10", "10"}},
		},
		"gone": {
			func(r *rig, it *pipeline.Item) {
				r.must(r.systems[left].Delete(it.Keys[left]))
				it.Absent[left], it.Proven[left] = true, true
			},
			shape{history: []string{"archive"}, links: 1, gone: [2]bool{true, false}},
		},
		"gone, deletes = delete": {
			func(r *rig, it *pipeline.Item) {
				r.cycle.Definition.Deletes = pipeline.DeletesDelete
				r.must(r.systems[left].Delete(it.Keys[left]))
				it.Absent[left], it.Proven[left] = true, true
			},
			shape{history: []string{"delete"}},
		},
		"gone, deletes = ignore": {
			func(r *rig, it *pipeline.Item) {
				r.cycle.Definition.Deletes = pipeline.DeletesIgnore
				r.must(r.systems[left].Delete(it.Keys[left]))
				it.Absent[left], it.Proven[left] = true, true
			},
			shape{links: 1, gone: [2]bool{true, false}},
		},
		"gone and edited": {
			func(r *rig, it *pipeline.Item) {
				r.must(r.systems[left].Delete(it.Keys[left]))
				r.edit(right, it.Keys[right], "price", pipeline.Int(13))
				it.Absent[left], it.Proven[left] = true, true
			},
			shape{history: []string{"conflict"}, conflicts: 1, links: 1, base: [2]string{"10", "10"}},
		},
		"not listed once": {
			func(r *rig, it *pipeline.Item) {
				r.must(r.systems[left].Delete(it.Keys[left]))
				it.Absent[left] = true
			},
			shape{links: 1, base: [2]string{"10", "10"}},
		},
		"both gone": {
			func(r *rig, it *pipeline.Item) {
				for _, s := range pipeline.Sides() {
					r.must(r.systems[s].Delete(it.Keys[s]))
					it.Absent[s], it.Proven[s] = true, true
				}
			},
			shape{history: []string{"unlink"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			it := r.pair("A")
			tc.people(r, it)
			r.decide(it)
			r.must(r.write(it))
			if it.Err != nil {
				t.Fatal(it.Err)
			}
			conflicts, err := r.store.Conflicts(t.Context())
			r.must(err)
			links, err := r.store.LinksByID(t.Context(), []pipeline.LinkID{"A"})
			r.must(err)
			got := shape{history: r.events(), conflicts: len(conflicts), links: len(links)}
			if l := links["A"]; l != nil {
				got.gone = l.Gone
				if tc.want.base[0] != "" {
					got.base = [2]string{l.Base[left]["price"].String(), l.Base[right]["price"].String()}
				}
				if it.Absent[left] && l.Missing[left] != cycleID {
					t.Errorf("missing since %q, want this cycle", l.Missing[left])
				}
			}
			if d := cmp.Diff(tc.want, got, cmp.AllowUnexported(shape{})); d != "" {
				t.Errorf("left behind (-want +got):\n%s", d)
			}
		})
	}
}

// Invariant 2: the base is what the side then holds; somebody's edit between write and read back is no base.
func TestInvariant2EditBeforeTheReadBack(t *testing.T) {
	for _, vouch := range []bool{false, true} {
		r := newRig(t, func(c *memory.Config) { c.Vouch = vouch })
		it := r.pair("A")
		r.edit(left, it.Keys[left], "price", pipeline.Int(12))
		r.decide(it)
		r.onWrite = func(string, []pipeline.Key) { r.edit(right, it.Keys[right], "price", pipeline.Int(77)) }
		r.must(r.write(it))
		r.onWrite = func(string, []pipeline.Key) {}
		r.wantBase("A", "price", pipeline.Int(12), pipeline.Int(12))

		next := r.again("A") // the edit is seen as one, and flows
		r.decide(next)
		r.must(r.write(next))
		r.wantHeld(left, it.Keys[left], "price", pipeline.Int(77))
	}
}

// The system keeps two decimals: its normalisation is the base, not what was sent, and no echo follows.
func TestInvariant7Normalisation(t *testing.T) {
	r := newRig(t, func(c *memory.Config) { c.Vouch = true })
	it := r.pair("A")
	r.cycle.Definition.Fields[0].Fields = [2]string{"title", "title"}
	r.edit(left, it.Keys[left], "title", text("Chaise\r\nbleue"))
	r.decide(it)
	r.must(r.write(it))
	next := r.again("A")
	r.decide(next)
	if len(next.Decisions) != 0 {
		t.Errorf("the next cycle decides %+v", next.Decisions)
	}
}

// Invariant 6: what loses is in the history, with base, both values and the rule.
func TestInvariant6TheLoserIsInTheHistory(t *testing.T) {
	r := newRig(t, nil)
	r.cycle.Definition.Fields[3].Strategy = pipeline.Strategy{Kind: pipeline.StrategySide, Side: left}
	r.cycle.Definition.Fields[3].Rule = "pm wins"
	it := r.pair("A")
	r.edit(left, it.Keys[left], "price", pipeline.Int(12))
	r.edit(right, it.Keys[right], "price", pipeline.Int(13))
	r.decide(it)
	r.must(r.write(it))
	ten, twelve, thirteen := pipeline.Int(10), pipeline.Int(12), pipeline.Int(13)
	want := []pipeline.FieldChange{{
		Name: "price", Base: [2]pipeline.Value{ten, ten}, Values: [2]pipeline.Value{twelve, thirteen}, Before: thirteen, After: twelve, Rule: "pm wins",
	}}
	if d := cmp.Diff(want, r.history()[0].Fields); d != "" {
		t.Errorf("history (-want +got):\n%s", d)
	}
}

// A conflict waits, frozen, while other fields go on; it follows the values, and ends by itself when both
// sides hold the same.
func TestConflictsOfALink(t *testing.T) {
	r := newRig(t, nil)
	it := r.pair("A")
	r.edit(left, it.Keys[left], "price", pipeline.Int(12))
	r.edit(right, it.Keys[right], "price", pipeline.Int(13))
	r.edit(left, it.Keys[left], "title", text("Stool"))
	r.decide(it)
	r.must(r.write(it))
	r.wantHeld(right, it.Keys[right], "title", text("Stool"))
	if it.NewConflicts != 1 {
		t.Errorf("%d new conflicts", it.NewConflicts)
	}
	only := func() pipeline.Conflict {
		t.Helper()
		conflicts, err := r.store.Conflicts(t.Context())
		r.must(err)
		if len(conflicts) != 1 {
			t.Fatalf("%d conflicts, want 1", len(conflicts))
		}
		return conflicts[0]
	}
	first := only()
	if !first.Values[0].Equal(pipeline.Int(12)) || !first.Values[1].Equal(pipeline.Int(13)) || !first.Base[0].Equal(pipeline.Int(10)) || first.Times[0].IsZero() {
		t.Errorf("conflict %+v", first)
	}

	r.edit(right, it.Keys[right], "price", pipeline.Int(14))
	next := r.again("A")
	r.decide(next)
	r.must(r.write(next))
	if c := only(); c.ID != first.ID || !c.Values[1].Equal(pipeline.Int(14)) || !c.Since.Equal(first.Since) || next.NewConflicts != 0 {
		t.Errorf("the conflict did not follow: %+v", c)
	}

	r.edit(left, it.Keys[left], "price", pipeline.Int(14))
	next = r.again("A")
	r.decide(next)
	r.must(r.write(next))
	conflicts, err := r.store.Conflicts(t.Context())
	r.must(err)
	if len(conflicts) != 0 {
		t.Errorf("both hold the same and the conflict waits: %+v", conflicts)
	}
	r.wantBase("A", "price", pipeline.Int(14), pipeline.Int(14))
	if kinds := r.events(); !slices.Contains(kinds, "close") {
		t.Errorf("history %v", kinds)
	}
}

// New records: linked when made, remembered when left out or refused.
func TestNewRecords(t *testing.T) {
	r := newRig(t, nil)
	made := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "A", nil), ""}}
	out := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "B", nil), ""}}
	wrong := &pipeline.Item{Keys: [2]pipeline.Key{r.insert(left, "C", nil), ""}}
	r.now = r.now.Add(time.Minute)
	r.decide(made, out, wrong)
	out.Mutations, out.Decisions, out.LeftOut = [2]*pipeline.Mutation{}, nil, "outside of the filter"
	wrong.Fail(&pipeline.Error{Code: pipeline.CodeMappingFailed, Message: "x"})
	r.must(r.write(made, out, wrong))

	links, err := r.store.LinksByKey(t.Context(), left, []pipeline.Key{made.Keys[left], out.Keys[left], wrong.Keys[left]})
	r.must(err)
	if len(links) != 1 || links[made.Keys[left]] == nil || r.count(right) != 1 {
		t.Errorf("links %v, %d records on the right", links, r.count(right))
	}
	unlinked, err := r.store.UnlinkedByKey(t.Context(), left, []pipeline.Key{out.Keys[left], wrong.Keys[left]})
	r.must(err)
	if u := unlinked[out.Keys[left]]; u.Why != "outside of the filter" || u.Match["sku"] != "B" || u.Seen == "" {
		t.Errorf("left out: %+v", u)
	}
	if u := unlinked[wrong.Keys[left]]; u.Why != string(pipeline.CodeMappingFailed) || u.Seen != "" {
		t.Errorf("refused: %+v; it is looked at again, so no stamp", u)
	}
}
