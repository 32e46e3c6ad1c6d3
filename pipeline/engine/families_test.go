package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// related makes the right side one that has families, and lets the pipeline link their variants.
func related(s *rig) {
	for side, parent := range []pipeline.Field{
		{Name: "parent", Type: pipeline.TypeReference, Via: "sku"},
		{Name: "parent", Type: pipeline.TypeReference, Fixed: true},
	} {
		s.configs[side].Schema = memory.ProductSchema()
		s.configs[side].Schema.Fields["parent"] = parent
	}
	s.configs[pipeline.Right].Family = memory.Family{
		Parent: "parent", Attributes: "attributes", Shared: []string{"title"}, Own: []string{"sku", "stock_quantity"},
	}
	s.configs[pipeline.Right].Vouch = false
	for _, name := range []string{"parent", "attributes"} {
		s.def.Fields = append(s.def.Fields, pipeline.MappedField{
			Name: name, Fields: [2]string{name, name}, Writes: [2]bool{true, true}, Rule: "manual", Source: "shop.hcl:1",
		})
	}
	s.def.Family = pipeline.Family{Parent: "parent", Attributes: "attributes"}
}

func (s *rig) put(side pipeline.Side, fields pipeline.Values) pipeline.Key {
	s.Helper()
	key, err := s.systems[side].Insert(fields)
	if err != nil {
		s.Fatal(err)
	}
	return key
}

// TestInvariant3ParentPairedOnce: a parent without a code is paired by its children. When it cannot be linked in that
// cycle and they can, it is not made again in a later one, which the children tell nothing.
func TestInvariant3ParentPairedOnce(t *testing.T) {
	s := newRig(t, related)
	red := pipeline.Object(map[string]pipeline.Value{"color": pipeline.Text("red")})
	left := s.put(pipeline.Left, pipeline.Values{"title": pipeline.Text("Shirt"), "sku": pipeline.Text("S"), "price": pipeline.Int(1)})
	s.put(pipeline.Left, pipeline.Values{"title": pipeline.Text("Red shirt"), "sku": pipeline.Text("S-red"), "parent": pipeline.Text("S"), "attributes": red})
	right := s.put(pipeline.Right, pipeline.Values{"title": pipeline.Text("Shirt"), "price": pipeline.Int(1)})
	s.put(pipeline.Right, pipeline.Values{"sku": pipeline.Text("S-red"), "parent": pipeline.Text(string(right)), "attributes": red})

	// The title of the right does not go to the left.
	s.configure(func(d *pipeline.Definition) { d.Hash = "2"; d.Fields[0].Carry[pipeline.Left] = failing{} })
	s.engine.Sync(t.Context(), engine.Options{})
	if q, err := s.store.Quarantined(t.Context()); err != nil || len(q) != 1 || q[0].Keys != [2]pipeline.Key{left, right} {
		t.Fatalf("quarantine holds %+v, %v; want the parents", q, err)
	}
	s.configure(func(d *pipeline.Definition) { d.Hash = "2"; d.Fields[0].Carry[pipeline.Left] = nil })
	s.now = s.now.Add(time.Hour)
	if err := s.systems[pipeline.Left].Edit(left, pipeline.Values{"price": pipeline.Int(2)}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		s.now = s.now.Add(24 * time.Hour)
		s.engine.Sync(t.Context(), engine.Options{})
	}
	links, err := s.store.LinksByKey(t.Context(), pipeline.Left, []pipeline.Key{left})
	if err != nil || links[left] == nil || links[left].Keys[pipeline.Right] != right {
		t.Errorf("the parent is linked as %+v, %v; want %s", links[left], err, right)
	}
	for _, side := range pipeline.Sides() {
		if n := len(s.systems[side].Snapshot()); n != 2 {
			t.Errorf("there are %d records on the %s, want 2", n, side)
		}
	}
}

