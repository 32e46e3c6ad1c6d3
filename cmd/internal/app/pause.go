package app

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Pause implements web.Backend.
func (a *App) Pause(ctx context.Context, q view.Hold) ([]view.Held, error) {
	return a.holding(q, func(r *runner) (view.Held, error) {
		known, err := r.store.Paused(ctx)
		if err != nil {
			return view.Held{}, err
		}
		p, err := r.engine.Pause(ctx, q.By, q.Reason)
		return view.Held{Pause: pauseView(p), Changed: known == nil}, err
	})
}

// Resume implements web.Backend.
func (a *App) Resume(ctx context.Context, q view.Hold) ([]view.Held, error) {
	return a.holding(q, func(r *runner) (view.Held, error) {
		p, err := r.engine.Resume(ctx, q.By)
		return view.Held{Pause: pauseView(p), Changed: p != nil}, err
	})
}

// holding changes each of the pipelines, or none where one of the names is wrong.
func (a *App) holding(q view.Hold, change func(*runner) (view.Held, error)) ([]view.Held, error) {
	l := a.hold()
	defer a.drop(l)
	defer a.bell.ring(false)
	if len(q.Pipelines) == 0 {
		return nil, &pipeline.Error{Code: pipeline.CodePipelineUnknown, Message: "no pipeline is named"}
	}
	var runners []*runner
	for _, name := range q.Pipelines {
		r, err := l.one(name)
		if err != nil {
			return nil, err
		}
		runners = append(runners, r)
	}
	held := make([]view.Held, 0, len(runners))
	for _, r := range runners {
		h, err := change(r)
		if err != nil {
			return held, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		r.agenda.replan()
		h.Pipeline = r.definition.Name
		h.Running, _ = r.now()
		held = append(held, h)
	}
	return held, nil
}

// notPaused returns an error of code paused where somebody holds the pipeline.
func (a *App) notPaused(ctx context.Context, name string) error {
	l := a.hold()
	defer a.drop(l)
	r, err := l.one(name)
	if err != nil {
		return err
	}
	p, err := r.store.Paused(ctx)
	if err != nil || p == nil {
		return err
	}
	return p.Refusal(name)
}

func pauseView(p *pipeline.Pause) *view.Pause {
	if p == nil {
		return nil
	}
	return &view.Pause{By: p.By, At: p.At, Reason: p.Reason}
}
