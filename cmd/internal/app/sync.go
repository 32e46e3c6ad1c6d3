package app

import (
	"context"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// Sync implements web.Backend.
func (a *App) Sync(ctx context.Context, q web.SyncRequest, progress func(view.Progress)) ([]pipeline.Report, error) {
	runners, err := a.named(q.Pipeline)
	if err != nil {
		return nil, err
	}
	reports := make([]pipeline.Report, 0, len(runners))
	for _, r := range runners {
		if err := ctx.Err(); err != nil {
			return reports, err
		}
		reports = append(reports, r.sync(ctx, q.Full, progress))
	}
	return reports, nil
}

// Plan implements web.Backend.
func (a *App) Plan(ctx context.Context, q web.PlanRequest, sink view.PlanSink) error {
	runners, err := a.named(q.Pipeline)
	if err != nil {
		return err
	}
	keep, err := keeping(q, len(runners), sink)
	if err != nil {
		return err
	}
	for _, r := range runners {
		head := view.PlanHead{Pipeline: r.definition.Name, Sources: r.definition.Sources, Of: len(runners)}
		if err := sink.Begin(head); err != nil {
			return err
		}
		totals, err := r.engine.Plan(ctx, engine.Options{Full: q.Full, Progress: r.progress(sink.Progress), Keep: keep}, sink.Change)
		r.setRunning(nil)
		if err != nil {
			return err
		}
		if err := sink.End(totals); err != nil {
			return err
		}
	}
	return nil
}

// named returns the pipeline of that name, all for "".
func (a *App) named(name string) ([]*runner, error) {
	if name == "" {
		return a.runners, nil
	}
	var known []string
	for _, r := range a.runners {
		if r.definition.Name == name {
			return []*runner{r}, nil
		}
		known = append(known, r.definition.Name)
	}
	return nil, unknown(pipeline.CodePipelineUnknown, "pipeline", name, known)
}
