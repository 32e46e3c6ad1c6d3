package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/config"
)

// stopGrace is how long calls under way may take to get their answer once the daemon stops.
const stopGrace = 30 * time.Second

func (c *cli) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Run the daemon until SIGTERM",
		Long: "Run the daemon: each pipeline by its schedule, the commands' socket, metrics and API. SIGTERM\n" +
			"and SIGINT finish the batch that is under way; a second one ends the process at once, which\n" +
			"loses nothing. systemd is told when the daemon is ready and when it stops.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, diags, err := c.load()
			if err != nil {
				return err
			}
			if err := c.valid(cfg, diags); err != nil {
				return err
			}
			logger := c.daemonLogger(cfg.Daemon.Log)
			for _, d := range diags {
				logger.Warn("configuration", "summary", d.Summary, "detail", d.Detail)
			}
			return c.daemon(cmd.Context(), cfg, logger)
		},
	}
}

// daemon runs until ctx ends.
func (c *cli) daemon(ctx context.Context, cfg *config.Config, logger *slog.Logger) error {
	a, err := app.New(ctx, cfg, app.Options{Version: c.Version, Logger: logger})
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Stop(ctx))
	}
	supervisor := newSupervisor(logger)
	supervisor.ready()
	waitForEnd(ctx, logger)
	supervisor.stopping()
	logger.Info("stopping", "grace", stopGrace.String())
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if err := a.Stop(grace); err != nil {
		return err
	}
	logger.Info("stopped")
	return nil
}

// waitForEnd returns when ctx ends. A SIGHUP in the meantime must not kill the daemon.
func waitForEnd(ctx context.Context, logger *slog.Logger) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			logger.Warn("SIGHUP: this version cannot reload its configuration; restart it")
		}
	}
}

// daemonLogger is the logger that the daemon block describes.
func (c *cli) daemonLogger(log config.Log) *slog.Logger {
	o := &slog.HandlerOptions{Level: log.Level}
	if log.Format == config.LogText || log.Format == config.LogAuto && c.StderrTerminal {
		return slog.New(slog.NewTextHandler(c.Stderr, o))
	}
	return slog.New(slog.NewJSONHandler(c.Stderr, o))
}
