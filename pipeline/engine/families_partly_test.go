package engine_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// family is a product with one variant that both systems know already; the parent has no code on the right.
type family struct{ parent, child [2]pipeline.Key }

// knownTwice makes one; where the sides differ, the left holds.
func knownTwice(s *rig) (f family) {
	s.Helper()
	for i := range s.def.Fields {
		s.def.Fields[i].Strategy = pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Left}
	}
	s.configure(func(*pipeline.Definition) {})
	red := pipeline.Object(map[string]pipeline.Value{"color": pipeline.Text("red")})
	f.parent[0] = s.put(pipeline.Left, pipeline.Values{"title": pipeline.Text("Shirt"), "sku": pipeline.Text("S")})
	f.child[0] = s.put(pipeline.Left, pipeline.Values{
		"title": pipeline.Text("Shirt (red)"), "sku": pipeline.Text("S-red"), "price": pipeline.Int(2), "parent": pipeline.Text("S"), "attributes": red,
	})
	f.parent[1] = s.put(pipeline.Right, pipeline.Values{"title": pipeline.Text("A shirt")})
	f.child[1] = s.put(pipeline.Right, pipeline.Values{
		"sku": pipeline.Text("S-red"), "price": pipeline.Int(1), "parent": pipeline.Text(string(f.parent[1])), "attributes": red,
	})
	return f
}

// onceAndLinked holds that nobody was made again, and that both pairs are links.
func onceAndLinked(s *rig, f family) {
	s.Helper()
	for _, keys := range [][2]pipeline.Key{f.parent, f.child} {
		links, err := s.store.LinksByKey(s.Context(), pipeline.Left, keys[:1])
		if err != nil || links[keys[0]] == nil || links[keys[0]].Keys != keys {
			s.Errorf("%s is linked as %+v, %v; want %s", keys[0], links[keys[0]], err, keys)
		}
	}
	for _, side := range pipeline.Sides() {
		if n := len(s.systems[side].Snapshot()); n != 2 {
			s.Errorf("there are %d records on the %s, want 2", n, side)
		}
	}
}

// TestInvariant3FamilyCalledInPart: webhooks name some records of a family that both systems know. What they do not
// name tells nonetheless who is whose partner.
func TestInvariant3FamilyCalledInPart(t *testing.T) {
	hint := func(k pipeline.Key) []pipeline.Hint { return []pipeline.Hint{pipeline.Hint(k)} }
	for name, hints := range map[string]func(family) [2][]pipeline.Hint{
		"the parent on the left":  func(f family) [2][]pipeline.Hint { return [2][]pipeline.Hint{hint(f.parent[0]), nil} },
		"the parent on the right": func(f family) [2][]pipeline.Hint { return [2][]pipeline.Hint{nil, hint(f.parent[1])} },
		"both parents":            func(f family) [2][]pipeline.Hint { return [2][]pipeline.Hint{hint(f.parent[0]), hint(f.parent[1])} },
		"a variant":               func(f family) [2][]pipeline.Hint { return [2][]pipeline.Hint{hint(f.child[0]), nil} },
		"both variants":           func(f family) [2][]pipeline.Hint { return [2][]pipeline.Hint{hint(f.child[0]), hint(f.child[1])} },
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(t, related)
			s.done(false)
			f := knownTwice(s)
			s.now = s.now.Add(time.Minute)
			report := s.engine.Sync(t.Context(), engine.Options{Hints: hints(f)})
			if report.Result != pipeline.ResultDone {
				t.Fatalf("the cycle ended %s: %+v", report.Result, report.Error)
			}
			s.done(false)
			s.done(false)
			onceAndLinked(s, f)
		})
	}
}

// TestInvariant3FamilyAppliedInPart: a kept plan linked the variant and left the parents alone, since somebody edited
// one. The variant still tells that they are a pair.
func TestInvariant3FamilyAppliedInPart(t *testing.T) {
	s := newRig(t, related)
	s.done(false)
	f := knownTwice(s)
	s.now = s.now.Add(time.Minute)
	var file bytes.Buffer
	if _, err := s.engine.Plan(t.Context(), engine.Options{Keep: &file}, func(pipeline.PlannedChange) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.systems[pipeline.Left].Edit(f.parent[0], pipeline.Values{"title": pipeline.Text("The shirt")}); err != nil {
		t.Fatal(err)
	}
	plan, err := s.engine.OpenPlan(t.Context(), bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	s.engine.Apply(t.Context(), plan, engine.Asked{By: "ann"})
	for i, want := range []bool{false, true} {
		key := [2]pipeline.Key{f.parent[0], f.child[0]}[i]
		links, err := s.store.LinksByKey(t.Context(), pipeline.Left, []pipeline.Key{key})
		if err != nil || (links[key] != nil) != want {
			t.Fatalf("after the plan %s is linked as %+v, %v", key, links[key], err)
		}
	}
	s.done(false)
	s.done(false)
	onceAndLinked(s, f)
}
