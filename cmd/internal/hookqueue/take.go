package hookqueue

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state"
)

// Taken is what a cycle is given.
type Taken struct {
	Pipeline string
	// Hints are by source, sorted.
	Hints map[string][]pipeline.Hint
	calls map[id]int
}

// Take waits until records of a pipeline are due, by sleep, which is given a context to end it early, and returns
// them. They stay in the queue until Done. One goroutine may take of a pipeline at a time.
func (q *Queue) Take(ctx context.Context, pipeline string, sleep func(context.Context, time.Duration) error) (Taken, error) {
	for {
		taken, a := q.due(pipeline)
		if len(taken.calls) > 0 {
			return taken, nil
		}
		if err := a.wait(ctx, q.cfg.Now(), sleep); err != nil {
			return Taken{}, err
		}
	}
}

// wait returns when the alarm goes off, or with the error of ctx.
func (a *alarm) wait(ctx context.Context, now time.Time, sleep func(context.Context, time.Duration) error) error {
	if a.at.IsZero() {
		select {
		case <-a.up:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-a.up:
			cancel()
		case <-short.Done():
		}
	}()
	_ = sleep(short, a.at.Sub(now)) // woken early is as good
	return ctx.Err()
}

// due returns what is due, or the alarm that goes off when something may be.
func (q *Queue) due(name string) (Taken, *alarm) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.cfg.Now()
	t := Taken{Pipeline: name, Hints: map[string][]pipeline.Hint{}, calls: map[id]int{}}
	next := time.Time{}
	for k, e := range q.entries[name] {
		switch at := e.due(); {
		case e.writing != nil:
			// The write's end is near, but it wakes nobody: it is due later than that in any case.
			if later := now.Add(e.timing.Settle); next.IsZero() || later.Before(next) {
				next = later
			}
		case !at.After(now):
			t.calls[k] = e.calls
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	if len(t.calls) > mostTaken { // the rest is due still; which go first is the same each time
		for _, k := range slices.SortedFunc(maps.Keys(t.calls), compareIDs)[mostTaken:] {
			delete(t.calls, k)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(t.calls), compareIDs) {
		t.Hints[k.source] = append(t.Hints[k.source], k.hint)
	}
	a := &alarm{at: next, up: make(chan struct{})}
	q.alarms[name] = a
	return t, a
}

func compareIDs(a, b id) int {
	if c := strings.Compare(a.source, b.source); c != 0 {
		return c
	}
	return strings.Compare(string(a.hint), string(b.hint))
}

// wakeBy makes sure that the reader of a pipeline looks at that time.
func (q *Queue) wakeBy(name string, at time.Time) {
	a := q.alarms[name]
	if a == nil || !a.at.IsZero() && !at.Before(a.at) {
		return
	}
	close(a.up)
	delete(q.alarms, name)
}

// Done forgets what a cycle that ended well has read, but for what was called about since it was taken, and for
// what is to be read again.
func (q *Queue) Done(ctx context.Context, t Taken) error {
	q.mu.Lock()
	now := q.cfg.Now()
	var read []state.WaitingHint
	for k, calls := range t.calls {
		e := q.entries[t.Pipeline][k]
		if e == nil || e.calls != calls {
			continue
		}
		if !e.again && e.timing.Again > 0 {
			e.again, e.last = true, now
			q.wakeBy(t.Pipeline, e.due())
			continue
		}
		delete(q.entries[t.Pipeline], k)
		read = append(read, state.WaitingHint{Pipeline: t.Pipeline, Source: k.source, Hint: k.hint})
	}
	b := q.drop(read)
	q.mu.Unlock()
	return b.wait(ctx)
}

// drop puts entries that have left the queue into the next write to the disk: before those that come to be from
// now on. It returns nil for nothing.
func (q *Queue) drop(hints []state.WaitingHint) *batch {
	if len(hints) == 0 {
		return nil
	}
	b := q.next()
	b.drop = append(b.drop, hints...)
	return b
}

// wait returns when the batch is on the disk.
func (b *batch) wait(ctx context.Context) error {
	if b == nil {
		return nil
	}
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Forget drops everything of a pipeline that is no more.
func (q *Queue) Forget(ctx context.Context, name string) error {
	q.mu.Lock()
	var gone []state.WaitingHint
	for k := range q.entries[name] {
		gone = append(gone, state.WaitingHint{Pipeline: name, Source: k.source, Hint: k.hint})
	}
	delete(q.entries, name)
	delete(q.alarms, name)
	b := q.drop(gone)
	q.mu.Unlock()
	return b.wait(ctx)
}
