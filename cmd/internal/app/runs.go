package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Runs implements web.Backend.
func (a *App) Runs(ctx context.Context, q view.RunsQuery) (view.Runs, error) {
	l := a.hold()
	defer a.drop(l)
	runners, err := l.named(q.Pipeline)
	if err != nil {
		return view.Runs{}, err
	}
	var runs view.Runs
	for _, r := range runners {
		// One more than is asked for tells whether there are older ones.
		reports, err := r.store.Reports(ctx, q.Skip+q.Limit+1)
		if err != nil {
			return runs, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		runs.Reports = append(runs.Reports, reports...)
	}
	slices.SortStableFunc(runs.Reports, func(x, y pipeline.Report) int { return y.Started.Compare(x.Started) })
	runs.Reports = runs.Reports[min(q.Skip, len(runs.Reports)):]
	if runs.More = len(runs.Reports) > q.Limit; runs.More {
		runs.Reports = runs.Reports[:q.Limit]
	}
	return runs, nil
}
