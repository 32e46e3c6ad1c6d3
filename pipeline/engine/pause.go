package engine

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// Pause holds the pipeline: from its return on no cycle begins, and one that is under way goes on to its end. What
// somebody asks for by name (Apply, Undo) is still done. It returns the pause, the earlier one where there was one.
func (e *Engine) Pause(ctx context.Context, by, reason string) (*pipeline.Pause, error) {
	known, err := e.Store.Paused(ctx)
	if err != nil || known != nil {
		return known, err
	}
	p := &pipeline.Pause{By: by, At: e.Now(), Reason: reason}
	if err := e.Store.SetPaused(ctx, p, pipeline.Event{At: p.At, Kind: "pause", By: by, Note: reason}); err != nil {
		return nil, err
	}
	e.Logger.Info("paused", "by", by, "reason", reason)
	return p, nil
}

// Resume lets a paused pipeline go on and returns the pause that ended; nil if there was none.
func (e *Engine) Resume(ctx context.Context, by string) (*pipeline.Pause, error) {
	known, err := e.Store.Paused(ctx)
	if err != nil || known == nil {
		return nil, err
	}
	if err := e.Store.SetPaused(ctx, nil, pipeline.Event{At: e.Now(), Kind: "resume", By: by}); err != nil {
		return nil, err
	}
	e.Logger.Info("resumed", "by", by)
	return known, nil
}
