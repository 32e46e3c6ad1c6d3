package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// Options of an App. The zero value is usable.
type Options struct {
	State   StateUse
	Version string
	Logger  *slog.Logger // nil discards
	// Cycles is the logger of cycles, for whoever tells their reports otherwise; nil is Logger.
	Cycles *slog.Logger
	Clock  Clock // zero fields are the machine's clock and randomness
}

// App is one configuration brought to life. Two of them can live in one process, on two state
// directories.
type App struct {
	config        *config.Config
	version       string
	logger        *slog.Logger
	cycles        *slog.Logger
	clock         Clock
	registry      *prometheus.Registry
	metrics       *metrics
	engineMetrics *engine.Metrics
	state         openState
	sources       []*source
	stores        []*store
	studio        *picture.Studio // one for all pipelines: it bounds the memory that images take
	runners       []*runner

	server    *web.Server // nil unless started
	started   time.Time
	scheduled atomic.Bool        // all pipelines are on their schedules
	cancel    context.CancelFunc // ends the schedules
	working   sync.WaitGroup
}

var _ web.Backend = (*App)(nil)

// source is one configured system.
type source struct {
	label, kind string
	endpoint    pipeline.Endpoint // as it is, without retries
	retrying    pipeline.Endpoint
}

// New brings a valid configuration to life without calling anybody: it opens the endpoints and the state
// and puts the engines together. The App must be stopped. Errors are those of the state, state_locked
// above all.
func New(ctx context.Context, cfg *config.Config, o Options) (*App, error) {
	a := &App{
		config: cfg, version: o.Version, logger: o.Logger, clock: withDefaults(o.Clock),
		registry: prometheus.NewRegistry(), studio: newStudio(),
	}
	if a.logger == nil {
		a.logger = slog.New(slog.DiscardHandler)
	}
	if a.cycles = o.Cycles; a.cycles == nil {
		a.cycles = a.logger
	}
	a.metrics = newMetrics(a.registry, a.version, func() float64 { return float64(a.state.bytes()) })
	a.engineMetrics = engine.NewMetrics(a.registry)
	a.metrics.loaded(cfg.Hash, 1, a.clock.Now())
	if err := a.open(ctx, o); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func withDefaults(c Clock) Clock {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = engine.Wait
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return c
}

func (a *App) open(ctx context.Context, o Options) error {
	for _, s := range a.config.Sources {
		if err := a.openSource(s); err != nil {
			return err
		}
	}
	for _, m := range a.config.Media {
		if err := a.openStore(m); err != nil {
			return err
		}
	}
	var err error
	if a.state, err = open(a.config.Daemon.StateDir, o.State, a.logger, a.clock); err != nil {
		return err
	}
	for _, d := range a.config.Pipelines {
		if err := a.openPipeline(ctx, d); err != nil {
			return fmt.Errorf("pipeline %s: %w", d.Name, err)
		}
	}
	return nil
}

func (a *App) openSource(s config.Source) error {
	endpoint, err := s.Kind.Open(s.Settings, pipeline.Deps{
		Source: s.Label, Logger: a.logger.With("source", s.Label),
		Observe: a.metrics.observer(s.Label), Now: a.clock.Now, MediaHosts: mediaHosts(a.config.Media),
		Variants: a.linksVariants(s.Label),
	})
	if err != nil {
		return fmt.Errorf("source %s: %w", s.Label, err)
	}
	opened := &source{label: s.Label, kind: s.Kind.Name, endpoint: endpoint}
	opened.retrying = a.retrying(opened)
	a.sources = append(a.sources, opened)
	return nil
}

// linksVariants tells whether the pipelines of a source link the variants of its products.
func (a *App) linksVariants(source string) bool {
	return slices.ContainsFunc(a.config.Pipelines, func(d *pipeline.Definition) bool {
		return slices.Contains(d.Sources[:], source) && d.Family.Parent != ""
	})
}

func (a *App) openPipeline(ctx context.Context, d *pipeline.Definition) error {
	var endpoints [2]pipeline.Endpoint
	for _, side := range pipeline.Sides() {
		for _, s := range a.sources {
			if s.label == d.Sources[side] {
				endpoints[side] = s.retrying
			}
		}
		if endpoints[side] == nil {
			return fmt.Errorf("there is no source %q", d.Sources[side]) // cannot happen with a valid configuration
		}
	}
	store, err := a.state.pipeline(ctx, d)
	if err != nil {
		return err
	}
	a.runners = append(a.runners, &runner{
		definition: d, store: store, clock: a.clock, engine: a.compose(d, endpoints, store),
	})
	return nil
}

// Stop ends what runs: cycles under way finish their batch, calls get their answers until ctx is done;
// then everything is closed. It is the end of an App that was never started, too.
func (a *App) Stop(ctx context.Context) error {
	var err error
	if a.cancel != nil {
		a.cancel()
	}
	if a.server != nil {
		err = a.server.Stop(ctx)
	}
	a.working.Wait()
	return errors.Join(err, a.close())
}

func (a *App) close() error {
	var errs []error
	closers := []io.Closer{}
	for _, s := range a.sources {
		closers = append(closers, s.endpoint)
	}
	for _, c := range append(closers, a.state) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
