package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/view"
)

const (
	// statusEvery is how often systemd is told how the daemon is; a short WatchdogSec makes it more often.
	statusEvery = 20 * time.Second
	// patience is how long a start or a stop may take: the unit's own timeouts are put off that far and no further.
	// A large state needs a while to be brought to a new version, a call under way to be answered. What is ended
	// in spite of it loses nothing.
	patience = 10 * time.Minute
	// extension is how far a timeout is put off at a time.
	extension = 30 * time.Second
)

// supervisor tells systemd how the daemon is. Without systemd it does nothing.
type supervisor struct {
	logger *slog.Logger
	// pulse asks the daemon for its status; it returns an error of its context only where the daemon hangs.
	pulse func(context.Context) (view.Status, error)

	end     context.CancelFunc // ends watch
	pinging sync.WaitGroup

	mu   sync.Mutex
	line string // the status that was told last
}

// ready tells that the daemon works, and how it is from now on.
func (s *supervisor) ready(ctx context.Context) {
	if !s.notify(daemon.SdNotifyReady) {
		return
	}
	every := statusEvery
	timeout, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		s.logger.Warn("the watchdog of the service manager cannot be fed", "error", err)
	}
	if timeout > 0 {
		every = min(every, timeout/2)
	}
	ctx, s.end = context.WithCancel(context.WithoutCancel(ctx)) // the last thing to end is told by stopping
	s.pinging.Go(func() { s.watch(ctx, every, timeout > 0) })
}

// watch feeds the watchdog, if there is one, each time that the daemon answers, and tells what it answers.
func (s *supervisor) watch(ctx context.Context, every time.Duration, feeds bool) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		line, alive := s.look(ctx, every)
		if ctx.Err() != nil {
			return
		}
		ping := ""
		if feeds && alive {
			ping = daemon.SdNotifyWatchdog
		}
		s.tell(ping, line)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look asks the daemon how it is. Only one that does not answer within that time is not alive: what is wrong with the
// disk or the state is told elsewhere, and no restart would mend it.
func (s *supervisor) look(ctx context.Context, within time.Duration) (line string, alive bool) {
	late := time.AfterFunc(within, func() {
		s.logger.Error("the daemon does not answer itself; if that goes on the watchdog of the service manager ends it", "waited", within.String())
	})
	defer late.Stop()
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	status, err := s.pulse(limited)
	switch {
	case limited.Err() != nil:
		return "", false
	case err != nil:
		return "the state cannot be read: " + oneLine(err.Error()), true
	}
	return render.Output{}.StatusLine(status), true
}

// reload tells when a reload begins and ends, as a unit of Type=notify-reload wants it.
func (s *supervisor) reload(ctx context.Context, reload func()) {
	s.notify(daemon.SdNotifyReloading + "\n" + strings.TrimSpace(daemon.SdNotifyMonotonicUsec()))
	reload()
	s.notify(daemon.SdNotifyReady)
	s.refresh(ctx)
}

// refresh tells the status without waiting for the next look.
func (s *supervisor) refresh(ctx context.Context) {
	if s.end == nil {
		return // nobody is told
	}
	line, _ := s.look(ctx, statusEvery)
	s.tell("", line)
}

// stopping tells that the daemon is going.
func (s *supervisor) stopping() {
	s.tell(daemon.SdNotifyStopping, "finishing the calls that are under way")
	if s.end != nil {
		s.end()
	}
	s.pinging.Wait()
}

// failed tells why the daemon ends or did not start.
func (s *supervisor) failed(err error) {
	switch {
	case errors.As(err, &ended{}): // it is on standard error, with all the lines that it takes
		s.tell("", "the configuration has errors; `tandem validate` shows them")
	case err != nil:
		s.tell("", oneLine(err.Error()))
	}
}

// during puts off the timeout of the service manager while f runs, as far as patience allows.
func (s *supervisor) during(f func() error) error {
	done := make(chan struct{})
	var extending sync.WaitGroup
	extending.Go(func() {
		tick := time.NewTicker(extension / 3)
		defer tick.Stop()
		for begun := time.Now(); time.Since(begun) < patience; {
			if !s.notify(fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", extension.Microseconds())) {
				return
			}
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	defer extending.Wait()
	defer close(done)
	return f()
}

// tell sends a message and a status, of which either may be "", the status only where it is another one than before.
func (s *supervisor) tell(message, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if line != "" && line != s.line {
		s.line = line
		message = strings.TrimSpace(message + "\nSTATUS=" + line)
	}
	if message != "" {
		s.notify(message)
	}
}

// notify returns whether there is somebody to tell.
func (s *supervisor) notify(state string) bool {
	told, err := daemon.SdNotify(false, state)
	if err != nil {
		s.logger.Warn("the service manager cannot be told", "state", state, "error", err)
	}
	return told
}

// oneLine is text without line ends, which would be further messages to systemd.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
