package app

import (
	"context"
	"errors"
	"os"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

// Start makes the App a daemon: it listens, and runs each pipeline by its schedule, the first time at
// once. Everything goes on in the background until Stop; ctx ends the schedules too. When Start fails
// nothing is left running, and the App is still to be stopped.
func (a *App) Start(ctx context.Context) error {
	server := web.NewServer(web.Config{
		Backend: a, Gatherer: a.registry, Ready: a.ready, StateDir: a.config.Daemon.StateDir,
		Listen: a.config.Daemon.Listen, Token: a.config.Daemon.Token, Version: a.version, Logger: a.logger,
	})
	a.server, a.started = server, a.clock.Now() // before the first call can come
	if err := server.Start(); err != nil {
		a.server = nil
		return err
	}
	ctx, a.cancel = context.WithCancel(ctx)
	for _, r := range a.runners {
		if every := r.definition.Schedule.Every; every > 0 {
			a.working.Go(func() {
				interval(ctx, a.clock, every, r.setNext, func(ctx context.Context) { r.sync(ctx, false, nil) })
			})
		}
	}
	a.scheduled.Store(true)
	a.logger.Info("listening", "address", server.Address(), "state", a.config.Daemon.StateDir)
	return nil
}

// Address is where a started App listens.
func (a *App) Address() string { return a.server.Address() }

// ready returns nil when the daemon does its work: every pipeline is on its schedule and the state
// can be written.
func (a *App) ready() error {
	if !a.scheduled.Load() {
		return errors.New("the pipelines are being started")
	}
	return a.state.state.Err()
}

func (a *App) daemonView() *view.Daemon {
	if a.server == nil {
		return nil
	}
	return &view.Daemon{PID: os.Getpid(), Since: a.started, Listen: a.server.Address()}
}
