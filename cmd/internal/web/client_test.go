package web

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// socketDir is a directory whose path is short enough for a socket.
func socketDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tandem-web-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// serve starts a server; change may adapt its configuration.
func serve(t *testing.T, b Daemon, change func(*Config)) *Server {
	t.Helper()
	cfg := configOf(t, b)
	if change != nil {
		change(&cfg)
	}
	s := NewServer(cfg)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, s) })
	return s
}

func configOf(t *testing.T, b Daemon) Config {
	t.Helper()
	return Config{
		Backend: b, Gatherer: prometheus.NewRegistry(), Ready: func() error { return nil },
		StateDir: socketDir(t), Listen: "127.0.0.1:0", Metrics: NewMetrics(prometheus.NewRegistry()), Logger: slog.New(slog.DiscardHandler),
	}
}

func stopServer(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Errorf("stopping: %v", err)
	}
}

func dial(t *testing.T, stateDir string) *Client {
	t.Helper()
	c, err := Dial(t.Context(), stateDir)
	if err != nil || c == nil {
		t.Fatalf("no daemon in %s: %v", stateDir, err)
	}
	t.Cleanup(c.Close)
	return c
}

// recorder is a PlanSink that keeps everything.
type recorder struct {
	heads    []view.PlanHead
	changes  []pipeline.PlannedChange
	totals   []pipeline.PlanTotals
	progress []view.Progress
}

func (r *recorder) Begin(h view.PlanHead) error { r.heads = append(r.heads, h); return nil }
func (r *recorder) Progress(p view.Progress)    { r.progress = append(r.progress, p) }
func (r *recorder) Change(c pipeline.PlannedChange) error {
	r.changes = append(r.changes, c)
	return nil
}
func (r *recorder) End(t pipeline.PlanTotals) error { r.totals = append(r.totals, t); return nil }

// clientCall is a call and the request that it makes of a backend.
type clientCall struct {
	name  string
	call  func(Backend) (any, error)
	asked any
}

