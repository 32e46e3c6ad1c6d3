package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/hookqueue"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

// hooks is what an App that is started knows of the calls of its sources.
type hooks struct {
	queue      *hookqueue.Queue
	deliveries deliveries

	mu      sync.Mutex
	last    map[string]time.Time // by source: the last call taken
	refused refusals
}

// refusalPause is the least time between two lines of the log about calls of one source that were not taken for one
// reason: anybody can make such calls, as many as they like. The metric counts each.
const refusalPause = time.Minute

// refusals tells which calls that were not taken are worth a line.
type refusals struct {
	mu   sync.Mutex
	told map[string]refusal // by source and reason, both of which are few
}

type refusal struct {
	at   time.Time // of the last line
	more int       // calls since
}

// worth tells whether a refusal is worth a line, and how many there were since the last one.
func (r *refusals) worth(source string, code pipeline.Code, at time.Time) (more int, yes bool) {
	key := source + "\x00" + string(code)
	r.mu.Lock()
	defer r.mu.Unlock()
	last, known := r.told[key]
	if known && at.Sub(last.at) < refusalPause {
		last.more++
		r.told[key] = last
		return 0, false
	}
	if r.told == nil {
		r.told = map[string]refusal{}
	}
	r.told[key] = refusal{at: at}
	return last.more, true
}

var _ web.Hooks = (*App)(nil)

// startHooks takes up what waits from before.
func (a *App) startHooks(ctx context.Context) error {
	a.hooks = &hooks{queue: hookqueue.New(hookqueue.Config{Store: a.state.state, Now: a.clock.Now}), last: map[string]time.Time{}}
	l := a.current()
	return a.hooks.queue.Load(ctx, func(name, label string) *pipeline.Webhook {
		r, s := l.runner(name), l.source(label)
		if r == nil || s == nil || !r.hears(s) {
			return nil
		}
		return s.webhook
	})
}

// hears tells whether calls of a source start cycles of the pipeline.
func (r *runner) hears(s *source) bool {
	return r.definition.Schedule.Realtime && s.webhook != nil && slices.Contains(r.sources[:], s)
}

// readers are the pipelines that calls of a source start cycles of.
func (l *live) readers(s *source) []string {
	var names []string
	for _, r := range l.runners {
		if r.hears(s) {
			names = append(names, r.definition.Name)
		}
	}
	return names
}

// hears tells whether l has a pipeline of that name that calls start cycles of.
func (l *live) hears(name string) bool {
	r := l.runner(name)
	return r != nil && r.definition.Schedule.Realtime
}

// forget drops what waits for a pipeline that no call wakes any more. If the disk does not take that now, the next
// start does it.
func (h *hooks) forget(logger *slog.Logger, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.queue.Forget(ctx, name); err != nil {
		logger.Warn("what webhooks told a pipeline that is no more could not be dropped", "pipeline", name, "error", err)
	}
}

// Hook implements web.Hooks. It returns once what the call named is on the disk. Nothing else of the call is used:
// the records are read from the source.
func (a *App) Hook(ctx context.Context, label string, c pipeline.HookCall) (view.Hook, error) {
	l := a.hold()
	defer a.drop(l)
	s := l.source(label)
	if s == nil || s.webhook == nil {
		return view.Hook{}, &pipeline.Error{
			Code: pipeline.CodeSourceUnknown, Message: "there is no webhook here",
			Remedy: "A source has one if its block has `webhook { secret = … }`.",
		}
	}
	result, err := a.take(ctx, l, s, c)
	a.metrics.hooked(label, result)
	if err != nil {
		e := pipeline.AsError(err)
		if more, yes := a.hooks.refused.worth(label, e.Code, a.clock.Now()); yes {
			a.logger.Warn("a webhook call was not taken", "source", label, "code", e.Code, "error", e.Error(), "more_since_last_line", more)
		}
		return view.Hook{}, err
	}
	a.hooks.heard(label, a.clock.Now())
	return view.Hook{Result: result}, nil
}

func (a *App) take(ctx context.Context, l *live, s *source, c pipeline.HookCall) (view.HookResult, error) {
	if !s.webhook.Authentic(c) {
		return view.HookRefused, &pipeline.Error{Code: pipeline.CodeUnauthorized, Class: pipeline.Auth, Message: "the call brought no valid secret or signature", Remedy: pipeline.RemedyOf(&pipeline.Error{Code: pipeline.CodeWebhookRefused})}
	}
	c.At = a.clock.Now()
	told, err := s.webhook.Read(c)
	if err != nil {
		return view.HookRefused, err
	}
	readers := l.readers(s)
	a.logger.Debug("a webhook call came", "source", s.label, "event", told.Event, "records", len(told.Hints))
	switch {
	case told.Test:
		return view.HookTest, nil
	case len(told.Hints) == 0 || len(readers) == 0:
		return view.HookIgnored, nil
	case told.ID != "" && a.hooks.deliveries.had(s.label+"\x00"+told.ID, c.At):
		return view.HookDuplicate, nil
	}
	fresh, err := a.hooks.queue.Put(ctx, hookqueue.Call{Source: s.label, Pipelines: readers, Hints: told.Hints, Timing: s.webhook})
	if err != nil {
		return view.HookOverflow, busy(s.label, err)
	}
	if told.ID != "" {
		a.hooks.deliveries.note(s.label+"\x00"+told.ID, c.At)
	}
	if !fresh {
		return view.HookCoalesced, nil
	}
	return view.HookAccepted, nil
}

