package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/tracing"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/config/watch"
)

// stopGrace is how long calls under way may take to get their answer once the daemon stops.
const stopGrace = 30 * time.Second

func (c *cli) runCommand() *cobra.Command {
	var lastGood bool
	var stateDir string
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon until SIGTERM",
		Long: "Run the daemon: each pipeline by its schedule, the commands' socket, metrics and API. SIGTERM\n" +
			"and SIGINT finish the batch that is under way; a second one ends the process at once, which\n" +
			"loses nothing. A change of the configuration's files is taken in by itself, and on SIGHUP: whole or not at\n" +
			"all. systemd is told when the daemon is ready, reloads and stops.",
		Example: "  tandem run -c /etc/tandem\n" +
			"  tandem run -c /etc/tandem --last-good",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &service{cli: c, supervisor: &supervisor{logger: slog.New(slog.DiscardHandler)}}
			err := d.run(cmd.Context(), lastGood, stateDir)
			d.supervisor.failed(err)
			return err
		},
	}
	cmd.Flags().BoolVar(&lastGood, "last-good", false, "start with the last good configuration if the present one has errors")
	cmd.Flags().StringVar(&stateDir, "state-dir", "", "`directory` where the last good one is, if the broken one does not say it")
	return cmd
}

// telling is load that tells, each time it read, which files were read beside those of the configuration. What nobody took
// yet is replaced. Nobody reads twice at once.
func telling(load app.Loader, files chan []string) app.Loader {
	return func() (*config.Config, hcl.Diagnostics) {
		cfg, diags := load()
		select {
		case <-files:
		default:
		}
		files <- cfg.Reads
		return cfg, diags
	}
}

// service is the process of `tandem run`.
type service struct {
	*cli
	app        *app.App
	dir        string          // of the configuration
	files      <-chan []string // that it reads beside its own, after each reading
	logger     *slog.Logger
	supervisor *supervisor
}

// run runs until ctx ends.
func (d *service) run(ctx context.Context, lastGood bool, stateDir string) error {
	hangup := make(chan os.Signal, 1) // from the start: one that came before would end the process
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	read, dir, err := d.loader()
	if err != nil {
		return err
	}
	files := make(chan []string, 1)
	load := telling(read, files)
	cfg, diags := load()
	old := lastGood && diags.HasErrors()
	if old {
		err = d.lastGood(&cfg, &diags, stateDir)
	} else {
		err = d.valid(cfg, diags)
	}
	if err != nil {
		return err
	}
	level := &slog.LevelVar{}
	level.Set(cfg.Daemon.Log.Level)
	secrets := d.secretsOf(cfg)
	d.dir, d.files = dir, files
	d.logger = slog.New(discreetHandler{d.daemonLogger(cfg.Daemon.Log.Format, level).Handler(), secrets})
	d.supervisor.logger = d.logger
	for _, g := range view.DiagnosticsOf(diags, cfg.Files) {
		d.logger.Warn("configuration", "summary", g.Summary, "detail", g.Detail, "file", g.File, "line", g.Line)
	}
	o := app.Options{Version: d.Version, Load: load, LastGood: old, Logger: d.logger, Secrets: secrets, Level: level}
	stopTraces, err := d.traces(ctx, &o)
	if err != nil {
		return err
	}
	defer stopTraces()
	if err := d.start(ctx, cfg, o); err != nil {
		return err
	}
	d.follow(ctx, hangup)
	return d.stop(ctx)
}

// start returns once the daemon works, or nothing of it is left.
func (d *service) start(ctx context.Context, cfg *config.Config, o app.Options) error {
	err := d.supervisor.during(func() (err error) {
		if d.app, err = newApp(ctx, cfg, o); err != nil {
			return err
		}
		if err := d.app.Start(ctx); err != nil {
			return errors.Join(err, d.app.Stop(ctx))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if o.LastGood {
		d.logger.Warn("started with the last good configuration, since the present one has errors", "hash", cfg.Hash)
		d.reload(ctx) // tells what is wrong with it
	}
	d.supervisor.pulse = d.app.Pulse
	d.supervisor.ready(ctx)
	return nil
}

func (d *service) stop(ctx context.Context) error {
	d.supervisor.stopping()
	d.logger.Info("stopping", "grace", stopGrace.String())
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if err := d.supervisor.during(func() error { return d.app.Stop(grace) }); err != nil {
		return err
	}
	d.logger.Info("stopped")
	return nil
}

// tracesGrace is how long the collector may take for the last traces.
const tracesGrace = 5 * time.Second

// traces has the cycles traced where the environment asks for it, until stop is called.
func (d *service) traces(ctx context.Context, o *app.Options) (stop func(), err error) {
	if !tracing.Wanted(d.Getenv) {
		return func() {}, nil
	}
	t, err := tracing.New(ctx, tracing.Options{Version: d.Version, Logger: d.logger})
	if err != nil {
		return nil, err
	}
	o.Trace = t.Begin
	d.logger.Info("cycles are traced")
	return func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), tracesGrace)
		defer cancel()
		t.Stop(grace)
	}, nil
}

// follow takes changes of the configuration in until ctx ends: on SIGHUP, and when its files change.
func (d *service) follow(ctx context.Context, hangup <-chan os.Signal) {
	changed := make(chan struct{}, 1)
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() { d.watch(ctx, changed) })
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			d.logger.Info("SIGHUP: reading the configuration")
			d.supervisor.reload(ctx, func() { d.reload(ctx) })
		case <-changed:
			d.reload(ctx)
			d.supervisor.refresh(ctx)
		}
	}
}

// watch asks for a reload whenever the files may have changed. One that is asked for is not asked for twice.
func (d *service) watch(ctx context.Context, changed chan<- struct{}) {
	o := watch.Options{Quiet: watch.DefaultQuiet, Patience: watch.DefaultPatience, Files: d.files, Logger: d.logger}
	err := watch.Dir(ctx, d.dir, o, func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	if err != nil {
		d.logger.Warn("the configuration is not watched; SIGHUP and `tandem reload` take changes in", "error", err)
	}
}

// reload takes the configuration in. What becomes of it the App tells the log.
func (d *service) reload(ctx context.Context) {
	if _, err := d.app.Reload(ctx); err != nil && ctx.Err() == nil {
		d.logger.Error("the configuration could not be read", "error", err)
	}
}
