package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/planfile"
)

// keepWriter gives the lines of a kept plan to a sink.
type keepWriter struct{ view.PlanKeeper }

func (k keepWriter) Write(line []byte) (int, error) { return len(line), k.Keep(string(line)) }

// keeping returns where the lines of a plan are kept, nil if it is not to be.
func keeping(q web.PlanRequest, pipelines int, sink view.PlanSink) (io.Writer, error) {
	if !q.Keep {
		return nil, nil
	}
	keeper, ok := sink.(view.PlanKeeper)
	if !ok {
		return nil, errors.New("the plan is to be kept and nobody takes it")
	}
	if pipelines != 1 {
		return nil, &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("a plan that is kept is of one pipeline, there are %d", pipelines),
			Remedy: "Name the pipeline: tandem plan PIPELINE -out FILE.",
		}
	}
	return keepWriter{keeper}, nil
}

// Apply implements web.Backend. The plan goes to a temporary file first, since it is verified as a whole
// before any of it is used.
func (a *App) Apply(ctx context.Context, q web.ApplyRequest, plan io.Reader, watch web.Watch) (_ pipeline.Report, err error) {
	file, err := os.CreateTemp(a.state.spoolDir, "tandem-apply-*")
	if err != nil {
		return pipeline.Report{}, fmt.Errorf("a temporary file for the plan: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := os.Remove(file.Name()); err != nil {
		return pipeline.Report{}, fmt.Errorf("a temporary file for the plan: %w", err)
	}
	if _, err := io.Copy(file, plan); err != nil {
		return pipeline.Report{}, fmt.Errorf("reading the plan: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return pipeline.Report{}, err
	}
	name, err := planfile.Pipeline(file)
	if err != nil {
		return pipeline.Report{}, err
	}
	l := a.hold()
	defer a.drop(l)
	runners, err := l.named(name)
	if err != nil {
		return pipeline.Report{}, err
	}
	opened, err := runners[0].engine.OpenPlan(ctx, file)
	if err != nil {
		return pipeline.Report{}, err
	}
	defer runners[0].setRunning(nil)
	return runners[0].engine.Apply(ctx, opened, runners[0].asked(q.By, "apply of "+q.Name, watch)), nil
}

func (r *runner) asked(by, note string, watch web.Watch) engine.Asked {
	return engine.Asked{By: by, Note: note, Progress: r.progress(watch.Progress), Refused: watch.Refused}
}

// PlanUndo implements web.Backend.
func (a *App) PlanUndo(ctx context.Context, q web.UndoRequest, sink view.PlanSink) error {
	l := a.hold()
	defer a.drop(l)
	r, err := l.ran(ctx, q)
	if err != nil {
		return err
	}
	head := view.PlanHead{Pipeline: r.definition.Name, Sources: r.definition.Sources, Of: 1, Undo: q.Cycle}
	if err := sink.Begin(head); err != nil {
		return err
	}
	totals, err := r.engine.PlanUndo(ctx, q.Cycle, sink.Change)
	if err != nil {
		return err
	}
	return sink.End(totals)
}

// Undo implements web.Backend.
func (a *App) Undo(ctx context.Context, q web.UndoRequest, watch web.Watch) (pipeline.Report, error) {
	l := a.hold()
	defer a.drop(l)
	r, err := l.ran(ctx, q)
	if err != nil {
		return pipeline.Report{}, err
	}
	defer r.setRunning(nil)
	return r.engine.Undo(ctx, q.Cycle, r.asked(q.By, "undo of "+string(q.Cycle), watch)), nil
}

// ran returns the pipeline whose history tells of a cycle. Ids are unique in one pipeline only.
func (l *live) ran(ctx context.Context, q web.UndoRequest) (*runner, error) {
	runners, err := l.named(q.Pipeline)
	if err != nil {
		return nil, err
	}
	var found []*runner
	for _, r := range runners {
		err := r.store.EachEvent(ctx, pipeline.EventQuery{Cycle: q.Cycle}, func(pipeline.Event) error { return errEnough })
		switch {
		case errors.Is(err, errEnough):
			found = append(found, r)
		case err != nil:
			return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, &pipeline.Error{Code: pipeline.CodeCycleUnknown, Message: fmt.Sprintf("the history tells of no cycle %q", q.Cycle)}
	}
	return nil, &pipeline.Error{
		Code: pipeline.CodeUsage, Message: fmt.Sprintf("%d pipelines had a cycle %q", len(found), q.Cycle),
		Remedy: fmt.Sprintf("Name the pipeline, such as %q, with --pipeline.", found[0].definition.Name),
	}
}

// errEnough ends a listing whose rest is not needed.
var errEnough = errors.New("enough")
