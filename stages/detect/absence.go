package detect

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// A listing is short when it holds fewer than one in shortListing of the linked records that the listing
// before held, from shortFrom linked records on. One that holds none of them is short from emptyFrom on.
const (
	shortListing = 2
	shortFrom    = 20
	emptyFrom    = 2
)

// absence is per side how sure it is that a linked record is gone.
type absence struct{ absent, proven [2]bool }

// findAbsent returns the links of a full pass that one of the complete listings did not hold, and
// those whose side named them deleted.
//
// Invariant 5: it is called only after both listings ended without an error; the first listing that
// does not hold a record marks it, only a later one proves it gone. A listing that is short says nothing
// about any record: it is an error, a *pipeline.ShortListing.
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
	var counts [2]count
	err := r.State.EachLink(ctx, func(l *pipeline.Link) error {
		for _, s := range r.sides {
			_, listed := s.listed[l.Keys[s.side]]
			counts[s.side].add(r, s.side, l, listed)
			if listed {
				continue
			}
			a := found[l.ID]
			a.absent[s.side] = true
			a.proven[s.side] = a.proven[s.side] || l.Gone[s.side] || l.Missing[s.side] != ""
			found[l.ID] = a
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, r.refuseShort(counts)
}

// count is how a listing compares with the links of its side.
type count struct {
	linked        int // links whose record is not known to be gone
	known, listed int // of these, those that the listing before held, and those that this one holds
	approved      int // known ones whose absence somebody approved
	absent        pipeline.Fingerprints
}

func (n *count) add(r *run, side pipeline.Side, l *pipeline.Link, listed bool) {
	if l.Gone[side] {
		return
	}
	n.linked++
	if l.Missing[side] != "" || r.sides[side].linked[l.ID].gone {
		return
	}
	n.known++
	if listed {
		n.listed++
		return
	}
	print := pipeline.AbsencePrint(side, l.Keys[side])
	n.absent = append(n.absent, print)
	if r.cycle.Approved.Holds(print) {
		n.approved++
	}
}

// isShort tells whether the listing holds too few of those whose absence nobody has approved.
func (n count) isShort() bool {
	expected := n.known - n.approved
	return expected >= emptyFrom && n.listed == 0 || n.linked >= shortFrom && n.listed*shortListing < expected
}

// refuseShort returns a *pipeline.ShortListing if one of the listings is short. Where a listing leaves archived
// records out its length says nothing; each record that it does not hold is fetched before it counts as gone.
func (r *run) refuseShort(counts [2]count) error {
	var short pipeline.ShortListing
	for side, n := range counts {
		if n.isShort() && !r.cycle.About[side].HidesArchived {
			short.Short[side], short.Known[side], short.Listed[side] = true, n.known, n.listed
			short.Absent = append(short.Absent, n.absent...)
		}
	}
	if len(short.Absent) == 0 {
		return nil
	}
	short.Absent = short.Absent.Sorted()
	return &short
}
