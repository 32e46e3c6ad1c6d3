package watch

import (
	"context"
	"time"
)

// settle calls f when events came and then none for o.Quiet, or events for o.Patience, until ctx ends.
func settle(ctx context.Context, o Options, events <-chan struct{}, f func()) {
	var quiet, late <-chan time.Time // nil: nothing is pending
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-events:
			if !ok {
				return
			}
			quiet = time.After(o.Quiet)
			if late == nil {
				late = time.After(o.Patience)
			}
			continue
		case <-quiet:
		case <-late:
		}
		quiet, late = nil, nil
		f()
	}
}
