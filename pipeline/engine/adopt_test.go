package engine_test

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// TestInvariant5AnotherSystem: a source that is another system by now is refused before anything is read;
// adopting it forgets the links and pairs anew, and nothing is removed from either side.
func TestInvariant5AnotherSystem(t *testing.T) {
	s := newRig(t, nil)
	s.fill(6)
	s.edit(pipeline.Left, "S-01", pipeline.Values{"price": pipeline.Int(1)})
	s.edit(pipeline.Right, "S-01", pipeline.Values{"price": pipeline.Int(2)})
	s.done(false)
	s.conflict()

	// The same numbers name other products there.
	s.configs[1].Name = "staging"
	s.systems[1] = memory.New(s.configs[1])
	s.ends[1] = s.systems[1]
	s.insert(pipeline.Right, "S-05", 15)
	s.insert(pipeline.Right, "only-there", 7)
	s.configure(func(*pipeline.Definition) {})
	for range 2 {
		if r := s.sync(true); r.Error == nil || r.Error.Code != pipeline.CodeOtherSystem || !strings.Contains(r.Error.Remedy, "--adopt") {
			t.Fatalf("the cycle ended %s, %+v", r.Result, r.Error)
		}
	}
	if _, _, err := s.plan(false); err == nil || pipeline.AsError(err).Code != pipeline.CodeOtherSystem {
		t.Errorf("a plan with another system: %v", err)
	}

	a, err := s.engine.Adoption(t.Context())
	if err != nil || !a.Differs() || a.Links != 6 {
		t.Fatalf("adoption %+v, %v", a, err)
	}
	if err := s.engine.Adopt(t.Context(), [2]string{"memory:pm", "memory:erp"}, "ann"); pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodeOtherSystem {
		t.Errorf("adopting systems that are not these: %v", err)
	}
	before := s.writes()
	if err := s.engine.Adopt(t.Context(), a.Now, "ann"); err != nil {
		t.Fatal(err)
	}
	if s.writes() != before {
		t.Error("adopting wrote to a side")
	}
	if n, _ := s.store.CountLinks(t.Context()); n != 0 {
		t.Errorf("%d links are left", n)
	}
	if all, _ := s.store.Conflicts(t.Context()); len(all) > 0 {
		t.Errorf("conflicts of the other system are left: %+v", all)
	}
	r := s.done(false)
	if !r.Full || r.Writes["pm"] != (pipeline.Writes{Create: 1}) || r.Writes["erp"] != (pipeline.Writes{Create: 5}) {
		t.Errorf("the first cycle: full %v, %+v", r.Full, r.Writes)
	}
	s.holds("only-there", "price", pipeline.Int(7), pipeline.Int(7))
	s.holds("S-05", "price", pipeline.Int(15), pipeline.Int(15))
	s.quiet()
	if e := s.events("adopt"); len(e) != 1 || e[0].By != "ann" || !strings.Contains(e[0].Note, "erp is memory:staging, was memory:erp; 6 links forgotten") {
		t.Errorf("the history: %+v", e)
	}
	if err := s.engine.Adopt(t.Context(), a.Now, "ann"); err != nil || len(s.events("adopt")) != 1 {
		t.Errorf("adopting the same again: %v", err)
	}
}
