package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
)

func TestPulse(t *testing.T) {
	s := apptest.New(t, nil)
	a := bring(t, s.Config(t, `schedule { manual = true }`), Options{})
	if _, err := a.Pulse(t.Context()); err == nil {
		t.Error("an App that is not started has a pulse")
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	status, err := a.Pulse(t.Context())
	if err != nil || len(status.Pipelines) != 1 || status.Pipelines[0].Name != "products" {
		t.Errorf("got %+v, %v", status, err)
	}
	a.cancel()
	a.working.Wait()
	if _, err := a.Pulse(t.Context()); err == nil {
		t.Error("an App whose schedules have ended has a pulse")
	}
}

// Nothing has a pulse that starts no schedules or does not get at its configuration.
func TestPulseOfWhatHangs(t *testing.T) {
	s := apptest.New(t, nil)
	a := bring(t, s.Config(t, `schedule { manual = true }`), Options{})
	a.ended = make(chan struct{}) // as if started, but nobody receives
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := a.Pulse(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}

	released := make(chan struct{})
	go func() { <-a.beat; close(released) }()
	a.mu.Lock()
	done := make(chan error, 1)
	go func() {
		_, err := a.Pulse(t.Context())
		done <- err
	}()
	<-released
	select {
	case err := <-done:
		t.Errorf("Pulse returned %v while the App was locked", err)
	case <-time.After(50 * time.Millisecond):
	}
	a.mu.Unlock()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
