package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// racks is a rig with shelves.
type racks struct {
	*rig
	fault func(op string, n int) memory.FaultKind // on the right
}

// shelves is a rig whose products are in categories, of which the right side's can be renamed.
func shelves(t *testing.T, paths ...string) *racks {
	t.Helper()
	s := &racks{fault: func(string, int) memory.FaultKind { return memory.NoFault }}
	s.rig = newRig(t, func(r *rig) {
		r.configs[pipeline.Right].RenamesCategories = true
		r.configs[pipeline.Right].Fault = func(op string, n int) memory.FaultKind { return s.fault(op, n) }
		r.configs[pipeline.Left].Schema = memory.ProductSchema()
		category := r.configs[pipeline.Left].Schema.Fields["category"]
		category.Separator, category.Root, category.NotNull = "/", "", false
		r.configs[pipeline.Left].Schema.Fields["category"] = category
		r.def.Fields = append(r.def.Fields, pipeline.MappedField{
			Name: "category", Fields: [2]string{"category", "category"}, Writes: [2]bool{true, true}, Rule: "manual", Source: "shop.hcl:1",
		})
	})
	for i, path := range paths {
		s.put(pipeline.Left, s.insert(pipeline.Left, fmt.Sprintf("S-%02d", i), 10), path)
	}
	s.done(false)
	s.done(false)
	return s
}

func (s *racks) put(side pipeline.Side, k pipeline.Key, path string) {
	s.Helper()
	if err := s.systems[side].Edit(k, pipeline.Values{"category": pipeline.Text(path)}); err != nil {
		s.Fatal(err)
	}
}

// paths returns where the products are, by SKU.
func (s *racks) paths(side pipeline.Side) []string {
	var all []string
	for _, r := range s.systems[side].Snapshot() {
		all = append(all, r.Fields["sku"].AsText()+" "+r.Fields["category"].AsText())
	}
	slices.Sort(all)
	return all
}

// rename edits the category of every product on the left, as Products Manager does.
func (s *racks) rename(from, to string) {
	s.Helper()
	for _, r := range s.systems[pipeline.Left].Snapshot() {
		if rest, ok := strings.CutPrefix(r.Fields["category"].AsText(), from); ok && (rest == "" || rest[0] == '/') {
			s.put(pipeline.Left, r.Key, to+rest)
		}
	}
}

func TestCategoryIsRenamedAtOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		start   []string
		edit    func(*racks)
		renames int // of categories
		updates int // reported
		want    []string
	}{
		"renamed": {
			[]string{"A/B", "A/B/C", "A", "Z"},
			func(s *racks) { s.rename("A/B", "A/X") }, 1, 1,
			[]string{"S-00 All / A / X", "S-01 All / A / X / C", "S-02 All / A", "S-03 All / Z"},
		},
		"moved to another place": {
			[]string{"A/B", "A/B/C", "A", "Z"},
			func(s *racks) { s.rename("A/B", "Z/B") }, 1, 1,
			[]string{"S-00 All / Z / B", "S-01 All / Z / B / C", "S-02 All / A", "S-03 All / Z"},
		},
		"the highest level": {
			[]string{"A/B", "A/C", "A", "Z"},
			func(s *racks) { s.rename("A", "Y") }, 1, 1,
			[]string{"S-00 All / Y / B", "S-01 All / Y / C", "S-02 All / Y", "S-03 All / Z"},
		},
		"two at once": {
			[]string{"A", "A", "B", "B"},
			func(s *racks) { s.rename("A", "X"); s.rename("B", "Y") }, 2, 2,
			[]string{"S-00 All / X", "S-01 All / X", "S-02 All / Y", "S-03 All / Y"},
		},
		"some of its products only": {
			[]string{"A", "A", "A", "Z"},
			func(s *racks) {
				for _, r := range s.systems[pipeline.Left].Snapshot()[:2] {
					s.put(pipeline.Left, r.Key, "X")
				}
			}, 0, 2,
			[]string{"S-00 All / X", "S-01 All / X", "S-02 All / A", "S-03 All / Z"},
		},
		"one product": {
			[]string{"A", "Z"},
			func(s *racks) { s.rename("A", "X") }, 0, 1,
			[]string{"S-00 All / X", "S-01 All / Z"},
		},
		"into a category that is there": {
			[]string{"A", "A", "Z"},
			func(s *racks) { s.rename("A", "Z") }, 0, 2,
			[]string{"S-00 All / Z", "S-01 All / Z", "S-02 All / Z"},
		},
		"with another product in it": {
			[]string{"A", "A"},
			func(s *racks) {
				k := s.insert(pipeline.Right, "R-1", 1)
				s.put(pipeline.Right, k, "All / A")
				s.rename("A", "X")
			}, 0, 2,
			[]string{"R-1 All / A", "S-00 All / X", "S-01 All / X"},
		},
		"with other edits of its products": {
			[]string{"A", "A", "A"},
			func(s *racks) {
				s.rename("A", "X")
				k := s.systems[pipeline.Left].Snapshot()[0].Key
				if err := s.systems[pipeline.Left].Edit(k, pipeline.Values{"price": pipeline.Int(77)}); err != nil {
					s.Fatal(err)
				}
			}, 1, 2,
			[]string{"S-00 All / X", "S-01 All / X", "S-02 All / X"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := shelves(t, tc.start...)
			tc.edit(s)
			before := s.systems[pipeline.Right].Counts().Calls[memory.OpRename]
			r := s.done(false)
			if got := s.systems[pipeline.Right].Counts().Calls[memory.OpRename] - before; got != tc.renames || r.Writes["erp"].Update != tc.updates {
				t.Errorf("%d renames and %d updates, want %d and %d", got, r.Writes["erp"].Update, tc.renames, tc.updates)
			}
			if diff := cmp.Diff(tc.want, s.paths(pipeline.Right)); diff != "" {
				t.Errorf("on the right (-want +got):\n%s", diff)
			}
			s.quietAfter()
		})
	}
}

