package app

import (
	"context"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/hookqueue"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

// address is where a source is to call, "" where the configuration does not say how the daemon is reached.
func (l *live) address(s *source) string {
	if l.config.Daemon.PublicURL == "" {
		return ""
	}
	return l.config.Daemon.PublicURL + web.HooksPath + s.label
}

// RegisterHook implements web.Backend.
func (a *App) RegisterHook(ctx context.Context, label string) (view.HookRegistered, error) {
	l := a.hold()
	defer a.drop(l)
	s := l.source(label)
	if s == nil {
		return view.HookRegistered{}, unknown(pipeline.CodeSourceUnknown, "source", label, l.checkable())
	}
	if s.webhook == nil {
		return view.HookRegistered{}, &pipeline.Error{
			Code: pipeline.CodeConfiguration, Message: fmt.Sprintf("source %q has no webhook block", label),
			Remedy: "Write `webhook { secret = … }` into its block: calls are taken from who knows that secret.",
		}
	}
	address := l.address(s)
	if address == "" {
		return view.HookRegistered{}, &pipeline.Error{
			Code: pipeline.CodeConfiguration, Message: "the configuration does not say at which address other systems reach this daemon",
			Remedy: "Write `public_url = \"https://tandem.example.com\"` into the daemon block.",
		}
	}
	keeper, ok := s.endpoint.(pipeline.HookKeeper)
	if !ok {
		return view.HookRegistered{}, &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("the webhook of source %q is entered by hand", label), Remedy: "Enter it there: " + s.webhook.Place(address) + ".",
		}
	}
	was, err := keeper.KeepHook(ctx, address)
	if err != nil {
		return view.HookRegistered{}, a.secrets.Error(err)
	}
	return view.HookRegistered{Source: label, Address: address, Was: was}, nil
}

// hookChecks tells whether the system calls, and where it is to call.
func (l *live) hookChecks(ctx context.Context, s *source) []pipeline.Check {
	if s.webhook == nil {
		return nil
	}
	const name = "webhook"
	var c pipeline.Checkup
	address := l.address(s)
	keeper, ok := s.endpoint.(pipeline.HookKeeper)
	switch {
	case address == "":
		c.Warn(name, "the daemon block has no public_url, so where the system is to call is not known", `Write public_url = "https://tandem.example.com" into the daemon block, with the address at which the system reaches the daemon.`)
	case !ok:
		c.Pass(name, "%s", s.webhook.Place(address))
	default:
		state, err := keeper.HookAt(ctx, address)
		switch {
		case err != nil:
			c.Fail(name, err)
		case state == pipeline.HookOn:
			c.Pass(name, "%s is called", address)
		default:
			c.Fail(name, hookOff(s.label, address, state))
		}
	}
	return c.Checks
}

// hookOff is the error of a webhook that is not called.
func hookOff(label, address string, state pipeline.HookState) *pipeline.Error {
	how := "is not registered"
	if state == pipeline.HookOff {
		how = "is switched off"
	}
	return &pipeline.Error{
		Code: pipeline.CodeWebhookOff, Message: fmt.Sprintf("the webhook of source %s that calls %s %s", label, address, how),
		Remedy: fmt.Sprintf("`tandem webhook register %s` makes it, or switches it on again. Until then the poll finds what changes.", label),
	}
}

// hookProbe is how often a daemon asks whether it is still called.
const hookProbe = 5 * time.Minute

// probeHooks looks whether the systems still call, until ctx ends. One that was switched off is told, and what it
// may have kept to itself is read by a poll at once and when it calls again.
func (a *App) probeHooks(ctx context.Context) {
	was := map[string]pipeline.HookState{}
	for {
		a.probeEach(ctx, was)
		if a.clock.Sleep(ctx, hookProbe) != nil {
			return
		}
	}
}

func (a *App) probeEach(ctx context.Context, was map[string]pipeline.HookState) {
	l := a.hold()
	defer a.drop(l)
	for _, s := range l.sources {
		keeper, ok := s.endpoint.(pipeline.HookKeeper)
		readers := l.readers(s)
		address := l.address(s)
		if !ok || address == "" || len(readers) == 0 {
			a.metrics.hookUnasked(s.label)
			delete(was, s.label)
			continue
		}
		state, err := keeper.HookAt(ctx, address)
		if err != nil {
			a.logger.Debug("whether a source calls is not known", "source", s.label, "error", err)
			continue
		}
		a.metrics.hookOn(s.label, state == pipeline.HookOn)
		before := was[s.label]
		was[s.label] = state
		if before == state {
			continue
		}
		if state != pipeline.HookOn {
			e := hookOff(s.label, address, state)
			a.logger.Error("a source does not call", "source", s.label, "code", e.Code, "error", e.Message, "remedy", e.Remedy)
		}
		if before == "" {
			continue // the first cycle of the pipelines reads everything anyway
		}
		if _, err := a.hooks.queue.Put(ctx, hookqueue.Call{Source: s.label, Pipelines: readers, Hints: []pipeline.Hint{pipeline.AnyRecord}, Timing: s.webhook}); err != nil {
			a.logger.Warn("a poll for what was not called about could not be planned", "source", s.label, "error", err)
		}
	}
}
