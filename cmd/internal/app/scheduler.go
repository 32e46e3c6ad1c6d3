package app

import (
	"context"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/schedule"
)

// Clock is time as the daemon sees it, injected so that tests need not wait.
type Clock struct {
	Now func() time.Time
	// Sleep waits for d, or returns the context's error.
	Sleep func(ctx context.Context, d time.Duration) error
	// Random returns a number in [0, 1) that spreads the pauses between calls that are tried again.
	Random func() float64
}

// longestSleep bounds how late the daemon notices that the machine slept, or that its clock was set.
const longestSleep = time.Minute

// agenda is when a pipeline runs, apart from what its state remembers.
type agenda struct {
	plan *schedule.Plan

	mu    sync.Mutex
	early context.CancelFunc // ends the sleep under way; nil while nobody sleeps
	moved bool               // something changed while nobody slept
	soon  bool               // a cycle is due whatever the plan says
	// last is the last cycle that the schedule ran, for what the state could not remember.
	last *pipeline.Report
}

// replan has the next cycle worked out anew, after a change of what it depends on.
func (g *agenda) replan() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.moved = true
	if g.early != nil {
		g.early()
	}
}

// decided has a pipeline that works in real time carry out at once what somebody decided; others wait for their time.
func (r *runner) decided() {
	if !r.definition.Schedule.Realtime {
		return
	}
	g := &r.agenda
	g.mu.Lock()
	g.soon = true
	g.mu.Unlock()
	g.replan()
}

// follow runs the cycles of a pipeline as they become due, until planning ends. A cycle that is under way goes on
// to its end then, unless ctx ends too.
func (r *runner) follow(planning, ctx context.Context) {
	for planning.Err() == nil {
		next, planned, err := r.due(planning)
		now := wall(r.clock)
		switch {
		case err != nil: // the state cannot be read; it says so itself
			next, planned = schedule.Run{At: now.Add(longestSleep)}, true
		case planned && !next.At.After(now):
			r.begin(ctx, next)
			continue
		}
		r.setNext(next.At)
		r.sleep(planning, next.At, planned)
	}
}

// begin runs a planned cycle.
func (r *runner) begin(ctx context.Context, run schedule.Run) {
	g := &r.agenda
	g.mu.Lock()
	g.soon = false
	g.mu.Unlock()
	report := r.sync(ctx, run.Full, nil)
	if report.Error != nil && report.Error.Code == pipeline.CodePaused {
		return // due sees it
	}
	g.mu.Lock()
	g.last = &report
	g.mu.Unlock()
}

// due works out when the next cycle is due; false where none is planned.
func (r *runner) due(ctx context.Context) (schedule.Run, bool, error) {
	g := &r.agenda
	g.mu.Lock()
	g.moved = false
	g.mu.Unlock()
	pause, err := r.store.Paused(ctx)
	if err != nil || pause != nil {
		return schedule.Run{}, false, err
	}
	now := wall(r.clock)
	past, err := r.store.Scheduled(ctx, r.definition.Schedule.String(), now)
	if err != nil {
		return schedule.Run{}, false, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.last != nil && past.Cycle.Started.Before(g.last.Started.Round(0)) { // stopped, or not stored: not at once again
		last := *g.last
		last.Error = nil
		last.Result = pipeline.ResultFailed
		past = past.After(last)
	}
	next, planned := g.plan.Next(past, now)
	if g.soon {
		return schedule.Run{At: now, Full: planned && next.Full && !next.At.After(now)}, true, nil
	}
	return next, planned, nil
}

// sleep waits until at, or for ever if nothing is planned; sooner if something changes or ctx ends.
func (r *runner) sleep(ctx context.Context, at time.Time, planned bool) {
	g := &r.agenda
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g.mu.Lock()
	if g.moved {
		g.mu.Unlock()
		return
	}
	g.early = cancel
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.early = nil
		g.mu.Unlock()
	}()
	if !planned {
		<-ctx.Done()
		return
	}
	for now := wall(r.clock); now.Before(at); now = wall(r.clock) {
		if r.clock.Sleep(ctx, min(at.Sub(now), longestSleep)) != nil {
			return
		}
	}
}

// wall is the time of day, which goes on while the machine sleeps.
func wall(c Clock) time.Time { return c.Now().Round(0) }
