package app

import (
	"context"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// bell tells whoever listens that something has changed.
type bell struct {
	mu       sync.Mutex
	revision uint64
	rung     chan struct{} // closed by the next ring; nil while nobody listens
}

// ring tells of a change. One of mere progress leaves the revision.
func (b *bell) ring(progress bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !progress {
		b.revision++
	}
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}

// listen returns the revision and what the next ring closes.
func (b *bell) listen() (revision uint64, rung <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.revision, b.rung
}

// watchEvery is how often a watcher is told at most.
const watchEvery = 300 * time.Millisecond

// Watch tells what goes on, at once and after each change, until ctx ends or tell fails. Changes that follow
// each other quickly are told as one.
func (a *App) Watch(ctx context.Context, tell func(view.Activity) error) error {
	for {
		revision, rung := a.bell.listen()
		if err := tell(view.Activity{Revision: revision, Running: a.running()}); err != nil {
			return err
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := a.clock.Sleep(ctx, watchEvery); err != nil {
			return err
		}
	}
}

// running returns the progress of the cycles under way.
func (a *App) running() []view.Progress {
	l := a.hold()
	defer a.drop(l)
	var all []view.Progress
	for _, r := range l.runners {
		if p, _ := r.now(); p != nil {
			all = append(all, *p)
		}
	}
	return all
}
