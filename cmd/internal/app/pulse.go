package app

import (
	"context"
	"errors"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Pulse returns the status of a started App by way of everything that a daemon cannot do without: what starts the
// schedules, the live configuration, each pipeline and its state. Where one of them hangs Pulse does not return,
// which a watchdog notices; an error says that all of them answer, if only with what is wrong.
func (a *App) Pulse(ctx context.Context) (view.Status, error) {
	if a.ended == nil {
		return view.Status{}, errors.New("the daemon is not started")
	}
	select {
	case a.beat <- struct{}{}:
	case <-a.ended:
		return view.Status{}, context.Canceled
	case <-ctx.Done():
		return view.Status{}, ctx.Err()
	}
	return a.Status(ctx)
}
