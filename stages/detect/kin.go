package detect

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// batches divides links into batches of at most the cycle's size. Families stay together as far as they fit: what
// a system can hold of one variant may depend on what the others become (prices that are told by extras do). For
// the same reason variants in quarantine come along with those of their family that changed.
func (r *run) batches(ctx context.Context, ids []pipeline.LinkID) ([][]pipeline.LinkID, error) {
	if r.cycle.Definition.Family.Parent == "" {
		return slices.Collect(slices.Chunk(ids, r.cycle.BatchSize())), nil
	}
	kin := map[pipeline.LinkID]string{}
	if err := r.readKin(ctx, ids, kin); err != nil {
		return nil, err
	}
	ids, err := r.waiting(ctx, ids, kin)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b pipeline.LinkID) int { return cmp.Or(cmp.Compare(kin[a], kin[b]), cmp.Compare(a, b)) })
	families := make([]string, len(ids))
	for i, id := range ids {
		families[i] = kin[id]
	}
	var batches [][]pipeline.LinkID
	for len(ids) > 0 {
		n := r.cycle.Batch(families)
		batches, ids, families = append(batches, ids[:n]), ids[n:], families[n:]
	}
	return batches, nil
}

// waiting adds to ids the links in quarantine that are of one family with some of them.
func (r *run) waiting(ctx context.Context, ids []pipeline.LinkID, kin map[pipeline.LinkID]string) ([]pipeline.LinkID, error) {
	failed, err := r.State.Quarantined(ctx)
	if err != nil || len(failed) == 0 {
		return ids, err
	}
	changed := map[string]bool{}
	for _, id := range ids {
		changed[kin[id]] = kin[id] != ""
	}
	var others []pipeline.LinkID
	for _, q := range failed {
		if _, known := kin[q.Link]; q.Link != "" && !known {
			others = append(others, q.Link)
		}
	}
	if err := r.readKin(ctx, others, kin); err != nil {
		return nil, err
	}
	for _, id := range others {
		if changed[kin[id]] {
			ids = append(ids, id)
			r.addLink(id)
		}
	}
	return ids, nil
}

// readKin fills in the families of links.
func (r *run) readKin(ctx context.Context, ids []pipeline.LinkID, kin map[pipeline.LinkID]string) error {
	for some := range slices.Chunk(ids, r.cycle.BatchSize()) {
		links, err := r.State.LinksByID(ctx, some)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(links)) {
			kin[id] = r.cycle.Kin(links[id])
		}
	}
	return nil
}
