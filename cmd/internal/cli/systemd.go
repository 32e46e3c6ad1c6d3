package cli

import (
	"log/slog"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// supervisor tells systemd how the daemon is. Without systemd it does nothing.
type supervisor struct {
	logger  *slog.Logger
	end     chan struct{}
	pinging sync.WaitGroup
}

func newSupervisor(logger *slog.Logger) *supervisor {
	return &supervisor{logger: logger, end: make(chan struct{})}
}

// ready tells that the daemon works, and feeds the watchdog from now on if the unit has one.
func (s *supervisor) ready() {
	s.notify(daemon.SdNotifyReady)
	timeout, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		s.logger.Warn("the watchdog of the service manager cannot be fed", "error", err)
		return
	}
	if timeout > 0 {
		s.pinging.Go(func() { s.feed(timeout / 2) })
	}
}

func (s *supervisor) feed(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		s.notify(daemon.SdNotifyWatchdog)
		select {
		case <-s.end:
			return
		case <-tick.C:
		}
	}
}

// reloading and reloaded tell when a reload begins and ends, as a unit of Type=notify-reload wants it.
func (s *supervisor) reloading() {
	s.notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

func (s *supervisor) reloaded() { s.notify(daemon.SdNotifyReady) }

// stopping tells that the daemon is going.
func (s *supervisor) stopping() {
	s.notify(daemon.SdNotifyStopping)
	close(s.end)
	s.pinging.Wait()
}

func (s *supervisor) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		s.logger.Warn("the service manager cannot be told", "state", state, "error", err)
	}
}
