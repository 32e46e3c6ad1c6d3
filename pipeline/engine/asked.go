package engine

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// Asked is who asked for a cycle that is no ordinary one, and how they are told of it.
type Asked struct {
	By       string
	Note     string // what it is, for the history: "apply of shop.plan"
	Progress func(Progress)
	// Refused is told of each record that is left alone, and why; nil tells nobody. An error of it ends
	// the cycle.
	Refused func(pipeline.PlannedChange) error
}

// asking is such a cycle. It does not go by what changed since a cursor, and moves none.
//
// Invariant 4: what it refuses, and what it never looked at, is found by the next ordinary cycle.
type asking struct {
	*run
	Asked
}

// ask runs a cycle that somebody asked for.
func (e *Engine) ask(ctx context.Context, kind pipeline.CycleKind, a Asked, work func(context.Context, *asking) error) pipeline.Report {
	r := &asking{run: &run{Engine: e, opt: Options{Progress: a.Progress}, report: e.newReport()}, Asked: a}
	r.report.Kind, r.report.By, r.report.Note = kind, a.By, a.Note
	if err := e.take(ctx); err != nil {
		if !r.refused(err) {
			r.end(context.WithoutCancel(ctx), err)
		}
		return r.report
	}
	defer e.give()
	r.report.Started = e.Now()
	err := r.spanned(ctx, func(ctx context.Context) error {
		err := r.open(ctx)
		if err == nil {
			err = work(ctx, r)
		}
		if err == nil {
			err = r.finished()
		}
		return err
	})
	r.end(context.WithoutCancel(ctx), err)
	return r.report
}

// open begins the cycle and settles what an interrupted one left.
func (r *asking) open(ctx context.Context) (err error) {
	if r.report.Cycle, err = r.Store.StartCycle(ctx, r.report.Started); err != nil {
		return err
	}
	if err := r.begin(ctx, false); err != nil {
		return err
	}
	r.report.Full, r.cycle.Full = false, false
	r.cycle.Kind, r.cycle.By, r.cycle.Note = r.report.Kind, r.By, r.Note
	return r.Writer.Recover(ctx, r.cycle)
}

// write carries out the items and tells of those that failed.
func (r *asking) write(ctx context.Context, items []*pipeline.Item) error {
	if len(items) == 0 {
		return nil
	}
	err := r.stage(ctx, r.Writer, items)
	for _, it := range items {
		r.count(it)
		if it.Err == nil {
			continue
		}
		if refused := r.refuse(it, target(it.Mutations), it.Err.Error()); err == nil {
			err = refused
		}
	}
	return err
}

// target is the side that is written, the left one where both are.
func target(mutations [2]*pipeline.Mutation) pipeline.Side {
	if mutations[pipeline.Left] == nil {
		return pipeline.Right
	}
	return pipeline.Left
}

// refuse tells of a record that is left alone on a side, at least in part.
func (r *asking) refuse(it *pipeline.Item, side pipeline.Side, why string) error {
	r.report.Refused++
	if r.Refused == nil {
		return nil
	}
	return r.Refused(r.change(it, side, pipeline.PlanError, why))
}
