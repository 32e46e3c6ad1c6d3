package app

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bring brings a configuration to life until the test ends.
func bring(t *testing.T, cfg *config.Config, o Options) *App {
	t.Helper()
	a, err := New(t.Context(), cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopApp(t, a) })
	return a
}

func stopApp(t *testing.T, a *App) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := a.Stop(ctx); err != nil {
		t.Errorf("stopping: %v", err)
	}
}

func syncOnce(t *testing.T, b web.Backend) pipeline.Report {
	t.Helper()
	reports, err := b.Sync(t.Context(), web.SyncRequest{}, nil)
	if err != nil || len(reports) != 1 {
		t.Fatalf("got %d reports, %v", len(reports), err)
	}
	if e := reports[0].Error; e != nil {
		t.Fatalf("the cycle failed: %+v", e)
	}
	return reports[0]
}

// One conflict's whole life, as a person at the command line sees it.
func TestConflictIsListedSettledAndCarriedOut(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	a := bring(t, s.Config(t, `conflict { strategy = "manual" }`), Options{})
	if r := syncOnce(t, a); r.Writes["erp"].Create != 1 {
		t.Fatalf("first cycle: %+v", r)
	}
	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chaise bleue"))
	s.Edit(t, "erp", "CH-100", "title", pipeline.Text("Blue chair"))
	if r := syncOnce(t, a); r.Conflicts != (pipeline.ConflictCount{New: 1, Pending: 1}) {
		t.Fatalf("second cycle: %+v", r.Conflicts)
	}

	conflicts, err := a.Conflicts(t.Context())
	if err != nil || len(conflicts) != 1 {
		t.Fatalf("got %v, %v", conflicts, err)
	}
	c := conflicts[0]
	want := map[string]pipeline.Value{"pm": pipeline.Text("Chaise bleue"), "erp": pipeline.Text("Blue chair")}
	if diff := cmp.Diff(want, c.Values); diff != "" || c.Field != "title" || c.Pipeline != "products" {
		t.Errorf("conflict is %+v; values (-want +got):\n%s", c, diff)
	}
	if _, err := a.Resolve(t.Context(), view.Resolve{ID: "nope", Take: "pm"}); pipeline.AsError(err).Code != pipeline.CodeConflictNotFound {
		t.Errorf("settling an unknown conflict: %v", err)
	}
	settled, err := a.Resolve(t.Context(), view.Resolve{ID: c.ID, Take: "Chair", By: "anna"})
	if err != nil || settled.Resolution == nil || settled.Resolution.Take != "value" || settled.Resolution.By != "anna" {
		t.Fatalf("got %+v, %v", settled.Resolution, err)
	}
	if r := syncOnce(t, a); r.Conflicts.Pending != 0 {
		t.Errorf("third cycle: %+v", r.Conflicts)
	}
	for _, system := range []string{"pm", "erp"} {
		if got := s.Held(t, system, "CH-100", "title"); !got.Equal(pipeline.Text("Chair")) {
			t.Errorf("%s holds %v", system, got)
		}
	}
	events, err := a.History(t.Context(), view.HistoryQuery{Record: "CH-100", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	if !strings.Contains(strings.Join(kinds, " "), "conflict") {
		t.Errorf("the history of the record tells %v", kinds)
	}
	if _, err := a.History(t.Context(), view.HistoryQuery{Record: "nobody", Limit: 1}); pipeline.AsError(err).Code != pipeline.CodeRecordUnknown {
		t.Errorf("history of an unknown record: %v", err)
	}
}

func TestQuarantineIsListedAndRetried(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "One", "DUP")
	s.Insert(t, "erp", "A", "DUP")
	s.Insert(t, "erp", "B", "DUP")
	a := bring(t, s.Config(t, ""), Options{})
	reports, err := a.Sync(t.Context(), web.SyncRequest{Pipeline: "products"}, nil)
	if err != nil || reports[0].Result != pipeline.ResultPartial {
		t.Fatalf("got %+v, %v", reports, err)
	}
	entries, err := a.Quarantine(t.Context())
	if err != nil || len(entries) == 0 || entries[0].Code != pipeline.CodeAmbiguousMatch || entries[0].Remedy == "" {
		t.Fatalf("got %+v, %v", entries, err)
	}
	if _, err := a.Retry(t.Context(), []string{entries[0].ID, "nope"}); pipeline.AsError(err).Code != pipeline.CodeRecordUnknown || !strings.Contains(err.Error(), "nope") {
		t.Errorf("retrying an unknown entry: %v", err)
	}
	if r, err := a.Retry(t.Context(), []string{entries[0].ID}); err != nil || r.Count != 1 {
		t.Errorf("retrying one: %+v, %v", r, err)
	}
	if r, err := a.Retry(t.Context(), nil); err != nil || r.Count != len(entries) {
		t.Errorf("retrying all: %+v, %v, want %d", r, err, len(entries))
	}
	status, err := a.Status(t.Context())
	if err != nil || status.Pipelines[0].Quarantined != len(entries) || len(status.Pipelines[0].Errors) == 0 {
		t.Errorf("status is %+v, %v", status, err)
	}
}

// Invariant 10: what only reads leaves no trace.
func TestReadingMakesNoState(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	cfg := s.Config(t, "")
	a := bring(t, cfg, Options{State: StateRead})
	if status, err := a.Status(t.Context()); err != nil || status.Pipelines[0].Linked != 0 || status.Daemon != nil {
		t.Errorf("status is %+v, %v", status, err)
	}
	sink := &planned{}
	if err := a.Plan(t.Context(), web.PlanRequest{}, sink); err != nil || len(sink.changes) != 1 || sink.changes[0].Action != pipeline.PlanCreate {
		t.Errorf("plan is %+v, %v", sink.changes, err)
	}
	stopApp(t, a)
	if _, err := os.Stat(cfg.Daemon.StateDir); !os.IsNotExist(err) {
		t.Errorf("the state directory was made: %v", err)
	}
	if n := s.System("erp").Counts().Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// planned is a PlanSink that keeps the changes.
type planned struct{ changes []pipeline.PlannedChange }

func (*planned) Begin(view.PlanHead) error { return nil }
func (*planned) Progress(view.Progress)    {}
func (p *planned) Change(c pipeline.PlannedChange) error {
	p.changes = append(p.changes, c)
	return nil
}
func (*planned) End(pipeline.PlanTotals) error { return nil }

// Invariant 8 (one writer): a second process on a state directory is refused.
func TestStateDirectoryIsOneProcesss(t *testing.T) {
	s := apptest.New(t, nil)
	cfg := s.Config(t, "")
	bring(t, cfg, Options{})
	for _, use := range []StateUse{StateWrite, StateRead} {
		_, err := New(t.Context(), cfg, Options{State: use})
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeStateLocked {
			t.Errorf("use %d: got %v, want state_locked", use, err)
		}
	}
	a, err := New(t.Context(), cfg, Options{State: StateNone}) // `check` needs no state
	if err != nil {
		t.Fatal(err)
	}
	stopApp(t, a)
}

func TestDaemonsInOneProcess(t *testing.T) {
	var shops [2]*apptest.Shop
	for i := range shops {
		shops[i] = apptest.New(t, nil)
		shops[i].Insert(t, "pm", "Chaise", "CH-100")
		a := bring(t, shops[i].Config(t, `schedule { every = "1h" }`), Options{})
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		client, err := web.Dial(t.Context(), a.current().config.Daemon.StateDir)
		if err != nil || client == nil {
			t.Fatalf("no socket: %v", err)
		}
		t.Cleanup(client.Close)
		syncOnce(t, client) // after the first scheduled cycle, or as the first one
		status, err := client.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := status.Pipelines[0]
		if p.Linked != 1 || p.LastSuccess == nil || p.State != view.StateActive || status.Daemon == nil || status.Daemon.Listen != a.Address() {
			t.Errorf("status is %+v", status)
		}
	}
	for _, s := range shops {
		if n := len(s.System("erp").Snapshot()); n != 1 {
			t.Errorf("the erp holds %d records, want 1", n)
		}
	}
}

func TestStatusTellsErrors(t *testing.T) {
	down := true
	s := apptest.New(t, func(system, _ string) memory.FaultKind {
		if system == "erp" && down {
			return memory.DenyAccess
		}
		return memory.NoFault
	})
	a := bring(t, s.Config(t, ""), Options{})
	for range 2 {
		reports, err := a.Sync(t.Context(), web.SyncRequest{}, nil)
		if err != nil || reports[0].Result != pipeline.ResultFailed {
			t.Fatalf("got %+v, %v", reports, err)
		}
	}
	pipelineStatus := func() view.PipelineStatus {
		status, err := a.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return status.Pipelines[0]
	}
	p := pipelineStatus()
	if p.State != view.StateError || p.LastSuccess != nil || len(p.Errors) != 1 {
		t.Fatalf("status is %+v", p)
	}
	if e := p.Errors[0]; e.Code != pipeline.CodeAccessDenied || e.Count != 2 || e.Remedy == "" || time.Since(e.At) > time.Minute {
		t.Errorf("error is %+v", e)
	}
	down = false
	syncOnce(t, a)
	if p := pipelineStatus(); p.State != view.StateActive || p.LastSuccess == nil || len(p.Errors) != 1 {
		t.Errorf("after the source is back: %+v", p)
	}
}

func TestNames(t *testing.T) {
	a := bring(t, apptest.New(t, nil).Config(t, ""), Options{State: StateNone})
	_, err := a.Sync(t.Context(), web.SyncRequest{Pipeline: "product"}, nil)
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodePipelineUnknown || e.Remedy != `Did you mean "products"?` {
		t.Errorf("got %+v", e)
	}
	_, err = a.Check(t.Context(), "magento")
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeSourceUnknown || e.Remedy != "Known are: erp, pm." {
		t.Errorf("got %+v", e)
	}
}