// TestInvariant3ParentPairedByAnInterruptedCycle: what a killed cycle paired by a child and began to write stays a
// pair, also when the child is deleted before anybody looks again.
func TestInvariant3ParentPairedByAnInterruptedCycle(t *testing.T) {
	armed, dead := true, false
	s := newRig(t, func(s *rig) {
		related(s)
		s.def.Fields[0].Strategy = pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Right}
		s.configs[pipeline.Left].OnWrite = func(string, []pipeline.Key) { dead = armed }
	})
	s.store = killed{s.store, &dead}
	s.configure(func(*pipeline.Definition) {})
	red := pipeline.Object(map[string]pipeline.Value{"color": pipeline.Text("red")})
	left := s.put(pipeline.Left, pipeline.Values{"title": pipeline.Text("Shirt"), "sku": pipeline.Text("S")})
	s.put(pipeline.Left, pipeline.Values{"title": pipeline.Text("Red shirt"), "sku": pipeline.Text("S-red"), "parent": pipeline.Text("S"), "attributes": red})
	right := s.put(pipeline.Right, pipeline.Values{"title": pipeline.Text("A shirt")})
	child := s.put(pipeline.Right, pipeline.Values{"sku": pipeline.Text("S-red"), "parent": pipeline.Text(string(right)), "attributes": red})

	s.sync(false)
	if in, err := s.store.PendingIntents(t.Context()); err != nil || len(in) == 0 {
		t.Fatalf("nothing was interrupted: %v, %v", in, err)
	}
	if err := s.systems[pipeline.Right].Delete(child); err != nil {
		t.Fatal(err)
	}
	armed, dead = false, false
	s.done(false)
	s.done(false)
	links, err := s.store.LinksByKey(t.Context(), pipeline.Left, []pipeline.Key{left})
	if err != nil || links[left] == nil || links[left].Keys[pipeline.Right] != right {
		t.Errorf("the parent is linked as %+v, %v; want %s", links[left], err, right)
	}
	for _, side := range pipeline.Sides() {
		if n := len(s.systems[side].Snapshot()); n != 2 {
			t.Errorf("there are %d records on the %s, want 2", n, side)
		}
	}
}

// killed is the state of a process that has died once dead says so: nothing is stored any more.
type killed struct {
	pipeline.Store
	dead *bool
}

func (k killed) Commit(ctx context.Context, c pipeline.Commit) error {
	if *k.dead {
		return &pipeline.Error{Code: pipeline.CodeStateDisk, Class: pipeline.Fatal, Message: "dead"}
	}
	return k.Store.Commit(ctx, c)
}

// failing is a transform that cannot carry anything.
type failing struct{}

func (failing) Apply(v pipeline.Value, r *pipeline.Record) (pipeline.Value, error) {
	if r.Fields["parent"].IsNull() {
		return v, &pipeline.Error{Code: pipeline.CodeMappingFailed, Message: "not yet"}
	}
	return v, nil
}

// TestInvariant2VariantHasTheTitleOfItsParent: what a new variant does not hold of its own was not written, so what
// was sent is no base.
func TestInvariant2VariantHasTheTitleOfItsParent(t *testing.T) {
	s := newRig(t, related)
	red := pipeline.Object(map[string]pipeline.Value{"color": pipeline.Text("red")})
	s.put(pipeline.Left, pipeline.Values{"title": pipeline.Text("Shirt"), "sku": pipeline.Text("S")})
	child := s.put(pipeline.Left, pipeline.Values{"title": pipeline.Text("A red shirt"), "sku": pipeline.Text("S-red"), "parent": pipeline.Text("S"), "attributes": red})
	s.now = s.now.Add(time.Minute)
	s.engine.Sync(t.Context(), engine.Options{})
	links, err := s.store.LinksByKey(t.Context(), pipeline.Left, []pipeline.Key{child})
	if err != nil || links[child] == nil {
		t.Fatalf("the variant has no link: %v", err)
	}
	if got := links[child].Base[pipeline.Right]["title"].AsText(); got != "Shirt (red)" {
		t.Errorf("the base says %q, the variant is called %q", got, "Shirt (red)")
	}
}
