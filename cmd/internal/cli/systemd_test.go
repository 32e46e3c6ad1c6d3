package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// manager is the socket on which a service manager hears a daemon.
type manager struct {
	*testing.T
	conn *net.UnixConn
}

func newManager(t *testing.T, address string) manager {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	t.Setenv("NOTIFY_SOCKET", address)
	return manager{t, conn}
}

// watchdog is what the manager asks of this process.
func (m manager) watchdog(every time.Duration) {
	m.Setenv("WATCHDOG_USEC", strconv.FormatInt(every.Microseconds(), 10))
	m.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
}

// next returns the next message, by its variables; nil if none came in time.
func (m manager) next(within time.Duration) map[string]string {
	m.Helper()
	b := make([]byte, 4096)
	if err := m.conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		m.Fatal(err)
	}
	n, err := m.conn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	if err != nil {
		m.Fatal(err)
	}
	vars := map[string]string{}
	for line := range strings.Lines(string(b[:n])) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok {
			m.Errorf("%q is no assignment", line)
		}
		vars[name] = value
	}
	return vars
}

// until returns the first message that has that variable, and the names of those that came before.
func (m manager) until(name string) (vars map[string]string, before []string) {
	m.Helper()
	for {
		vars := m.next(time.Minute)
		if vars == nil {
			m.Fatalf("%s did not come, but %v", name, before)
		}
		if _, ok := vars[name]; ok {
			return vars, before
		}
		for other := range vars {
			before = append(before, other)
		}
	}
}

// only fails the test if anything but these came.
func only(t *testing.T, came []string, allowed ...string) {
	t.Helper()
	for _, name := range came {
		if !strings.Contains(strings.Join(allowed, " "), name) {
			t.Errorf("%s came, in %v", name, came)
		}
	}
}

// What systemd hears from the daemon's start to its end, on both kinds of sockets that it has.
func TestRunTellsSystemd(t *testing.T) {
	dir, err := os.MkdirTemp("", "tandem-sd-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for _, tt := range []struct{ name, address string }{
		{"path", filepath.Join(dir, "notify")}, {"abstract", fmt.Sprintf("@tandem-test-%d", os.Getpid())},
	} {
		t.Run(tt.name, func(t *testing.T) { tellsSystemd(t, newManager(t, tt.address)) })
	}
}

func tellsSystemd(t *testing.T, m manager) {
	m.watchdog(100 * time.Millisecond)
	s := apptest.New(t, nil)
	s.Write(t, `schedule { manual = true }`, "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan outcome, 1)
	go func() { done <- command(ctx, t, s, "-c", s.Dir, "run") }()

	_, before := m.until("READY")
	only(t, before, "EXTEND_TIMEOUT_USEC")
	told, before := m.until("STATUS")
	only(t, before, "WATCHDOG")
	if want := "1 pipeline; no success yet"; told["STATUS"] != want {
		t.Errorf("status %q, want %q", told["STATUS"], want)
	}
	m.until("WATCHDOG")
	m.until("WATCHDOG")

	started := monotonic(t)
	hangup(t)
	told, before = m.until("RELOADING")
	only(t, before, "WATCHDOG")
	if usec, err := strconv.ParseInt(told["MONOTONIC_USEC"], 10, 64); err != nil || usec < started || usec > monotonic(t) {
		t.Errorf("the reload began at %q, not after %d", told["MONOTONIC_USEC"], started)
	}
	_, before = m.until("READY")
	only(t, before, "WATCHDOG")

	s.Write(t, `direktion = "both"`, "") // the watch takes it in
	told, before = m.until("STATUS")
	only(t, before, "WATCHDOG")
	if want := "the configuration's files have errors, the old ones run on; 1 pipeline; no success yet"; told["STATUS"] != want {
		t.Errorf("after a wrong reload came %v", told)
	}

	cancel()
	told, before = m.until("STOPPING")
	only(t, before, "WATCHDOG", "STATUS") // a look from before the reload may be told after it
	if told["STATUS"] == "" {
		t.Error("the stop has no status")
	}
	told, before = m.until("EXTEND_TIMEOUT_USEC")
	only(t, before)
	if told["EXTEND_TIMEOUT_USEC"] != "30000000" {
		t.Errorf("the stop may take %s us more", told["EXTEND_TIMEOUT_USEC"])
	}
	(<-done).want(t, ExitDone)
}

func hangup(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// monotonic is the clock that systemd compares by, in microseconds.
func monotonic(t *testing.T) int64 {
	t.Helper()
	_, text, _ := strings.Cut(strings.TrimSpace(daemon.SdNotifyMonotonicUsec()), "=")
	usec, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return usec
}

// A daemon that does not start says why in its status.
func TestFailedStartTellsSystemd(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for _, tt := range []struct{ name, extra, listen, want string }{
		{"configuration", `direktion = "both"`, "127.0.0.1:0", "tandem validate"},
		{"start", "", taken.Addr().String(), "cannot listen on " + taken.Addr().String()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := apptest.New(t, nil)
			s.Write(t, tt.extra, "")
			s.WriteText(t, strings.Replace(s.Read(t), "127.0.0.1:0", tt.listen, 1))
			m := newManager(t, fmt.Sprintf("@tandem-test-%s-%d", tt.name, os.Getpid()))
			if o := command(t.Context(), t, s, "-c", s.Dir, "run"); o.code == ExitDone {
				t.Fatal("it started")
			}
			told, before := m.until("STATUS")
			only(t, before, "EXTEND_TIMEOUT_USEC")
			if !strings.Contains(told["STATUS"], tt.want) {
				t.Errorf("status %q does not say %q", told["STATUS"], tt.want)
			}
		})
	}
}

// The watchdog is not fed while the daemon hangs, and is again when it goes on.
func TestWatchdogWantsAnAnswer(t *testing.T) {
	m := newManager(t, fmt.Sprintf("@tandem-test-hang-%d", os.Getpid()))
	m.watchdog(200 * time.Millisecond)
	asked, answer := make(chan struct{}), make(chan error)
	log := &lookout{text: "does not answer itself", seen: make(chan struct{})}
	s := &supervisor{logger: slog.New(slog.NewTextHandler(log, nil)), pulse: func(context.Context) (view.Status, error) {
		asked <- struct{}{}
		return view.Status{}, <-answer
	}}
	s.ready(t.Context())
	m.until("READY")
	<-asked
	if told := m.next(500 * time.Millisecond); told != nil { // five times as long as it takes otherwise
		t.Errorf("a daemon that hangs told %v", told)
	}
	select {
	case <-log.seen:
	case <-time.After(time.Minute):
		t.Error("the log does not say that it hangs")
	}
	answer <- nil // too late
	go func() {
		for range asked {
			answer <- errors.New("state_damaged\nREADY=1") // which is an answer
		}
	}()
	told, before := m.until("WATCHDOG")
	only(t, before)
	if want := "the state cannot be read: state_damaged READY=1"; told["STATUS"] != want {
		t.Errorf("status %q, want %q", told["STATUS"], want)
	}
	s.stopping()
	m.until("STOPPING")
	close(asked)
}

// Without a service manager nothing is asked and nothing told.
func TestNoSystemd(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	s := &supervisor{logger: slog.New(slog.DiscardHandler), pulse: func(context.Context) (view.Status, error) {
		t.Error("the daemon was asked")
		return view.Status{}, nil
	}}
	s.ready(t.Context())
	if err := s.during(func() error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	s.stopping()
}
