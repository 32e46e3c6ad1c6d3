package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Status implements web.Backend.
func (a *App) Status(ctx context.Context) (view.Status, error) {
	l := a.hold()
	defer a.drop(l)
	s := view.Status{
		Version:    a.version,
		Daemon:     a.daemonView(),
		StateDir:   l.config.Daemon.StateDir,
		StateBytes: a.state.bytes(),
		Config:     a.configView(),
		Pipelines:  []view.PipelineStatus{},
		Hooks:      a.hookViews(l),
	}
	for _, r := range l.runners {
		p, err := r.status(ctx)
		if err != nil {
			return s, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		s.Pipelines = append(s.Pipelines, p)
	}
	return s, nil
}

func (r *runner) status(ctx context.Context) (view.PipelineStatus, error) {
	d := r.definition
	p := view.PipelineStatus{Name: d.Name, Sources: d.Sources, State: view.StateActive, Schedule: d.Schedule.String()}
	p.Running, p.NextRun = r.now()
	var err error
	if p.Linked, err = r.store.CountLinks(ctx); err != nil {
		return p, err
	}
	conflicts, err := r.store.Conflicts(ctx)
	if err != nil {
		return p, err
	}
	for _, c := range conflicts {
		if c.Resolution == nil {
			p.Conflicts++
		}
	}
	quarantined, err := r.store.Quarantined(ctx)
	if err != nil {
		return p, err
	}
	p.Quarantined = len(quarantined)
	reports, err := r.recent(ctx)
	if err != nil {
		return p, err
	}
	p.LastSuccess = lastSuccess(reports)
	if len(reports) > 0 {
		p.LastCycle = &reports[0]
		p.State = stateAfter(reports[0].Result)
	}
	p.Errors = troubles(reports, quarantined)
	b, err := r.store.Brake(ctx)
	if b != nil {
		v := brakeView(d, b)
		if p.Brake = &v; p.State == view.StateActive {
			p.State = view.StateBraked // also while ordinary cycles go on beside a braked full pass
		}
	}
	if err != nil {
		return p, err
	}
	pause, err := r.store.Paused(ctx)
	if pause != nil {
		p.State, p.Paused, p.NextRun = view.StatePaused, pauseView(pause), nil
	}
	return p, err
}

// recent returns the latest reports, newest first, as far back as a success if there is one at all.
func (r *runner) recent(ctx context.Context) ([]pipeline.Report, error) {
	reports, err := r.store.Reports(ctx, 20)
	if err != nil || len(reports) < 20 || lastSuccess(reports) != nil {
		return reports, err
	}
	return r.store.Reports(ctx, 2000)
}

func lastSuccess(reports []pipeline.Report) *time.Time {
	for _, r := range reports {
		if r.Kind == "" && (r.Result == pipeline.ResultDone || r.Result == pipeline.ResultPartial) {
			end := r.Started.Add(time.Duration(r.Duration))
			return &end
		}
	}
	return nil
}

func stateAfter(r pipeline.Result) view.PipelineState {
	switch r {
	case pipeline.ResultFailed:
		return view.StateError
	case pipeline.ResultBraked:
		return view.StateBraked
	}
	return view.StateActive
}

// maxTroubles is how many recent errors a status tells.
const maxTroubles = 5

// troubles gathers the errors of recent cycles and of the quarantine: equal ones once, with how often
// they were seen, the latest first.
func troubles(reports []pipeline.Report, quarantined []pipeline.Quarantined) []view.Trouble {
	var cycles, records []view.Trouble
	for _, r := range reports[:min(len(reports), 20)] {
		if e := r.Error; e != nil && e.Code != pipeline.CodeStopped {
			cycles = gather(cycles, view.Trouble{At: r.Started, Code: e.Code, Message: e.Message, Remedy: e.Remedy})
		}
	}
	for _, q := range quarantined {
		records = gather(records, view.Trouble{At: q.Last, Code: q.Code, Message: q.Message, Remedy: q.Remedy})
	}
	all := append(cycles, records...)
	slices.SortStableFunc(all, func(x, y view.Trouble) int { return y.At.Compare(x.At) })
	if all == nil {
		all = []view.Trouble{}
	}
	return all[:min(len(all), maxTroubles)]
}

// gather adds t, or counts it where its code is known already and keeps the later of the two.
func gather(known []view.Trouble, t view.Trouble) []view.Trouble {
	at := slices.IndexFunc(known, func(k view.Trouble) bool { return k.Code == t.Code })
	if at < 0 {
		t.Count = 1
		return append(known, t)
	}
	t.Count = known[at].Count + 1
	if !t.At.After(known[at].At) {
		t.At, t.Message, t.Remedy = known[at].At, known[at].Message, known[at].Remedy
	}
	known[at] = t
	return known
}
