package app

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

// Begin starts a cycle, after the one that runs if there is one, and does not wait for it. One that waits
// for its turn already is not doubled. What is paused is refused by name, and left out of all.
func (a *App) Begin(ctx context.Context, q view.Begin) error {
	names, err := a.names(q.Pipeline)
	if err != nil {
		return err
	}
	if q.Pipeline != "" {
		if err := a.notPaused(ctx, q.Pipeline); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.background == nil {
		return &pipeline.Error{Code: pipeline.CodeStopped, Message: "no daemon runs that could begin a cycle"}
	}
	for _, name := range names {
		asked := fmt.Sprintf("%s/%t", name, q.Full)
		if a.begun[asked] {
			continue
		}
		a.begun[asked] = true
		a.background(func(ctx context.Context) {
			// An error is that a reload took the pipeline out meanwhile; all others are in the report.
			_, _ = a.Sync(ctx, web.SyncRequest{Pipeline: name, Full: q.Full}, func(view.Progress) { a.turned(asked) })
			a.turned(asked)
		})
	}
	return nil
}

// turned notes that a cycle that was asked for has its turn: a further one is no double.
func (a *App) turned(asked string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.begun, asked)
}
