package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// Loader reads the configuration, valid or not.
type Loader func() (*config.Config, hcl.Diagnostics)

// Reload implements web.Backend: it reads the configuration anew and takes it in whole, or not at all.
//
// Invariant 10: everything that can fail comes before anything that runs is touched. From then on nothing
// can fail. A pipeline whose definition, sources and media store are the same keeps its engine, its schedule
// and the cycle that is under way. A changed one ends the cycle under way and goes on with its new
// definition; a removed one ends it and stops. The error is of code usage where there is nothing to read.
func (a *App) Reload(ctx context.Context) (view.Reload, error) {
	if a.load == nil {
		return view.Reload{}, &pipeline.Error{Code: pipeline.CodeUsage, Message: "this process has its configuration from nowhere that it could read again"}
	}
	select {
	case a.reloading <- struct{}{}:
		defer func() { <-a.reloading }()
	case <-ctx.Done():
		return view.Reload{}, ctx.Err()
	}
	if a.stopped {
		return view.Reload{}, &pipeline.Error{Code: pipeline.CodeStopped, Message: "the daemon is stopping"}
	}
	cfg, diags := a.load()
	found := view.DiagnosticsOf(diags, cfg.Files)
	if diags.HasErrors() {
		return a.refuse(invalid(diags), found), nil
	}
	before := a.current() // nobody else replaces it
	if err := needsRestart(before.config.Daemon, cfg.Daemon); err != nil {
		return a.refuse(err, found), nil
	}
	next, err := a.build(ctx, cfg, before)
	if err != nil {
		return a.refuse(err, found), nil
	}
	changes := compare(before, next)
	changes.Diagnostics = found
	if !changes.Changed {
		a.accept(nil)
		a.keep(cfg)
		changes.Config = a.configView()
		return changes, nil
	}
	a.swap(before, next)
	a.keep(cfg)
	changes.Config = a.configView()
	a.logger.Info("configuration taken in", "generation", next.generation, "hash", cfg.Hash,
		"started", changes.Started, "replaced", changes.Replaced, "stopped", changes.Stopped, "kept", changes.Kept)
	return changes, nil
}

func invalid(diags hcl.Diagnostics) error {
	errs := diags.Errs()
	return &pipeline.Error{
		Code: pipeline.CodeConfiguration, Message: fmt.Sprintf("errors in the configuration: %d; the first: %s", len(errs), errs[0]),
		Remedy: "Correct what is told; the old configuration runs on until then.",
	}
}

// needsRestart names what differs and cannot be changed while the daemon runs.
func needsRestart(was, is config.Daemon) error {
	var names []string
	for _, part := range []struct {
		name    string
		differs bool
	}{
		{"state_dir", was.StateDir != is.StateDir},
		{"listen", was.Listen != is.Listen},
		{"public_url", was.PublicURL != is.PublicURL},
		{"tls", was.TLS != is.TLS},
		{"token", was.Token != is.Token},
		{"log.format", was.Log.Format != is.Log.Format},
	} {
		if part.differs {
			names = append(names, part.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &pipeline.Error{
		Code:    pipeline.CodeNeedsRestart,
		Message: fmt.Sprintf("%s of the daemon block changed, which takes a restart; nothing of the new configuration is live", strings.Join(names, ", ")),
	}
}

// compare tells what a reload changes.
func compare(before, next *live) view.Reload {
	v := view.Reload{OK: true, Started: []string{}, Replaced: []string{}, Stopped: []string{}, Kept: []string{}}
	for _, r := range next.runners {
		switch was := before.runner(r.definition.Name); was {
		case nil:
			v.Started = append(v.Started, r.definition.Name)
		case r:
			v.Kept = append(v.Kept, r.definition.Name)
		default:
			v.Replaced = append(v.Replaced, r.definition.Name)
		}
	}
	for _, r := range before.runners {
		if next.runner(r.definition.Name) == nil {
			v.Stopped = append(v.Stopped, r.definition.Name)
		}
	}
	v.Changed = len(v.Started)+len(v.Replaced)+len(v.Stopped) > 0 || !next.config.Daemon.Same(before.config.Daemon) ||
		!sameParts(before.sources, next.sources) || !sameParts(before.stores, next.stores)
	return v
}

func sameParts[T comparable](a, b []T) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x T) bool { return !slices.Contains(b, x) })
}