// quietAfter runs a cycle and a full pass, which must write nothing.
func (s *racks) quietAfter() {
	s.Helper()
	for _, full := range []bool{false, true, true} {
		r := s.done(full)
		for side, w := range r.Writes {
			if w.Total() > w.Create && full || w.Update+w.Archive > 0 {
				s.Errorf("a quiet cycle wrote %+v to %s", w, side)
			}
		}
		if r.Conflicts.Pending != 0 || r.Quarantined != 0 {
			s.Errorf("left over: %+v", r)
		}
	}
}

// Invariant 9: all that a rename moves counts against the limits, as if the products were written.
func TestRenameCountsItsProducts(t *testing.T) {
	var paths []string
	for range 30 {
		paths = append(paths, "A")
	}
	s := shelves(t, paths...)
	s.configure(func(d *pipeline.Definition) { d.Limits.Updates = pipeline.CountLimit(20) })
	s.rename("A", "X")
	s.braked(pipeline.BrakeUpdates, false)
	if n := s.systems[pipeline.Right].Counts().Calls[memory.OpRename]; n != 0 {
		t.Errorf("%d renames in spite of the brake", n)
	}
}

// A rename is one change of a plan, and what the plan says is what a cycle does.
func TestPlanOfARename(t *testing.T) {
	s := shelves(t, "A", "A", "A/B", "Z")
	s.rename("A", "X")
	changes, totals, err := s.engine.PlanAll(t.Context(), engine.Options{})
	if err != nil || len(changes) != 1 || totals.Writes["erp"].Update != 1 {
		t.Fatalf("%+v, %+v, %v", changes, totals, err)
	}
	c := changes[0]
	if c.Action != pipeline.PlanRename || c.Side != "erp" || c.Fields[0].Before.AsText() != "All / A" || c.Fields[0].After.AsText() != "All / X" || !strings.Contains(c.Note, "3 products") {
		t.Errorf("planned: %+v", c)
	}
	if n := s.systems[pipeline.Right].Counts().Calls[memory.OpRename]; n != 0 {
		t.Errorf("the plan renamed %d categories", n)
	}
}

// Where the side has no categories of its own, or the rename would do more, the products are written, and the
// plan says why.
func TestPlanOfARenameProductByProduct(t *testing.T) {
	s := shelves(t, "A", "A", "Z")
	s.systems[pipeline.Right].RenamePath("category", "All / A", "All / X")
	changes, totals, err := s.engine.PlanAll(t.Context(), engine.Options{Full: true})
	if err != nil || len(changes) != 2 || totals.Writes["pm"].Update != 2 {
		t.Fatalf("%+v, %+v, %v", changes, totals, err)
	}
	for _, c := range changes {
		if c.Action != pipeline.PlanUpdate || !strings.Contains(c.Note, "pm") || !strings.Contains(c.Note, "A → X") {
			t.Errorf("planned: %+v", c)
		}
	}
}

// What a rename moved can be undone, product by product.
func TestUndoOfARename(t *testing.T) {
	s := shelves(t, "A", "A", "A/B", "Z")
	before := s.paths(pipeline.Right)
	s.rename("A", "X")
	r := s.done(false)
	s.now = s.now.Add(60e9)
	undo := s.engine.Undo(t.Context(), r.Cycle, engine.Asked{By: "me"})
	if undo.Error != nil || undo.Writes["erp"].Update != 3 {
		t.Fatalf("undo: %+v, %+v", undo, undo.Error)
	}
	if diff := cmp.Diff(before, s.paths(pipeline.Right)); diff != "" {
		t.Errorf("on the right (-want +got):\n%s", diff)
	}
}

// A product that somebody moves elsewhere between the rename and its turn is left to the next cycle.
func TestMovedDuringARename(t *testing.T) {
	s := shelves(t, "A", "A", "A", "Z")
	s.rename("A", "X")
	once := true
	s.fault = func(op string, _ int) memory.FaultKind {
		if op == memory.OpFetch && once && s.systems[pipeline.Right].Counts().Calls[memory.OpRename] > 0 {
			once = false
			s.put(pipeline.Right, s.systems[pipeline.Right].Snapshot()[0].Key, "All / Other")
		}
		return memory.NoFault
	}
	s.sync(false)
	s.done(false)
	report := s.done(false)
	if report.Conflicts.Pending != 1 {
		t.Errorf("want one conflict, got %+v", report.Conflicts)
	}
	if diff := cmp.Diff([]string{"S-00 All / Other", "S-01 All / X", "S-02 All / X", "S-03 All / Z"}, s.paths(pipeline.Right)); diff != "" {
		t.Errorf("on the right (-want +got):\n%s", diff)
	}
}

// Invariant 3: whatever becomes of the rename's answer, the sides agree in the end.
func TestInvariant3RenameWithLostAnswer(t *testing.T) {
	for _, kind := range []memory.FaultKind{memory.LoseAnswer, memory.LoseRequest, memory.Refuse} {
		s := shelves(t, "A", "A", "A/B", "Z")
		s.rename("A", "X")
		s.fault = memory.Once(memory.OpRename, 1, kind)
		for range 3 {
			s.sync(false)
		}
		if diff := cmp.Diff([]string{"S-00 All / X", "S-01 All / X", "S-02 All / X / B", "S-03 All / Z"}, s.paths(pipeline.Right)); diff != "" {
			t.Errorf("%d: on the right (-want +got):\n%s", kind, diff)
		}
		s.quietAfter()
	}
}
