package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/schedule"
)

// live is one configuration brought to life. It does not change: a reload makes another one, which takes
// over the sources, stores and runners that are the same in both.
type live struct {
	config     *config.Config
	generation int
	since      time.Time
	sources    []*source
	stores     []*store
	runners    []*runner

	users int // calls that use it, and one while it is the current one; guarded by App.mu
}

// lane is what the runners that follow each other on one pipeline share.
type lane struct {
	turn  engine.Turn
	store pipeline.Store
}

// build brings a configuration to life without touching the current one, of which it takes over what is the
// same. When it fails nothing is left of it.
func (a *App) build(ctx context.Context, cfg *config.Config, before *live) (_ *live, err error) {
	a.secrets.Add(cfg.Secrets()...)
	l := &live{config: cfg, generation: before.generation + 1, since: a.clock.Now()}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.discard(before))
		}
	}()
	for _, s := range cfg.Sources {
		if err := a.buildSource(l, s, before); err != nil {
			return nil, err
		}
	}
	for _, m := range cfg.Media {
		if err := a.buildStore(l, m, before); err != nil {
			return nil, err
		}
	}
	for _, d := range cfg.Pipelines {
		if err := a.buildPipeline(ctx, l, d, before); err != nil {
			return nil, fmt.Errorf("pipeline %s: %w", d.Name, err)
		}
	}
	return l, nil
}

func (a *App) buildSource(l *live, s config.Source, before *live) error {
	around := aroundOf(l.config, s.Label)
	for _, known := range before.sources {
		if known.configured.Same(s) && known.around.same(around) {
			l.sources = append(l.sources, known)
			return nil
		}
	}
	opened, err := a.openSource(s, around)
	if err != nil {
		return err
	}
	l.sources = append(l.sources, opened)
	return nil
}

func (a *App) buildStore(l *live, m config.Media, before *live) error {
	for _, known := range before.stores {
		if known.configured.Same(m) {
			l.stores = append(l.stores, known)
			return nil
		}
	}
	opened, err := openStore(m)
	if err != nil {
		return a.secrets.Error(err)
	}
	opened.Store = discreetStore{opened.Store, a.secrets}
	l.stores = append(l.stores, opened)
	return nil
}

func (a *App) buildPipeline(ctx context.Context, l *live, d *pipeline.Definition, before *live) error {
	r := &runner{definition: d, clock: a.clock, bell: &a.bell, media: l.store(d.Media)}
	for _, side := range pipeline.Sides() {
		if r.sources[side] = l.source(d.Sources[side]); r.sources[side] == nil {
			return fmt.Errorf("there is no source %q", d.Sources[side]) // cannot happen with a valid configuration
		}
	}
	if known := before.runner(d.Name); known != nil && known.same(r) {
		l.runners = append(l.runners, known)
		return nil
	}
	begin, err := a.laneOf(ctx, r)
	if err != nil {
		return err
	}
	if r.agenda.plan, err = schedule.New(d.Schedule, a.seed+"\n"+d.Name); err != nil {
		return err // cannot happen with a valid configuration
	}
	r.longest = r.agenda.plan.Longest(a.clock.Now())
	r.engine = a.compose(r, begin)
	l.runners = append(l.runners, r)
	return nil
}

// laneOf gives a runner its lane and its store. What it returns, if anything, makes the store ready for the
// definition and belongs into the runner's first turn: the runner before may be in the middle of a cycle.
func (a *App) laneOf(ctx context.Context, r *runner) (begin func(context.Context) error, err error) {
	d := r.definition
	known := a.lanes[d.Name]
	if known != nil {
		r.lane, r.store = known, known.store
		return func(ctx context.Context) error {
			_, err := a.state.pipeline(ctx, d)
			return err
		}, nil
	}
	if r.store, err = a.state.pipeline(ctx, d); err != nil {
		return nil, err
	}
	r.lane = &lane{turn: engine.NewTurn(), store: r.store}
	a.lanes[d.Name] = r.lane
	return nil, nil
}

// discard closes what l opened and before does not have.
func (l *live) discard(before *live) error {
	var errs []error
	for _, s := range l.sources {
		if !slices.Contains(before.sources, s) {
			errs = append(errs, s.endpoint.Close())
		}
	}
	return errors.Join(errs...)
}

func (l *live) source(label string) *source {
	for _, s := range l.sources {
		if s.label == label {
			return s
		}
	}
	return nil
}

func (l *live) store(name string) *store {
	for _, s := range l.stores {
		if s.name() == name {
			return s
		}
	}
	return nil
}

func (l *live) runner(name string) *runner {
	for _, r := range l.runners {
		if r.definition.Name == name {
			return r
		}
	}
	return nil
}

// hold returns the current configuration for the length of one call: what it consists of is not closed
// before the call drops it.
func (a *App) hold() *live {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now.users++
	return a.now
}

// drop is the end of what hold began. Whoever drops last closes what no later configuration took over.
func (a *App) drop(l *live) {
	a.mu.Lock()
	l.users--
	var unused []*source
	if l.users == 0 {
		unused = release(l.sources)
	}
	a.mu.Unlock()
	a.closeSources(unused)
}

// release counts one user of each source less and returns those that nobody uses. App.mu is held.
func release(sources []*source) (unused []*source) {
	for _, s := range sources {
		if s.users--; s.users == 0 {
			unused = append(unused, s)
		}
	}
	return unused
}

func (a *App) closeSources(sources []*source) {
	for _, s := range sources {
		if err := s.endpoint.Close(); err != nil {
			a.logger.Warn("a source that is no longer used could not be closed", "source", s.label, "error", err)
		}
	}
}
