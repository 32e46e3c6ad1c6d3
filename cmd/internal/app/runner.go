package app

import (
	"context"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// runner is one pipeline of an App with what is known of it at this moment.
type runner struct {
	definition *pipeline.Definition
	sources    [2]*source
	media      *store // nil: none
	store      pipeline.Store
	lane       *lane
	engine     *engine.Engine
	clock      Clock
	bell       *bell
	agenda     agenda
	longest    time.Duration // between two cycles that the schedule plans; 0 where it plans none

	retired bool               // another runner, or none, has the pipeline; guarded by App.mu
	stop    context.CancelFunc // ends its schedule, nil unless scheduled; guarded by App.mu

	mu      sync.Mutex
	running *view.Progress // nil when no cycle is under way
	next    time.Time      // zero when none is planned
	gotOn   time.Time      // when the ordinary cycle under way last got on; zero when none did
}

// same tells whether r does what other would do, with the same sources and store.
func (r *runner) same(other *runner) bool {
	return r.definition.Hash == other.definition.Hash && r.sources == other.sources && r.media == other.media
}

// sync runs one cycle.
func (r *runner) sync(ctx context.Context, full bool, progress func(view.Progress)) pipeline.Report {
	tell := r.progress(progress)
	defer r.setRunning(nil)
	defer r.setGotOn(time.Time{})
	return r.engine.Sync(ctx, engine.Options{Full: full, Progress: func(p engine.Progress) {
		if p.Done > 0 {
			r.setGotOn(r.clock.Now())
		}
		tell(p)
	}})
}

// syncHints runs a cycle of what webhooks named.
func (r *runner) syncHints(ctx context.Context, hints [2][]pipeline.Hint) pipeline.Report {
	tell := r.progress(nil)
	defer r.setRunning(nil)
	return r.engine.Sync(ctx, engine.Options{Hints: hints, Progress: tell})
}

// progressEvery is how often progress is passed on at most, stages that begin or end apart.
const progressEvery = 200 * time.Millisecond

// progress returns what the engine reports to: it remembers the progress for the status and passes
// it on, not more often than somebody can read.
func (r *runner) progress(to func(view.Progress)) func(engine.Progress) {
	var last time.Time
	var stage pipeline.StageName
	return func(p engine.Progress) {
		v := view.Progress{Pipeline: r.definition.Name, Stage: p.Stage, Done: p.Done, Total: p.Total}
		r.setRunning(&v)
		now := r.clock.Now()
		if to == nil || p.Stage == stage && p.Done != p.Total && now.Sub(last) < progressEvery {
			return
		}
		last, stage = now, p.Stage
		to(v)
	}
}

func (r *runner) setRunning(p *view.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bell.ring((p == nil) == (r.running == nil))
	r.running = p
}

func (r *runner) setGotOn(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gotOn = at
}

func (r *runner) setNext(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = at
	r.bell.ring(false)
}

// now tells what is under way and when the next run is planned.
func (r *runner) now() (running *view.Progress, next *time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.next.IsZero() {
		at := r.next
		next = &at
	}
	return r.running, next
}
