package detect

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// absence is per side how sure it is that a linked record is gone.
type absence struct{ absent, proven [2]bool }

// findAbsent returns the links of a full pass that one of the complete listings did not hold, and
// those whose side named them deleted.
//
// Invariant 5: it is called only after both listings ended without an error; the first listing that
// does not hold a record marks it, only a later one proves it gone.
func (r *run) findAbsent(ctx context.Context) (map[pipeline.LinkID]absence, error) {
	found := map[pipeline.LinkID]absence{}
	for _, s := range r.sides {
		for id, h := range s.linked {
			if h.gone {
				a := found[id]
				a.absent[s.side], a.proven[s.side] = true, true
				found[id] = a
			}
		}
	}
	if !r.cycle.Full {
		return found, nil
	}
	err := r.State.EachLink(ctx, func(l *pipeline.Link) error {
		for _, s := range r.sides {
			if _, ok := s.listed[l.Keys[s.side]]; ok {
				continue
			}
			a := found[l.ID]
			a.absent[s.side] = true
			a.proven[s.side] = a.proven[s.side] || l.Gone[s.side] || l.Missing[s.side] != ""
			found[l.ID] = a
		}
		return nil
	})
	return found, err
}