// swap makes next the current configuration. Nothing here can fail.
func (a *App) swap(before, next *live) {
	var stops []context.CancelFunc
	a.mu.Lock()
	for _, s := range next.sources {
		s.users++
	}
	next.users = 1
	a.now = next
	for _, r := range before.runners {
		if next.runner(r.definition.Name) != r {
			r.retired = true
			r.engine.Retire()
			if r.stop != nil {
				stops = append(stops, r.stop)
			}
		}
	}
	a.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
	a.accept(next)
	for _, r := range next.runners {
		if was := before.runner(r.definition.Name); was != r {
			r.agenda.soon = was != nil && r.agenda.plan.Starting()
			a.schedule(r)
		}
	}
	a.drop(before)
	a.forget(before, next)
	a.tell(context.Background(), slices.DeleteFunc(slices.Clone(next.runners), func(r *runner) bool {
		return before.runner(r.definition.Name) != nil
	}))
}

// forget takes out of the metrics what is no longer configured.
func (a *App) forget(before, next *live) {
	for _, r := range before.runners {
		if name := r.definition.Name; next.runner(name) == nil {
			a.metrics.forgetPipeline(name)
			a.engineMetrics.ForgetPipeline(name)
		}
		if a.hooks != nil && !next.hears(r.definition.Name) {
			a.hooks.forget(a.logger, r.definition.Name)
		}
	}
	for _, s := range before.sources {
		if next.source(s.label) == nil {
			a.metrics.forgetSource(s.label)
			a.engineMetrics.ForgetSource(s.label)
		}
	}
}

// accept notes that what was read last is live; next is nil where it was so before.
func (a *App) accept(next *live) {
	a.mu.Lock()
	wasRefused := a.refused != nil
	a.refused = nil
	a.mu.Unlock()
	a.bell.ring(false)
	a.metrics.reloaded(true)
	if next != nil {
		a.metrics.loaded(next.config.Hash, next.generation, next.since)
		if a.level != nil {
			a.level.Set(next.config.Daemon.Log.Level)
		}
	} else if wasRefused {
		a.logger.Info("the configuration is again the one that is live")
	}
}

// refuse notes that what was read last is not live.
func (a *App) refuse(err error, found []view.Diagnostic) view.Reload {
	r := &view.Refused{At: a.clock.Now(), Error: view.ErrorOf(err), Diagnostics: found}
	a.mu.Lock()
	told := a.refused != nil && a.refused.Error == r.Error
	if a.refused != nil {
		r.At = a.refused.At
	}
	a.refused = r
	a.mu.Unlock()
	a.bell.ring(false)
	a.metrics.reloaded(false)
	if !told {
		a.logger.Error("configuration not taken in, the old one runs on", "code", r.Error.Code, "error", r.Error.Message, "remedy", r.Error.Remedy)
	}
	v := view.Reload{Config: a.configView(), Started: []string{}, Replaced: []string{}, Stopped: []string{}, Kept: []string{}, Error: &r.Error, Diagnostics: found}
	for _, r := range a.current().runners {
		v.Kept = append(v.Kept, r.definition.Name)
	}
	return v
}

// keep keeps the files, comments included, in an App that is started.
func (a *App) keep(cfg *config.Config) {
	if a.ended != nil {
		a.keepGood(cfg)
	}
}

func (a *App) current() *live {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

func (a *App) configView() view.Config {
	a.mu.Lock()
	defer a.mu.Unlock()
	return view.Config{Hash: a.now.config.Hash, Generation: a.now.generation, Since: a.now.since, LastGood: a.lastGood && a.now.generation == 1, Refused: a.refused}
}
