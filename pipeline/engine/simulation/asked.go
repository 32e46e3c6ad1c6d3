package simulation

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// asks decides what is asked of the engine beside its cycles. It draws from a source of its own, so that
// what it decides does not change what else happens in a seed.
func (w *world) asks(percent int) bool { return w.asked.IntN(100) < percent }

// applyPlan keeps a plan, lets people act, and carries the plan out, perhaps until a crash.
func (w *world) applyPlan(ctx context.Context) error {
	var file bytes.Buffer
	planned := [2]map[string]bool{{}, {}}
	creates := [2]int{}
	err := w.undisturbed(func() error {
		_, err := w.engine.Plan(ctx, engine.Options{Keep: &file}, func(c pipeline.PlannedChange) error {
			side, err := w.def.Side(c.Side)
			switch c.Action {
			case pipeline.PlanCreate:
				creates[side]++
			case pipeline.PlanUpdate:
				planned[side]["update "+string(c.Keys[c.Side])] = true
			case pipeline.PlanArchive, pipeline.PlanDelete:
				planned[side]["remove "+string(c.Keys[c.Side])] = true
			}
			return err
		})
		return err
	})
	if pipeline.AsError(err) != nil && pipeline.AsError(err).Code == pipeline.CodeBraked {
		return nil // a short listing
	}
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	for range w.asked.IntN(6) {
		w.people.act()
	}
	plan, err := w.engine.OpenPlan(ctx, bytes.NewReader(file.Bytes()))
	if err != nil {
		return err
	}
	if w.asks(50) {
		w.trouble.crashIn = 1 + w.asked.IntN(40)
	}
	w.watch.newCycle()
	report := w.engine.Apply(ctx, plan, engine.Asked{By: "operator", Note: "apply"})
	w.stats.Applied++
	w.stats.Refused += report.Refused
	w.trouble.crashIn = 0
	w.planned(planned, creates)
	return w.afterAsking(ctx)
}

// planned holds that an apply wrote nothing but what was planned.
func (w *world) planned(planned [2]map[string]bool, creates [2]int) {
	for _, s := range pipeline.Sides() {
		made := 0
		for what := range w.watch.written[s] {
			w.stats.Checks++
			switch {
			case len(what) > 7 && what[:7] == "create ":
				made++
			case !planned[s][what]:
				w.watch.fail(10, "an apply did %s on the %s, which is not in the plan", what, s)
			}
		}
		if made > creates[s] {
			w.watch.fail(10, "an apply made %d records on the %s, the plan %d", made, s, creates[s])
		}
	}
}

// afterAsking restarts a process that has crashed, or looks over what it left.
func (w *world) afterAsking(ctx context.Context) error {
	if !w.trouble.crashed {
		return w.watch.afterCycle(ctx)
	}
	return w.restart(ctx)
}

func (w *world) undisturbed(f func() error) error {
	was := w.trouble.quiet
	w.trouble.quiet = true
	defer func() { w.trouble.quiet = was }()
	return f()
}

// undoes takes a cycle back, once everything is at rest, perhaps with a crash in the middle, and then takes
// that back.
//
// Invariant 7: no cycle after an undo writes anything, though the two sides differ.
func (w *world) undoes(ctx context.Context) error {
	quarantined, err := w.store.Quarantined(ctx)
	if err != nil || len(quarantined) > 0 {
		return err // what is taken back may be what a record in quarantine waits for
	}
	cycle, err := w.someCycle(ctx)
	if err != nil || cycle == "" {
		return err
	}
	for range 2 {
		w.now = w.now.Add(time.Minute)
		if w.asks(50) {
			w.trouble.crashIn = 1 + w.asked.IntN(20)
		}
		w.watch.newCycle()
		w.undoing = true
		report := w.engine.Undo(ctx, cycle, engine.Asked{By: "operator", Note: "undo"})
		w.undoing = false
		w.stats.Undone++
		w.stats.Refused += report.Refused
		w.trouble.crashIn = 0
		if err := w.afterAsking(ctx); err != nil {
			return err
		}
		for i := range 3 {
			w.now = w.now.Add(time.Minute)
			if err := w.cycle(ctx, i == 1); err != nil {
				return err
			}
			w.stats.Checks++
			for _, n := range w.last.Writes {
				if n.Total() > 0 {
					w.watch.fail(7, "cycle %d after undo %s of %s wrote %v", i+1, report.Cycle, cycle, w.last.Writes)
				}
			}
		}
		cycle = report.Cycle
	}
	return nil
}

// someCycle returns a cycle that wrote something, "" if none did.
func (w *world) someCycle(ctx context.Context) (pipeline.CycleID, error) {
	var cycles []pipeline.CycleID
	err := w.store.EachEvent(ctx, pipeline.EventQuery{}, func(e pipeline.Event) error {
		if e.Side != nil && (len(cycles) == 0 || cycles[len(cycles)-1] != e.Cycle) {
			cycles = append(cycles, e.Cycle)
		}
		return nil
	})
	if err != nil || len(cycles) == 0 {
		return "", err
	}
	return cycles[w.asked.IntN(min(len(cycles), 3))], nil // the latest ones are seldom overwritten
}
