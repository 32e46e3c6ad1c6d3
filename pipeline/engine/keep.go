package engine

import (
	"context"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/planfile"
)

// keeper keeps a plan while it is made. A nil keeper keeps nothing.
type keeper struct{ w *planfile.Writer }

// keeping begins to keep the plan if that is asked for.
func (r *run) keeping(ctx context.Context) (*keeper, error) {
	if r.opt.Keep == nil {
		return nil, nil
	}
	key, err := r.Store.PlanKey(ctx)
	if err != nil {
		return nil, err
	}
	generation, err := r.Store.Generation(ctx)
	if err != nil {
		return nil, err
	}
	w, err := planfile.NewWriter(r.opt.Keep, key, planfile.Header{
		Pipeline: r.Definition.Name, Sources: r.Definition.Sources, Created: r.report.Started.UTC(),
		Configuration: r.Definition.Hash, Generation: generation,
	})
	return &keeper{w}, err
}

// add keeps an item that is to be written, as changes tell it.
func (k *keeper) add(it *pipeline.Item, changes []pipeline.PlannedChange) error {
	failed := func(c pipeline.PlannedChange) bool { return c.Action == pipeline.PlanError }
	if k == nil || it.Mutations == [2]*pipeline.Mutation{} || slices.ContainsFunc(changes, failed) {
		return nil
	}
	return k.w.Add(planfile.ItemOf(it))
}

func (k *keeper) end(detected pipeline.Detected, totals pipeline.PlanTotals) error {
	if k == nil {
		return nil
	}
	return k.w.Close(planfile.Trailer{Cursors: detected.Cursors, Totals: totals})
}
