package app

import (
	"context"
	"time"
)

// Clock is time as the daemon sees it, injected so that tests need not wait.
type Clock struct {
	Now func() time.Time
	// Sleep waits for d, or returns the context's error.
	Sleep func(ctx context.Context, d time.Duration) error
	// Random returns a number in [0, 1): the jitter.
	Random func() float64
}

// maxJitter bounds by how much a run is put off so that pipelines with one interval, and daemons
// started together, do not all call at the same moment.
const maxJitter = 10 * time.Second

// interval runs work at once and then every so often until ctx is done. A run that takes longer than the
// interval is followed at once by one more, not by all that were missed. planned is told of each next run
// before it is waited for.
func interval(ctx context.Context, clock Clock, every time.Duration, planned func(time.Time), work func(context.Context)) {
	slot := clock.Now()
	for {
		work(ctx)
		slot = slot.Add(every)
		if now := clock.Now(); slot.Before(now) {
			slot = now
		}
		jitter := time.Duration(clock.Random() * float64(min(every/20, maxJitter)))
		next := slot.Add(jitter)
		planned(next)
		if clock.Sleep(ctx, next.Sub(clock.Now())) != nil {
			return
		}
	}
}
