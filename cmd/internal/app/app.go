package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tandem-sync/tandem/cmd/internal/view"
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
	// Load reads the configuration anew for a reload; nil has none.
	Load Loader
	// LastGood: the configuration is the last good one, since what Load reads has errors.
	LastGood bool
	Logger   *slog.Logger // nil discards
	// Level, if set, is the level of the loggers and follows the configuration.
	Level *slog.LevelVar
	// Cycles is the logger of cycles, for whoever tells their reports otherwise; nil is Logger.
	Cycles *slog.Logger
	// Secrets is told all secrets of the configurations, and takes them out of what the systems say; nil is one of
	// the App's own. Whoever makes Logger takes them out of what it writes by the same one.
	Secrets *pipeline.Redactor
	Trace   engine.Trace // nil traces nothing
	Clock   Clock        // zero fields are the machine's clock
	// HistoryEvents is how many events of a pipeline the state keeps; 0 is state.DefaultHistoryEvents.
	HistoryEvents int
	// Seed tells the schedules of this daemon from those of others; "" is made of the machine's name and the
	// state directory.
	Seed string
}

// App is a configuration brought to life. Two of them can live in one process, on two state directories.
type App struct {
	load          Loader
	lastGood      bool
	version       string
	level         *slog.LevelVar
	logger        *slog.Logger
	cycles        *slog.Logger
	secrets       *pipeline.Redactor
	clock         Clock
	trace         engine.Trace
	seed          string // of the schedules, see schedule.New
	registry      *prometheus.Registry
	metrics       *metrics
	engineMetrics *engine.Metrics
	webMetrics    *web.Metrics
	state         openState
	studio        *picture.Studio // one for all pipelines: it bounds the memory that images take

	reloading chan struct{}    // one token: whoever has it may replace now, and use the next two
	lanes     map[string]*lane // of every pipeline that this process ever had
	stopped   bool

	bell bell

	mu      sync.Mutex
	now     *live
	refused *view.Refused   // nil while what was read last is live
	begun   map[string]bool // cycles that were asked for and wait for their turn
	// background runs f until the daemon ends; nil unless started.
	background func(f func(ctx context.Context))

	server    *web.Server // nil unless started
	hooks     *hooks      // nil unless started
	started   time.Time
	scheduled atomic.Bool        // all pipelines are on their schedules
	begin     chan *runner       // runners to be scheduled, once started
	beat      chan struct{}      // what begins the schedules receives, to show that it does
	ended     <-chan struct{}    // closed when the schedules end; nil unless started
	cancel    context.CancelFunc // ends the schedules
	working   sync.WaitGroup
}

var _ web.Backend = (*App)(nil)

// source is one configured system.
type source struct {
	label, kind string
	configured  config.Source
	around      around
	endpoint    pipeline.Endpoint // as it is, without retries
	retrying    pipeline.Endpoint
	webhook     *pipeline.Webhook // nil: it is not called by the source
	health      *health

	users int // configurations and schedules that use it; guarded by App.mu
}

// New brings a valid configuration to life without calling anybody: it opens the endpoints and the state
// and puts the engines together. The App must be stopped. Errors are those of the state, state_locked
// above all.
func New(ctx context.Context, cfg *config.Config, o Options) (*App, error) {
	a := &App{
		load: o.Load, trace: o.Trace, lastGood: o.LastGood, version: o.Version, level: o.Level, logger: o.Logger, clock: withDefaults(o.Clock),
		registry: prometheus.NewRegistry(), studio: newStudio(),
		reloading: make(chan struct{}, 1), lanes: map[string]*lane{}, begun: map[string]bool{}, begin: make(chan *runner), beat: make(chan struct{}),
	}
	if a.logger == nil {
		a.logger = slog.New(slog.DiscardHandler)
	}
	if a.secrets = o.Secrets; a.secrets == nil {
		a.secrets = pipeline.NewRedactor()
	}
	if a.seed = o.Seed; a.seed == "" {
		host, _ := os.Hostname() // "" will do
		a.seed = host + "\n" + cfg.Daemon.StateDir
	}
	if a.cycles = o.Cycles; a.cycles == nil {
		a.cycles = a.logger
	}
	a.metrics = newMetrics(a.registry, a.version, func() float64 { return float64(a.state.bytes()) })
	a.engineMetrics = engine.NewMetrics(a.registry)
	a.registry.MustRegister(standing{a})
	a.webMetrics = web.NewMetrics(a.registry)
	var err error
	if a.state, err = open(cfg.Daemon.StateDir, o, a.logger, a.clock); err != nil {
		return nil, err
	}
	if a.now, err = a.build(ctx, cfg, &live{}); err != nil {
		return nil, errors.Join(err, a.state.Close())
	}
	a.now.users = 1
	for _, s := range a.now.sources {
		s.users++
	}
	a.metrics.loaded(cfg.Hash, a.now.generation, a.now.since)
	a.tell(ctx, a.now.runners)
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

// around is what an endpoint is told of the rest of the configuration.
type around struct {
	hosts       []string // see pipeline.Deps
	authorities string   // as well
	variants    bool
}

func aroundOf(cfg *config.Config, source string) around {
	return around{hosts: mediaHosts(cfg.Media), authorities: mediaAuthorities(cfg.Media), variants: linksVariants(cfg, source)}
}

func (x around) same(y around) bool {
	return slices.Equal(x.hosts, y.hosts) && x.authorities == y.authorities && x.variants == y.variants
}

// linksVariants tells whether the pipelines of a source link the variants of its products.
func linksVariants(cfg *config.Config, source string) bool {
	return slices.ContainsFunc(cfg.Pipelines, func(d *pipeline.Definition) bool {
		return slices.Contains(d.Sources[:], source) && d.Family.Parent != ""
	})
}

func (a *App) openSource(s config.Source, around around) (*source, error) {
	seen := &health{now: a.clock.Now}
	measured := a.metrics.observer(s.Label)
	endpoint, err := s.Kind.Open(s.Settings, pipeline.Deps{
		Source: s.Label, Logger: a.logger.With("source", s.Label),
		Observe: func(operation string, took time.Duration, err error) {
			seen.observe(operation, took, a.secrets.Error(err))
			measured(operation, took, err)
		}, Now: a.clock.Now, MediaHosts: around.hosts, MediaCA: around.authorities, Variants: around.variants,
	})
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", s.Label, err)
	}
	opened := &source{label: s.Label, kind: s.Kind.Name, configured: s, around: around, endpoint: endpoint, health: seen}
	opened.retrying = discreet{a.retrying(opened), a.secrets}
	if s.Kind.Webhook != nil {
		opened.webhook = s.Kind.Webhook(s.Settings)
	}
	return opened, nil
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
	a.reloading <- struct{}{} // after the reload that is under way, which waits for nobody
	defer func() { <-a.reloading }()
	if a.stopped {
		return err
	}
	a.stopped = true
	a.drop(a.current())
	return errors.Join(err, a.state.Close())
}
