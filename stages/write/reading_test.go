package write_test

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// formula is an expression.
type formula func(*pipeline.Record) pipeline.Value

func (f formula) Apply(_ pipeline.Value, r *pipeline.Record) (pipeline.Value, error) {
	return f(r), nil
}

// reads maps a slug that is made for the right of the left's title and brand, of which the brand is not mapped.
func (r *rig) reads() {
	r.t.Helper()
	d := r.cycle.Definition
	d.Fields = append(d.Fields, pipeline.MappedField{
		Name: "slug", Fields: [2]string{"slug", "slug"}, Writes: [2]bool{true, true}, Rule: "manual",
		Carry: [2]pipeline.Transform{nil, formula(func(r *pipeline.Record) pipeline.Value {
			return text(strings.ToLower(r.Fields["title"].AsText() + "/" + r.Fields["brand"].AsText()))
		})},
		Reads: [2][]string{{"title", "brand"}, nil},
	})
	r.cycle.Types, _ = pipeline.Bind(d, r.cycle.About)
}

// next is the cycle after, for one pair.
func (r *rig) next(id pipeline.LinkID) *pipeline.Item {
	r.t.Helper()
	it := r.again(id)
	r.decide(it)
	r.must(r.write(it))
	return it
}

// sluggish is a pair that agrees on its slug.
func (r *rig) sluggish() *pipeline.Item {
	r.t.Helper()
	r.reads()
	it := r.pair("A")
	r.edit(left, it.Keys[left], "brand", text("ACME"))
	r.next("A")
	r.wantHeld(right, it.Keys[right], "slug", text("chair/acme"))
	return it
}

// Invariant 3: recovery knows of what a write was made, so that whoever edits it before that is not in conflict with
// a value of his own.
func TestInvariant3RecoverReadings(t *testing.T) {
	for name, tc := range map[string]struct {
		took   bool
		people func(r *rig, it *pipeline.Item)
		want   string
	}{
		"it took effect":                        {true, nil, "chair/bolt"},
		"it did not":                            {false, nil, "chair/bolt"},
		"it did, and what is read moved again":  {true, func(r *rig, it *pipeline.Item) { r.edit(left, it.Keys[left], "brand", text("Crown")) }, "chair/crown"},
		"it did not, and what is read moved on": {false, func(r *rig, it *pipeline.Item) { r.edit(left, it.Keys[left], "brand", text("Crown")) }, "chair/crown"},
		"it did, and what is read is as it was": {true, func(r *rig, it *pipeline.Item) { r.edit(left, it.Keys[left], "brand", text("ACME")) }, "chair/acme"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.sluggish()
			r.edit(left, r.link("A").Keys[left], "brand", text("Bolt"))
			it := r.again("A")
			r.interrupt(tc.took, it)
			if tc.people != nil {
				tc.people(r, it)
			}
			r.recover()
			r.next("A")
			r.wantHeld(right, it.Keys[right], "slug", text(tc.want))
			conflicts, err := r.store.Conflicts(t.Context())
			r.must(err)
			if len(conflicts) > 0 {
				t.Errorf("conflict: %+v", conflicts[0])
			}
			if last := r.next("A"); last.Mutations != [2]*pipeline.Mutation{} {
				t.Error("it goes on writing") // Invariant 7
			}
		})
	}
}

// An edit by hand of a slug whose write was interrupted, and of another field that was written with it: it is an edit of
// the right alone, since the left has not moved since the write.
func TestRecoverReadingsEditedSince(t *testing.T) {
	r := newRig(t, nil)
	r.sluggish()
	r.edit(left, r.link("A").Keys[left], "title", text("Stool"))
	it := r.again("A")
	r.interrupt(true, it)
	r.edit(right, it.Keys[right], "slug", text("by hand"))
	r.recover()
	r.next("A")
	r.wantHeld(right, it.Keys[right], "slug", text("by hand"))
	r.wantHeld(left, it.Keys[left], "slug", text("by hand"))
}

// A creation whose answer was lost is linked with what it was made of.
func TestRecoverReadingsOfACreation(t *testing.T) {
	r := newRig(t, nil)
	r.reads()
	key := r.insert(left, "A", pipeline.Values{"brand": text("ACME")})
	it := &pipeline.Item{Keys: [2]pipeline.Key{key, ""}}
	r.interrupt(true, it)
	r.edit(left, key, "brand", text("Bolt"))
	r.recover()
	links, err := r.store.LinksByKey(t.Context(), left, []pipeline.Key{key})
	r.must(err)
	if links[key] == nil {
		t.Fatal("there is no link")
	}
	r.next(links[key].ID)
	r.wantHeld(right, links[key].Keys[right], "slug", text("chair/bolt"))
}

// What somebody writes in between into a field that is read is followed; what Tandem wrote there is not.
func TestReadingsAfterAWriteInBetween(t *testing.T) {
	for _, read := range []string{"title", "brand"} { // the brand is not mapped
		for _, vouch := range []bool{false, true} {
			r := newRig(t, func(c *memory.Config) { c.Vouch = vouch })
			d := r.cycle.Definition
			d.Fields = append(d.Fields, pipeline.MappedField{
				Name: "slug", Fields: [2]string{"slug", "slug"}, Writes: [2]bool{true, true}, Rule: "manual",
				Carry: [2]pipeline.Transform{formula(func(r *pipeline.Record) pipeline.Value { return r.Fields[read] }), nil},
				Reads: [2][]string{nil, {read}},
			})
			r.cycle.Types, _ = pipeline.Bind(d, r.cycle.About)
			it := r.pair("A")
			r.next("A")
			r.must(r.systems[left].Edit(it.Keys[left], pipeline.Values{"title": text("Stool"), "slug": text("mine")}))
			edit := true
			r.onWrite = func(string, []pipeline.Key) {
				if edit {
					edit = false
					r.edit(right, it.Keys[right], read, text("Bench"))
				}
			}
			r.next("A")
			r.wantHeld(right, it.Keys[right], "slug", text("mine"))
			r.wantHeld(left, it.Keys[left], "slug", text("mine"))
			r.next("A")
			r.wantHeld(left, it.Keys[left], "slug", text("Bench"))
			if last := r.next("A"); last.Mutations != [2]*pipeline.Mutation{} {
				t.Error("it goes on writing")
			}
		}
	}
}
