package app

import (
	"context"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// Sync implements web.Backend. Asked for all, it leaves out those that are paused.
func (a *App) Sync(ctx context.Context, q web.SyncRequest, progress func(view.Progress)) ([]pipeline.Report, error) {
	names, err := a.names(q.Pipeline)
	if err != nil {
		return nil, err
	}
	var paused []error
	reports := make([]pipeline.Report, 0, len(names))
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return reports, err
		}
		report, err := a.syncOne(ctx, name, q.Full, progress)
		switch {
		case err == nil:
			reports = append(reports, report)
		case q.Pipeline != "":
			return reports, err
		case pipeline.AsError(err).Code == pipeline.CodePaused:
			paused = append(paused, err)
		} // else a reload took it out meanwhile
	}
	if len(reports) == 0 && len(paused) > 0 {
		return nil, paused[0]
	}
	for _, err := range paused {
		a.logger.Warn("left out", "error", err)
	}
	return reports, nil
}

// names returns the name of the pipeline that is meant, of all for "".
func (a *App) names(pipeline string) ([]string, error) {
	l := a.hold()
	defer a.drop(l)
	runners, err := l.named(pipeline)
	names := make([]string, 0, len(runners))
	for _, r := range runners {
		names = append(names, r.definition.Name)
	}
	return names, err
}

// syncOne runs one cycle, with the definition that is the live one when its turn comes.
func (a *App) syncOne(ctx context.Context, name string, full bool, progress func(view.Progress)) (pipeline.Report, error) {
	for {
		report, err := a.trySync(ctx, name, full, progress)
		if err != nil || report.Error == nil || report.Error.Code != pipeline.CodeReloaded {
			return report, err
		}
	}
}

func (a *App) trySync(ctx context.Context, name string, full bool, progress func(view.Progress)) (pipeline.Report, error) {
	l := a.hold()
	defer a.drop(l)
	r, err := l.one(name)
	if err != nil {
		return pipeline.Report{}, err
	}
	report := r.sync(ctx, full, progress)
	if e := report.Error; e != nil && e.Code == pipeline.CodePaused {
		return report, &pipeline.Error{Code: e.Code, Message: e.Message, Remedy: e.Remedy}
	}
	return report, nil
}

// Plan implements web.Backend.
func (a *App) Plan(ctx context.Context, q web.PlanRequest, sink view.PlanSink) error {
	l := a.hold()
	defer a.drop(l)
	runners, err := l.named(q.Pipeline)
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
func (l *live) named(name string) ([]*runner, error) {
	if name == "" {
		return l.runners, nil
	}
	var known []string
	for _, r := range l.runners {
		if r.definition.Name == name {
			return []*runner{r}, nil
		}
		known = append(known, r.definition.Name)
	}
	return nil, unknown(pipeline.CodePipelineUnknown, "pipeline", name, known)
}
