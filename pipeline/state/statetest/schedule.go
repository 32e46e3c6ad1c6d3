package statetest

import (
	"context"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Past implements pipeline.Schedules.
func (m *Model) Past(ctx context.Context) (pipeline.Past, error) {
	return look(ctx, m, func() pipeline.Past { return m.past })
}

// Scheduled implements pipeline.Schedules.
func (m *Model) Scheduled(ctx context.Context, schedule string, at time.Time) (pipeline.Past, error) {
	return look(ctx, m, func() pipeline.Past {
		if m.past.Schedule != schedule || m.past.Since.IsZero() {
			m.past.Schedule, m.past.Since = schedule, at
		}
		return m.past
	})
}

// Paused implements pipeline.Pauses.
func (m *Model) Paused(ctx context.Context) (*pipeline.Pause, error) {
	return look(ctx, m, func() *pipeline.Pause { return m.pause })
}

// SetPaused implements pipeline.Pauses.
func (m *Model) SetPaused(ctx context.Context, p *pipeline.Pause, e pipeline.Event) error {
	return m.change(ctx, func() error {
		m.pause = p
		m.tell(e)
		return nil
	})
}

func testPause(t *testing.T, s *subject) {
	none := (*pipeline.Pause)(nil)
	want(t, none, s.Paused)
	pause := &pipeline.Pause{By: "ann", At: at(1), Reason: "stocktaking"}
	event := func(kind string) pipeline.Event { return pipeline.Event{At: at(1), Kind: kind, By: "ann"} }
	if err := s.SetPaused(t.Context(), pause, event("pause")); err != nil {
		t.Fatal(err)
	}
	if err := s.Adopt(t.Context(), [2]string{"a", "b"}, event("adopt")); err != nil { // it is of the pipeline, not of what is known
		t.Fatal(err)
	}
	s.twice(t, func(t *testing.T) { want(t, pause, s.Paused) })
	if err := s.SetPaused(t.Context(), nil, event("resume")); err != nil {
		t.Fatal(err)
	}
	s.twice(t, func(t *testing.T) {
		want(t, none, s.Paused)
		want(t, []string{"resume", "adopt", "pause"}, func(ctx context.Context) (kinds []string, err error) {
			events, err := s.History(ctx, "", 10)
			for _, e := range events {
				kinds = append(kinds, e.Kind)
			}
			return kinds, err
		})
	})
}

func testPast(t *testing.T, s *subject) {
	want(t, pipeline.Past{}, s.Past)
	scheduled := func(schedule string, when time.Time) func(context.Context) (pipeline.Past, error) {
		return func(ctx context.Context) (pipeline.Past, error) { return s.Scheduled(ctx, schedule, when) }
	}
	put := func(r pipeline.Report) {
		t.Helper()
		if err := s.PutReport(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	past := pipeline.Past{Schedule: "every 5m", Since: at(1)}
	want(t, past, scheduled("every 5m", at(1)))
	full := pipeline.Report{Cycle: "20261124T120000Z-0001", Result: pipeline.ResultDone, Full: true, Started: at(2), Duration: pipeline.Seconds(time.Minute)}
	put(full)
	past.Cycle = pipeline.Attempt{Started: at(2), Ended: at(3)}
	past.Full = past.Cycle
	failed := pipeline.Report{Cycle: "20261124T120000Z-0002", Result: pipeline.ResultFailed, Started: at(5), Error: &pipeline.Problem{Code: pipeline.CodeConnectionLost}}
	put(failed)
	failed.Cycle = "20261124T120000Z-0003"
	put(failed)
	past.Cycle = pipeline.Attempt{Started: at(5), Ended: at(5), Failures: 2}
	// Neither one that was stopped nor one that somebody asked for beside the schedule counts.
	put(pipeline.Report{Cycle: "20261124T120000Z-0004", Result: pipeline.ResultFailed, Started: at(6), Error: &pipeline.Problem{Code: pipeline.CodeStopped}})
	put(pipeline.Report{Cycle: "20261124T120000Z-0005", Kind: pipeline.CycleApply, Result: pipeline.ResultDone, Started: at(7)})
	s.twice(t, func(t *testing.T) {
		want(t, past, s.Past)
		want(t, past, scheduled("every 5m", at(8)))
	})
	past.Schedule, past.Since = "manual", at(9)
	want(t, past, scheduled("manual", at(9)))
	put(pipeline.Report{Cycle: "20261124T120000Z-0006", Result: pipeline.ResultFailed, Started: at(10), Error: &pipeline.Problem{Code: pipeline.CodeAccessDenied}})
	past.Cycle = pipeline.Attempt{Started: at(10), Ended: at(10)} // a refused key is not worth another try
	s.twice(t, func(t *testing.T) { want(t, past, s.Past) })
}
