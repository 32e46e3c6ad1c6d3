package watch

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestSettle(t *testing.T) {
	const tick = 100 * time.Millisecond
	for _, tt := range []struct {
		name   string
		events []time.Duration // since the beginning
		want   []time.Duration
	}{
		{"one event", []time.Duration{0}, []time.Duration{3 * tick}},
		{"a burst is one change", []time.Duration{0, tick, 2 * tick}, []time.Duration{5 * tick}},
		{"two changes", []time.Duration{0, 10 * tick}, []time.Duration{3 * tick, 13 * tick}},
		{"what never ends is told now and then", []time.Duration{0, 2 * tick, 4 * tick, 6 * tick, 8 * tick}, []time.Duration{7 * tick, 11 * tick}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				events := make(chan struct{})
				go func() {
					for _, at := range tt.events {
						time.Sleep(at - time.Since(begin)) // virtual time
						events <- struct{}{}
					}
					time.Sleep(time.Minute)
					cancel()
				}()
				var got []time.Duration
				settle(ctx, Options{Quiet: 3 * tick, Patience: 7 * tick}, events, func() { got = append(got, time.Since(begin)) })
				if !slices.Equal(got, tt.want) {
					t.Errorf("told at %v, want %v", got, tt.want)
				}
			})
		})
	}
}