// Every call must come out of the socket as it went in: request and answer.
func TestClientIsTheBackend(t *testing.T) {
	b := &scripted{}
	c := dial(t, serve(t, b, nil).cfg.StateDir)
	ctx := t.Context()
	resolve := view.Resolve{ID: "c0ffee12", Take: "19,99 €", By: "anna", Seen: map[string]pipeline.Value{"pm": pipeline.Int(11)}}
	for _, tt := range append(operatorCalls(ctx), []clientCall{
		{"status", func(b Backend) (any, error) { return b.Status(ctx) }, "status"},
		{"check", func(b Backend) (any, error) { return b.Check(ctx, "a b&c") }, "a b&c"},
		{"conflicts", func(b Backend) (any, error) { return b.Conflicts(ctx) }, "conflicts"},
		{"conflict", func(b Backend) (any, error) { return b.Conflict(ctx, "a/b") }, "a/b"},
		{"resolve", func(b Backend) (any, error) { return b.Resolve(ctx, resolve) }, resolve},
		{"quarantine", func(b Backend) (any, error) { return b.Quarantine(ctx) }, "quarantine"},
		{"retry", func(b Backend) (any, error) { return b.Retry(ctx, []string{"9a8b", "77"}) }, []string{"9a8b", "77"}},
		{"history", func(b Backend) (any, error) { return b.History(ctx, view.HistoryQuery{Record: "CH-100", Limit: 9}) }, view.HistoryQuery{Record: "CH-100", Limit: 9}},
		{"state check", func(b Backend) (any, error) { return b.StateCheck(ctx) }, "state check"},
		{"state export", func(b Backend) (any, error) {
			var lines []view.ExportLine
			err := b.StateExport(ctx, view.Export{Pipeline: "products", History: true}, func(l view.ExportLine) error {
				lines = append(lines, l)
				return nil
			})
			return lines, err
		}, view.Export{Pipeline: "products", History: true}},
		{"forget", func(b Backend) (any, error) {
			return b.Forget(ctx, view.Forget{Record: "CH-100", By: "anna", Look: true})
		}, view.Forget{Record: "CH-100", By: "anna", Look: true}},
		{"sync", func(b Backend) (any, error) {
			var seen []view.Progress
			reports, err := b.Sync(ctx, SyncRequest{Pipeline: "products", Full: true}, func(p view.Progress) { seen = append(seen, p) })
			return []any{reports, seen}, err
		}, SyncRequest{Pipeline: "products", Full: true}},
		{"plan", func(b Backend) (any, error) {
			var r recorder
			err := b.Plan(ctx, PlanRequest{Pipeline: "products"}, &r)
			return []any{r.heads, r.changes, r.totals, r.progress}, err
		}, PlanRequest{Pipeline: "products"}},
	}...) {
		t.Run(tt.name, func(t *testing.T) {
			want, err := tt.call(b)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tt.call(c)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer over the socket (-in process +client):\n%s", diff)
			}
			if diff := cmp.Diff(tt.asked, *b.asked.Load()); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsCrossTheSocket(t *testing.T) {
	b := &scripted{fail: errFull}
	c := dial(t, serve(t, b, nil).cfg.StateDir)
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"an answer": func() error { _, err := c.Status(ctx); return err },
		"a stream":  func() error { _, err := c.Sync(ctx, SyncRequest{}, nil); return err },
		"a stream that had begun": func() error {
			return c.Plan(ctx, PlanRequest{Pipeline: "products"}, &recorder{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var e *pipeline.Error
			if err := call(); !errors.As(err, &e) {
				t.Fatalf("got %v, want a *pipeline.Error", err)
			}
			if e.Code != errFull.Code || e.Class != errFull.Class || e.Error() != errFull.Error() || e.Remedy != errFull.Remedy {
				t.Errorf("got %+v, want %+v", e, errFull)
			}
		})
	}
}

func TestDaemonThatStopsEndsWhatIsUnderWay(t *testing.T) {
	b := &scripted{hold: make(chan struct{})}
	s := serve(t, b, nil)
	c := dial(t, s.cfg.StateDir)
	result := make(chan error, 1)
	go func() {
		_, err := c.Sync(context.Background(), SyncRequest{}, nil)
		result <- err
	}()
	<-b.hold
	stopServer(t, s)
	if e := pipeline.AsError(<-result); e.Code != pipeline.CodeStopped {
		t.Errorf("the call ended with %v, want code %s", e, pipeline.CodeStopped)
	}
}

func TestInterruptedClientSaysSo(t *testing.T) {
	b := &scripted{hold: make(chan struct{})}
	c := dial(t, serve(t, b, nil).cfg.StateDir)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-b.hold
		cancel()
	}()
	if _, err := c.Sync(ctx, SyncRequest{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancellation", err)
	}
}

func TestDialFindsNoDaemon(t *testing.T) {
	t.Run("no directory", func(t *testing.T) {
		if c, err := Dial(t.Context(), filepath.Join(socketDir(t), "none")); c != nil || err != nil {
			t.Errorf("got %v, %v", c, err)
		}
	})
	t.Run("a socket that a killed daemon left", func(t *testing.T) {
		dir := socketDir(t)
		l, err := listenSocket(dir)
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close() // the file stays, as after SIGKILL
		if _, err := os.Stat(filepath.Join(dir, SocketName)); err != nil {
			t.Fatalf("the test needs a stale socket file: %v", err)
		}
		if c, err := Dial(t.Context(), dir); c != nil || err != nil {
			t.Errorf("got %v, %v", c, err)
		}
		s := serve(t, &scripted{}, func(c *Config) { c.StateDir = dir })
		if _, err := dial(t, s.cfg.StateDir).Status(t.Context()); err != nil {
			t.Errorf("a server does not start over a stale socket: %v", err)
		}
	})
}
