package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/cli"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// The lines of the schedule block.
const (
	everyFewSeconds = `every = "5s"`
	byHand          = `manual = true`
)

// stopGrace is how long the daemon may take to end.
const stopGrace = 10 * time.Second

// Runner runs the demonstration.
type Runner struct {
	// Program is how this process was called (os.Args[0]), for the commands that are shown.
	Program string
}

// Run is the cli.DemoFunc. It returns when ctx ends or, with Once, after two cycles. Nothing is left
// behind: neither a process nor a file.
func (r Runner) Run(ctx context.Context, o cli.DemoOptions) ([]pipeline.Report, error) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP) // the terminal is closed
	defer stop()
	reports, err := r.run(ctx, o)
	switch {
	case !errors.Is(err, context.Canceled):
		return reports, err
	case o.Once:
		return nil, &pipeline.Error{Code: pipeline.CodeStopped, Message: "the demonstration was stopped before its end"}
	}
	return nil, nil // it was to run until somebody ends it
}

func (r Runner) run(ctx context.Context, o cli.DemoOptions) (reports []pipeline.Report, err error) {
	d, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close(context.WithoutCancel(ctx))) }()
	if o.Once {
		return d.once(ctx)
	}
	return nil, d.show(ctx, r.Program)
}

// demo is everything that runs.
type demo struct {
	dir    string // of configuration and state
	shop   *shop
	desk   *desk
	app    *app.App
	logger *slog.Logger
	text   io.Writer
	usual  bool // the daemon listens at its usual address
}

// open starts both systems and the desk, and makes the daemon without starting it. When it fails nothing
// is left.
func open(ctx context.Context, o cli.DemoOptions) (_ *demo, err error) {
	d := &demo{text: o.Text}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close(context.WithoutCancel(ctx)))
		}
	}()
	if d.dir, err = directory(); err != nil {
		return nil, err
	}
	if err = os.Mkdir(filepath.Join(d.dir, imagesDir), 0o755); err != nil {
		return nil, err
	}
	if d.shop, err = openShop(time.Now()); err != nil {
		return nil, err
	}
	if d.desk, err = openDesk(d.shop, filepath.Join(d.dir, imagesDir)); err != nil {
		return nil, err
	}
	cfg, err := d.configure(o.Once)
	if err != nil {
		return nil, err
	}
	level := &slog.LevelVar{}
	level.Set(cfg.Daemon.Log.Level)
	d.logger = slog.New(slog.NewTextHandler(o.Log, &slog.HandlerOptions{Level: level}))
	d.app, err = app.New(ctx, cfg, app.Options{Version: o.Version, Load: d.load, Logger: d.logger, Level: level})
	return d, err
}

// load reads the configuration as the user has left it.
func (d *demo) load() (*config.Config, hcl.Diagnostics) { return load(d.dir) }

// configure writes and reads the configuration. For two cycles the daemon listens where nobody looks.
func (d *demo) configure(once bool) (*config.Config, error) {
	if once {
		return d.shop.configure(d.dir, d.desk.url, "127.0.0.1:0", byHand)
	}
	var listen string
	listen, d.usual = freeAddress()
	return d.shop.configure(d.dir, d.desk.url, listen, everyFewSeconds)
}

// cycle runs one cycle now.
func (d *demo) cycle(ctx context.Context) (pipeline.Report, error) {
	reports, err := d.app.Sync(ctx, web.SyncRequest{}, nil)
	if err := errors.Join(err, ctx.Err()); err != nil {
		return pipeline.Report{}, err
	}
	return reports[0], nil
}

// close ends what runs, in the order opposite to open.
func (d *demo) close(ctx context.Context) error {
	var errs []error
	if d.app != nil {
		ctx, cancel := context.WithTimeout(ctx, stopGrace)
		defer cancel()
		errs = append(errs, d.app.Stop(ctx))
	}
	if d.desk != nil {
		errs = append(errs, d.desk.close())
	}
	if d.shop != nil {
		errs = append(errs, d.shop.close())
	}
	if d.dir != "" {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}