// busy is the error of a call that cannot be kept.
func busy(label string, err error) error {
	why := "the state does not take it"
	if errors.Is(err, hookqueue.ErrFull) {
		why = fmt.Sprintf("%d records wait already", hookqueue.DefaultMost)
	}
	return &pipeline.Error{
		Code: pipeline.CodeWebhookBusy, Class: pipeline.Transient, Cause: err,
		Message: fmt.Sprintf("a call of source %s cannot be kept: %s", label, why),
	}
}

func (h *hooks) heard(source string, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last[source] = at
}

// hookViews tells how the webhooks of the sources stand, nil without a daemon.
func (a *App) hookViews(l *live) []view.SourceHooks {
	if a.hooks == nil {
		return nil
	}
	waiting := map[string]int{}
	for _, r := range l.runners {
		for source, n := range a.hooks.queue.Waiting(r.definition.Name) {
			waiting[source] += n
		}
	}
	a.hooks.mu.Lock()
	defer a.hooks.mu.Unlock()
	var views []view.SourceHooks
	for _, s := range l.sources {
		if s.webhook == nil {
			continue
		}
		v := view.SourceHooks{Source: s.label, Waiting: waiting[s.label]}
		if at, ok := a.hooks.last[s.label]; ok {
			v.Last = &at
		}
		views = append(views, v)
	}
	return views
}

const (
	// hookPause is the least time between two cycles that calls start, so that a trickle of calls does not make
	// a cycle each.
	hookPause = time.Second
	// hookRetry is how long a pipeline whose cycle did not end well waits before calls start another one; it
	// doubles up to hookRetryMost. What was called about stays until then.
	hookRetry     = 5 * time.Second
	hookRetryMost = 2 * time.Minute
)

// listen runs cycles of what is called about until ctx ends.
func (a *App) listen(ctx, cycles context.Context, r *runner) {
	retry := hookRetry
	for {
		taken, err := a.hooks.queue.Take(ctx, r.definition.Name, a.clock.Sleep)
		if err != nil {
			return
		}
		pause := hookPause
		if a.hookCycle(cycles, r, taken) {
			retry = hookRetry
		} else {
			pause, retry = retry, min(2*retry, hookRetryMost)
		}
		if a.clock.Sleep(ctx, pause) != nil {
			return
		}
	}
}

// hookCycle runs one cycle of what was called about and tells whether it ended well. Only then it is forgotten.
func (a *App) hookCycle(ctx context.Context, r *runner, taken hookqueue.Taken) bool {
	var hints [2][]pipeline.Hint
	for _, side := range pipeline.Sides() {
		hints[side] = taken.Hints[r.definition.Sources[side]]
	}
	report := r.syncHints(ctx, hints)
	if report.Error != nil || report.BrakedBy != nil {
		return false
	}
	if err := a.hooks.queue.Done(context.WithoutCancel(ctx), taken); err != nil {
		a.logger.Warn("records that webhooks named are read again after a restart", "pipeline", r.definition.Name, "error", err)
	}
	return true
}

// deliveryWindow is how long a delivery is known for a repetition of one before.
const (
	deliveryWindow = 10 * time.Minute
	mostDeliveries = 20_000
)

// deliveries remembers deliveries for a while: between one and two windows, or fewer where there are very many.
type deliveries struct {
	mu       sync.Mutex
	since    time.Time
	now, old map[string]struct{}
}

func (d *deliveries) had(id string, at time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turn(at)
	_, now := d.now[id]
	_, old := d.old[id]
	return now || old
}

// note is called once the delivery is safe.
func (d *deliveries) note(id string, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turn(at)
	d.now[id] = struct{}{}
}

func (d *deliveries) turn(at time.Time) {
	if d.now == nil || at.Sub(d.since) >= deliveryWindow || len(d.now) >= mostDeliveries {
		if at.Sub(d.since) >= 2*deliveryWindow {
			d.now = nil
		}
		d.since, d.old, d.now = at, d.now, map[string]struct{}{}
	}
}
