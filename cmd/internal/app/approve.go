package app

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Approve implements web.Backend.
func (a *App) Approve(ctx context.Context, q view.Approve) (view.Brake, error) {
	defer a.bell.ring(false)
	l := a.hold()
	defer a.drop(l)
	r, err := l.one(q.Pipeline)
	if err != nil {
		return view.Brake{}, err
	}
	b, err := r.engine.Approve(ctx, q.By)
	if err != nil {
		return view.Brake{}, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
	}
	r.decided()
	return brakeView(r.definition, b), nil
}

// one returns the pipeline of that name.
func (l *live) one(name string) (*runner, error) {
	if name == "" {
		return nil, &pipeline.Error{Code: pipeline.CodePipelineUnknown, Message: "no pipeline is named"}
	}
	found, err := l.named(name)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func brakeView(d *pipeline.Definition, b *pipeline.Brake) view.Brake {
	v := view.Brake{
		Pipeline: d.Name, Name: b.Name, Cycle: b.Cycle, Since: b.Since, Message: b.Message, Due: b.Due, Full: b.Full, Some: b.Some,
	}
	if v.Some == nil {
		v.Some = []pipeline.PlannedChange{}
	}
	if b.Approved != nil {
		v.Approved = &view.Approval{By: b.Approved.By, At: b.Approved.At}
	}
	return v
}

// Adoptions implements web.Backend.
func (a *App) Adoptions(ctx context.Context, name string) ([]view.Adoption, error) {
	l := a.hold()
	defer a.drop(l)
	runners, err := l.named(name)
	if err != nil {
		return nil, err
	}
	views := []view.Adoption{}
	for _, r := range runners {
		found, err := r.engine.Adoption(ctx)
		if err != nil {
			return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		if !found.Differs() {
			continue
		}
		v := view.Adoption{Pipeline: r.definition.Name, Links: found.Links}
		for _, s := range pipeline.Sides() {
			v.Systems = append(v.Systems, view.AdoptedSystem{
				Source: r.definition.Sources[s], Product: found.Products[s], Known: found.Known[s], Now: found.Now[s],
			})
		}
		views = append(views, v)
	}
	return views, nil
}

// Adopt implements web.Backend.
func (a *App) Adopt(ctx context.Context, q view.Adopt) error {
	defer a.bell.ring(false)
	l := a.hold()
	defer a.drop(l)
	r, err := l.one(q.Pipeline)
	if err != nil {
		return err
	}
	var shown [2]string
	for _, s := range pipeline.Sides() {
		shown[s] = q.Now[r.definition.Sources[s]]
	}
	return r.engine.Adopt(ctx, shown, q.By)
}
