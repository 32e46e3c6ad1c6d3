package app

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

// Start makes the App a daemon: it listens, and runs each pipeline by its schedule. Everything goes on in the
// background until Stop; ctx ends the schedules too. When Start fails nothing is left running, and the App is still to
// be stopped.
func (a *App) Start(ctx context.Context) error {
	configured := a.current().config.Daemon
	server := web.NewServer(web.Config{
		Backend: a, Hooks: a, Gatherer: a.registry, Ready: a.ready, StateDir: configured.StateDir,
		Listen: configured.Listen, Token: configured.Token, Cert: configured.TLS.Cert, Key: configured.TLS.Key, PublicURL: configured.PublicURL,
		Version: a.version, Metrics: a.webMetrics, Logger: a.logger, Now: a.clock.Now,
	})
	if err := a.startHooks(ctx); err != nil {
		return err
	}
	a.server, a.started = server, a.clock.Now() // before the first call can come
	if err := server.Start(); err != nil {
		a.server = nil
		return err
	}
	a.follow(ctx)
	a.keepGood(a.current().config)
	a.logger.Info("listening", "address", server.Address(), "encrypted", configured.TLS.Cert != "", "state", configured.StateDir)
	return nil
}

// follow puts every pipeline on its schedule, until Stop or until ctx ends.
func (a *App) follow(ctx context.Context) {
	ctx, a.cancel = context.WithCancel(ctx)
	a.ended = ctx.Done()
	a.mu.Lock()
	a.background = func(f func(context.Context)) { a.working.Go(func() { f(ctx) }) }
	a.mu.Unlock()
	a.working.Go(func() { a.scheduling(ctx) })
	a.working.Go(func() { a.probeHooks(ctx) })
	for _, r := range a.current().runners {
		a.schedule(r)
	}
	a.scheduled.Store(true)
}

// scheduling starts the schedules that schedule asks for.
func (a *App) scheduling(ctx context.Context) {
	for {
		select {
		case r := <-a.begin:
			a.working.Go(func() { a.run(ctx, r) })
		case <-a.beat:
		case <-ctx.Done():
			return
		}
	}
}

// schedule puts a runner on its schedule, in an App that is started and not about to stop.
func (a *App) schedule(r *runner) {
	if a.ended == nil || !r.agenda.plan.Automatic() {
		return
	}
	select {
	case a.begin <- r:
	case <-a.ended:
	}
}

// run keeps a runner on its schedule until ctx ends or the runner is retired: the cycle under way goes on
// to its end then.
func (a *App) run(ctx context.Context, r *runner) {
	planning, stop := context.WithCancel(ctx)
	defer stop()
	if !a.enter(r, stop) {
		return
	}
	defer a.leave(r)
	if r.definition.Schedule.Realtime {
		var hearing sync.WaitGroup
		defer hearing.Wait()
		hearing.Go(func() { a.listen(planning, ctx, r) })
	}
	r.follow(planning, ctx)
}

// enter keeps the sources of a runner open until it leaves; stop ends its schedule when it is retired. It
// returns false where it is retired already.
func (a *App) enter(r *runner, stop context.CancelFunc) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.retired {
		return false
	}
	r.stop = stop
	for _, s := range r.sources {
		s.users++
	}
	return true
}

func (a *App) leave(r *runner) {
	a.mu.Lock()
	unused := release(r.sources[:])
	a.mu.Unlock()
	a.closeSources(unused)
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
