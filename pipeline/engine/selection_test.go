package engine_test

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

// inside selects the products whose category on the left begins like it.
type inside string

func (f inside) Selects(r *pipeline.Record) (bool, error) {
	return strings.HasPrefix(r.Fields["category"].AsText(), string(f)), nil
}

// A product that leaves the selection is no deletion, on either side, also for full passes; what is edited
// meanwhile waits, and arrives when the product comes back to its partner.
func TestProductThatLeavesTheSelection(t *testing.T) {
	for name, leaves := range map[string]func(s *racks, keys [2]pipeline.Key){
		"on the left":  func(s *racks, keys [2]pipeline.Key) { s.put(pipeline.Left, keys[pipeline.Left], "Out") },
		"on the right": func(s *racks, keys [2]pipeline.Key) { s.put(pipeline.Right, keys[pipeline.Right], "All / Out") },
	} {
		t.Run(name, func(t *testing.T) {
			s := shelves(t, "In/A", "In/B", "Out")
			s.configure(func(d *pipeline.Definition) {
				d.Filter, d.FilterReads, d.Hash = inside("In"), []string{"category"}, "2"
			})
			s.done(true)
			var keys [2]pipeline.Key
			for _, side := range pipeline.Sides() {
				for _, r := range s.systems[side].Snapshot() {
					if r.Fields["sku"].AsText() == "S-00" {
						keys[side] = r.Key
					}
				}
			}
			leaves(s, keys)
			for range 2 {
				s.done(false)
			}
			if err := s.systems[pipeline.Right].Edit(keys[pipeline.Right], pipeline.Values{"title": pipeline.Text("Edited outside")}); err != nil {
				t.Fatal(err)
			}
			for _, full := range []bool{false, true, true, true} {
				if r := s.done(full); r.Writes["pm"].Total()+r.Writes["erp"].Total() > 0 {
					t.Errorf("outside of the selection it was written: %+v", r.Writes)
				}
			}
			for _, side := range pipeline.Sides() {
				if n := len(s.systems[side].Snapshot()); n != 3 {
					t.Errorf("%d products on the %s", n, side)
				}
			}
			s.put(pipeline.Left, keys[pipeline.Left], "In/A")
			s.done(false)
			s.done(false)
			for _, r := range s.systems[pipeline.Left].Snapshot() {
				if r.Key == keys[pipeline.Left] && r.Fields["title"].AsText() != "Edited outside" {
					t.Errorf("after its return the title is %q", r.Fields["title"])
				}
			}
			for _, side := range pipeline.Sides() {
				if n := len(s.systems[side].Snapshot()); n != 3 {
					t.Errorf("%d products on the %s after the return", n, side)
				}
			}
			s.quietAfter()
		})
	}
}

// A product that is not selected is not made on the other side; it is as soon as it is.
func TestProductThatEntersTheSelection(t *testing.T) {
	for side, paths := range map[pipeline.Side][2]string{pipeline.Left: {"Out", "In"}, pipeline.Right: {"All / Out", "All / In"}} {
		s := shelves(t)
		s.configure(func(d *pipeline.Definition) {
			d.Filter, d.FilterReads, d.Hash = inside("In"), []string{"category"}, "2"
		})
		k := s.insert(side, "S-1", 5)
		s.put(side, k, paths[0])
		for _, full := range []bool{false, true, false} {
			s.done(full)
		}
		if n := len(s.systems[side.Other()].Snapshot()); n != 0 {
			t.Errorf("from the %s: %d products were made outside of the selection", side, n)
		}
		s.put(side, k, paths[1])
		s.done(false)
		if n := len(s.systems[side.Other()].Snapshot()); n != 1 {
			t.Errorf("from the %s: %d products, want 1", side, n)
		}
		s.quietAfter()
	}
}
