package app

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Conflicts implements web.Backend.
func (a *App) Conflicts(ctx context.Context) ([]view.Conflict, error) {
	l := a.hold()
	defer a.drop(l)
	views := []view.Conflict{}
	for _, r := range l.runners {
		conflicts, err := r.store.Conflicts(ctx)
		if err != nil {
			return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		for _, c := range conflicts {
			views = append(views, conflictView(r.definition, c))
		}
	}
	return views, nil
}

// Conflict implements web.Backend.
func (a *App) Conflict(ctx context.Context, id string) (view.Conflict, error) {
	l := a.hold()
	defer a.drop(l)
	r, c, err := l.conflict(ctx, id)
	if err != nil {
		return view.Conflict{}, err
	}
	return conflictView(r.definition, c), nil
}

// Resolve implements web.Backend. What it stores the next cycle carries out.
func (a *App) Resolve(ctx context.Context, q view.Resolve) (view.Conflict, error) {
	defer a.bell.ring(false)
	l := a.hold()
	defer a.drop(l)
	r, c, err := l.conflict(ctx, q.ID)
	if err != nil {
		return view.Conflict{}, err
	}
	verdict, value, err := verdictOf(r.definition, c, q.Take)
	if err != nil {
		return view.Conflict{}, err
	}
	seen, computed := c.Values, c.Computed
	for _, side := range pipeline.Sides() {
		if v, ok := q.Seen[r.definition.Sources[side]]; ok {
			seen[side] = v
		}
		if v, ok := q.Computed[r.definition.Sources[side]]; ok {
			computed[side] = &v
		}
	}
	resolution := pipeline.Resolution{Verdict: verdict, Value: value, Seen: seen, Computed: computed, By: q.By, At: a.clock.Now()}
	if err := r.store.Settle(ctx, c.ID, resolution); err != nil {
		return view.Conflict{}, err
	}
	r.decided()
	c.Resolution = &resolution
	return conflictView(r.definition, c), nil
}

func (l *live) conflict(ctx context.Context, id string) (*runner, pipeline.Conflict, error) {
	for _, r := range l.runners {
		conflicts, err := r.store.Conflicts(ctx)
		if err != nil {
			return nil, pipeline.Conflict{}, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		for _, c := range conflicts {
			if c.ID == id {
				return r, c, nil
			}
		}
	}
	return nil, pipeline.Conflict{}, &pipeline.Error{
		Code: pipeline.CodeConflictNotFound, Message: fmt.Sprintf("there is no conflict %q", id),
	}
}

func conflictView(d *pipeline.Definition, c pipeline.Conflict) view.Conflict {
	v := view.Conflict{
		ID: c.ID, Pipeline: d.Name, Keys: keysByLabel(d, c.Keys), Match: values(c.Match), Field: c.Field,
		Base: byLabel(d, c.Base), Values: byLabel(d, c.Values), Computed: computedByLabel(d, c.Computed), Times: timesByLabel(d, c.Times),
		Rule: c.Rule, Since: c.Since,
	}
	if c.Resolution != nil {
		v.Resolution = &view.Resolution{
			Take: taken(d, c.Resolution.Verdict), Value: c.Resolution.Value, By: c.Resolution.By, At: c.Resolution.At,
		}
	}
	return v
}

func taken(d *pipeline.Definition, v pipeline.Verdict) string {
	for _, side := range pipeline.Sides() {
		if v == pipeline.Taking(side) {
			return d.Sources[side]
		}
	}
	return "value"
}
