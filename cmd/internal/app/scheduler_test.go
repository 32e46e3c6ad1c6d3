package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/schedule"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
)

// sleeper is a runner without an engine: what its sleep does is the whole of it.
func sleeper(t *testing.T, s pipeline.Schedule) *runner {
	t.Helper()
	plan, err := schedule.New(s, "")
	if err != nil {
		t.Fatal(err)
	}
	return &runner{
		definition: &pipeline.Definition{Name: "products", Schedule: s}, store: statetest.NewModel(), clock: withDefaults(Clock{}),
		agenda: agenda{plan: plan},
	}
}

func TestNextOfARunner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := sleeper(t, pipeline.Schedule{Every: 10 * time.Minute})
		start := time.Now()
		after := func() any {
			t.Helper()
			next, planned, err := r.due(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !planned {
				return "never"
			}
			return next.At.Sub(start)
		}
		ran := func(result pipeline.Result) {
			t.Helper()
			report := pipeline.Report{Cycle: "20261124T120000Z-0001", Result: result, Started: time.Now()}
			if err := r.store.PutReport(t.Context(), report); err != nil {
				t.Fatal(err)
			}
		}
		var got []any
		note := func() { got = append(got, after()) }
		note() // at once
		ran(pipeline.ResultDone)
		note()
		time.Sleep(11 * time.Minute)
		note() // late
		ran(pipeline.ResultFailed)
		note()
		if err := r.store.SetPaused(t.Context(), &pipeline.Pause{By: "anna"}, pipeline.Event{}); err != nil {
			t.Fatal(err)
		}
		note()
		if diff := cmp.Diff([]any{time.Duration(0), 10 * time.Minute, 10 * time.Minute}, got[:3]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		again := got[3].(time.Duration) - 11*time.Minute
		if again < 45*time.Second || again > time.Minute || got[4] != "never" {
			t.Errorf("after a failure %v later, want about a minute; paused %v", again, got[4])
		}
	})
}

// A machine that sleeps stops the clock that sleeps are measured by, and not the one on the wall.
func TestSleepFollowsTheClockOnTheWall(t *testing.T) {
	start := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	now, sleeps := start, 0
	r := sleeper(t, pipeline.Schedule{Every: time.Hour})
	r.clock = Clock{Now: func() time.Time { return now }, Sleep: func(_ context.Context, d time.Duration) error {
		if sleeps++; sleeps == 3 {
			d += 10 * time.Hour // the lid was closed
		}
		now = now.Add(d)
		return nil
	}}
	r.sleep(t.Context(), start.Add(time.Hour), true)
	if sleeps != 3 || now.Sub(start) != 10*time.Hour+3*longestSleep {
		t.Errorf("woke after %d sleeps at %v", sleeps, now)
	}
}

func TestSleepEndsWhenSomethingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := sleeper(t, pipeline.Schedule{Every: time.Hour})
		start := time.Now()
		for _, planned := range []bool{true, false} {
			woken := make(chan struct{})
			go func() {
				defer close(woken)
				r.sleep(t.Context(), start.Add(24*time.Hour), planned)
			}()
			time.Sleep(time.Second)
			r.agenda.replan()
			<-woken
			r.agenda.replan()
			r.sleep(t.Context(), start.Add(24*time.Hour), planned) // what changes meanwhile is not slept over
			if _, _, err := r.due(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if slept := time.Since(start); slept != 2*time.Second {
			t.Errorf("slept %v", slept)
		}
	})
}
