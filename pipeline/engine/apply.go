package engine

import (
	"context"
	"fmt"
	"io"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/planfile"
)

// OpenPlan verifies a kept plan: this pipeline's state signed it, and the rules are those that it was made
// by. src is read twice, and by Apply once more.
func (e *Engine) OpenPlan(ctx context.Context, src io.ReadSeeker) (*planfile.Plan, error) {
	key, err := e.Store.PlanKey(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := planfile.Open(src, key)
	if err != nil {
		return nil, err
	}
	if plan.Header.Configuration != e.Definition.Hash || plan.Header.Pipeline != e.Definition.Name {
		return nil, &pipeline.Error{
			Code: pipeline.CodePlanOutdated, Class: pipeline.Stale,
			Message: fmt.Sprintf("the configuration of pipeline %q has changed since the plan was made, on %s",
				e.Definition.Name, plan.Header.Created.Format("2006-01-02 15:04:05 MST")),
		}
	}
	return plan, nil
}

// Apply carries out a kept plan, record by record: each is fetched and decided anew, and written only where
// that comes to what was planned. Nothing else is written, and no cursor moves. It always returns a report;
// a failure is told there.
func (e *Engine) Apply(ctx context.Context, plan *planfile.Plan, a Asked) pipeline.Report {
	return e.ask(ctx, pipeline.CycleApply, a, func(ctx context.Context, r *asking) error { return r.apply(ctx, plan) })
}

func (r *asking) apply(ctx context.Context, plan *planfile.Plan) error {
	if err := r.passes(plan); err != nil {
		return err
	}
	r.cycle.Since = plan.Trailer.Cursors
	done := 0
	var batch []planfile.Item
	flush := func() error {
		err := r.applyBatch(ctx, batch)
		done += len(batch)
		batch = nil
		r.progress(pipeline.StageWrite, done, plan.Trailer.Items)
		return err
	}
	err := plan.Each(func(it planfile.Item) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if batch = append(batch, it); len(batch) < r.cycle.BatchSize() {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil && plan.Trailer.Totals.BrakedBy != nil {
		err = r.release(ctx)
	}
	return err
}

// passes refuses a plan that a brake would stop, unless what it does was approved. The limits are not asked
// again: whoever applies a plan has seen all of it.
//
// Invariant 9 (brakes fail closed): it is called before the first write.
func (r *asking) passes(plan *planfile.Plan) error {
	brake := plan.Trailer.Totals.BrakedBy
	if brake == nil {
		return nil
	}
	beyond := 0
	err := plan.Each(func(it planfile.Item) error {
		for _, s := range pipeline.Sides() {
			if m := it.Mutations[s]; m != nil && !r.approved.Holds(pipeline.MutationPrint(s, it.Keys, m)) {
				beyond++
			}
		}
		return nil
	})
	if err != nil || beyond == 0 {
		return err
	}
	r.report.BrakedBy = brake
	return &pipeline.Error{
		Code:    pipeline.CodeBraked,
		Message: fmt.Sprintf("the plan is above the limit %q, and %d of its writes were not approved", *brake, beyond),
		Remedy: fmt.Sprintf("Nothing was written. Let a cycle stop at the brake, `tandem approve %s`, then apply the plan; or raise `limits { %s }` and make the plan anew.",
			r.Definition.Name, *brake),
	}
}

// applyBatch decides planned items anew and carries out those that come to what was planned.
func (r *asking) applyBatch(ctx context.Context, planned []planfile.Item) error {
	if len(planned) == 0 {
		return nil
	}
	these := make([]named, len(planned))
	for i, p := range planned {
		these[i] = named{link: p.Link, keys: p.Keys, match: p.Match, absent: p.Absent, proven: p.Proven}
	}
	items, err := r.again(ctx, these)
	if err != nil {
		return err
	}
	if err := r.stages(ctx, items); err != nil {
		return err
	}
	var same []*pipeline.Item
	for i, it := range items {
		for _, s := range pipeline.Sides() {
			if it.Keys[s] != "" {
				r.report.Seen[r.Definition.Sources[s]]++
			}
		}
		why := r.moved(planned[i], it)
		if why == "" {
			same = append(same, it)
			continue
		}
		if err := r.refuse(it, target(planned[i].Mutations), why); err != nil {
			return err
		}
	}
	return r.write(ctx, same)
}
