package app

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// virtual is a clock that only moves when somebody sleeps.
type virtual struct{ now time.Time }

func (v *virtual) clock(random float64) Clock {
	return Clock{
		Now:    func() time.Time { return v.now },
		Random: func() float64 { return random },
		Sleep: func(ctx context.Context, d time.Duration) error {
			v.now = v.now.Add(max(d, 0))
			return ctx.Err()
		},
	}
}

func TestInterval(t *testing.T) {
	start := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		every  time.Duration
		random float64
		took   []time.Duration // of each run
		want   []time.Duration // when each run began, since start
	}{
		{"first at once, then every interval", 5 * time.Minute, 0, []time.Duration{0, 0, 0}, []time.Duration{0, 5 * time.Minute, 10 * time.Minute}},
		{"the time of a run is part of the interval", time.Minute, 0, []time.Duration{10 * time.Second, 0, 0}, []time.Duration{0, time.Minute, 2 * time.Minute}},
		{"missed runs are made up for once", time.Minute, 0, []time.Duration{200 * time.Second, 0, 0}, []time.Duration{0, 200 * time.Second, 260 * time.Second}},
		{"jitter does not add up", time.Minute, 0.5, []time.Duration{0, 0, 0}, []time.Duration{0, 61500 * time.Millisecond, 121500 * time.Millisecond}},
		{"jitter is bounded", 24 * time.Hour, 0.5, []time.Duration{0, 0}, []time.Duration{0, 24*time.Hour + 5*time.Second}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := &virtual{now: start}
			ctx, cancel := context.WithCancel(t.Context())
			var began []time.Duration
			var told []time.Time
			interval(ctx, v.clock(tt.random), tt.every, func(at time.Time) { told = append(told, at) }, func(context.Context) {
				began = append(began, v.now.Sub(start))
				v.now = v.now.Add(tt.took[len(began)-1])
				if len(began) == len(tt.took) {
					cancel()
				}
			})
			if diff := cmp.Diff(tt.want, began); diff != "" {
				t.Errorf("runs (-want +got):\n%s", diff)
			}
			for i, at := range told[:len(told)-1] {
				if got := at.Sub(start); got != began[i+1] {
					t.Errorf("run %d was announced for %v and began at %v", i+1, got, began[i+1])
				}
			}
		})
	}
}
