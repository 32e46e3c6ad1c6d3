package web

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// scripted is a Backend with fixed answers that remembers what it was asked.
type scripted struct {
	asked atomic.Pointer[any] // the last request
	fail  error               // what every call returns instead
	hold  chan struct{}
}

var at = time.Date(2026, 11, 24, 15, 50, 12, 0, time.UTC)

var conflict = view.Conflict{
	ID: "c0ffee12", Pipeline: "products", Keys: map[string]pipeline.Key{"pm": "12", "erp": "44"},
	Match: pipeline.Values{"sku": pipeline.Text("CH-100")}, Field: "price",
	Base:   map[string]pipeline.Value{"pm": pipeline.Int(10), "erp": pipeline.Int(10)},
	Values: map[string]pipeline.Value{"pm": pipeline.Int(11), "erp": {}},
	Times:  map[string]*time.Time{"pm": &at, "erp": nil},
	Rule:   `strategy "manual" (shop.hcl:40)`, Since: at,
}

func (s *scripted) note(request any) error {
	s.asked.Store(&request)
	return s.fail
}

func (s *scripted) Status(context.Context) (view.Status, error) {
	return view.Status{
		Version: "1.2.3", Daemon: &view.Daemon{PID: 7, Since: at, Listen: "127.0.0.1:9477"}, StateDir: "/state",
		Pipelines: []view.PipelineStatus{{Name: "products", Sources: [2]string{"pm", "erp"}, State: view.StateActive, Errors: []view.Trouble{}}},
	}, s.note("status")
}

func (s *scripted) Reload(context.Context) (view.Reload, error) {
	return reloaded, s.note("reload")
}

var reloaded = view.Reload{
	OK: true, Changed: true, Config: view.Config{Hash: "h2", Generation: 2, Since: at},
	Started: []string{}, Replaced: []string{"products"}, Stopped: []string{}, Kept: []string{"stock"}, Diagnostics: []view.Diagnostic{},
}

func (s *scripted) Check(_ context.Context, source string) ([]view.SourceCheck, error) {
	return []view.SourceCheck{{Source: source, Kind: "odoo", OK: true, Checks: []pipeline.Check{{Name: "connection", Grade: pipeline.GradePassed}}}}, s.note(source)
}

func (s *scripted) Sync(ctx context.Context, r SyncRequest, progress func(view.Progress)) ([]pipeline.Report, error) {
	for done := range 3 {
		progress(view.Progress{Pipeline: "products", Stage: pipeline.StageWrite, Done: done, Total: 2})
	}
	if s.hold != nil {
		close(s.hold)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return []pipeline.Report{report}, s.note(r)
}

var report = pipeline.Report{
	Pipeline: "products", Cycle: "20261124T155012Z-0003", Result: pipeline.ResultDone,
	Seen: map[string]int{"pm": 60, "erp": 14}, Writes: map[string]pipeline.Writes{"pm": {Create: 2}, "erp": {Update: 5}},
	Started: at, Duration: pipeline.Seconds(1240 * time.Millisecond),
}

var changes = []pipeline.PlannedChange{
	{
		Side: "erp", Action: pipeline.PlanCreate, Keys: map[string]pipeline.Key{"pm": "12"}, Match: map[string]pipeline.Value{"sku": pipeline.Text("CH-100")},
		Fields: []pipeline.PlannedField{{Name: "title", After: pipeline.Text("Chaise <été>"), Rule: "defaults"}},
	},
	{Side: "pm", Action: pipeline.PlanArchive, Keys: map[string]pipeline.Key{"pm": "13", "erp": "9"}, Match: map[string]pipeline.Value{}, Fields: []pipeline.PlannedField{}},
}

func (s *scripted) Plan(_ context.Context, r PlanRequest, sink view.PlanSink) error {
	if s.fail != nil && r.Pipeline == "" {
		return s.fail
	}
	if err := sink.Begin(view.PlanHead{Pipeline: "products", Sources: [2]string{"pm", "erp"}, Of: 1}); err != nil {
		return err
	}
	sink.Progress(view.Progress{Pipeline: "products", Stage: pipeline.StageFetch, Done: 1})
	for _, c := range changes {
		if err := sink.Change(c); err != nil {
			return err
		}
	}
	if err := s.note(r); err != nil {
		return err
	}
	return sink.End(pipeline.PlanTotals{Writes: map[string]pipeline.Writes{"erp": {Create: 1}}, Unchanged: 3})
}

func (s *scripted) Conflicts(context.Context) ([]view.Conflict, error) {
	return []view.Conflict{conflict}, s.note("conflicts")
}

func (s *scripted) Conflict(_ context.Context, id string) (view.Conflict, error) {
	return conflict, s.note(id)
}

func (s *scripted) Resolve(_ context.Context, r view.Resolve) (view.Conflict, error) {
	settled := conflict
	settled.Resolution = &view.Resolution{Take: "value", Value: pipeline.Text(r.Take), By: r.By, At: at}
	return settled, s.note(r)
}

func (s *scripted) Quarantine(context.Context) ([]view.Quarantined, error) {
	return []view.Quarantined{{ID: "9a8b", Pipeline: "products", Code: pipeline.CodeDuplicate, Message: "m", Remedy: "r", Attempts: 2, NextTry: at}}, s.note("quarantine")
}

func (s *scripted) Retry(_ context.Context, ids []string) (view.Retried, error) {
	return view.Retried{Count: len(ids)}, s.note(ids)
}

func (s *scripted) History(_ context.Context, q view.HistoryQuery) ([]view.Event, error) {
	return []view.Event{{Seq: 4, At: at, Pipeline: "products", Kind: "update", Side: "erp", Fields: []view.EventField{}}}, s.note(q)
}

func (s *scripted) StateCheck(context.Context) (view.StateCheck, error) {
	return view.StateCheck{StateDir: "/state", Problems: []view.StateProblem{{Pipeline: "products", Message: "m", Remedy: "r"}}}, s.note("state check")
}

func (s *scripted) StateExport(_ context.Context, q view.Export, yield func(view.ExportLine) error) error {
	if s.fail != nil && q.Pipeline == "" {
		return s.fail
	}
	for _, l := range exported {
		if err := yield(l); err != nil {
			return err
		}
	}
	return s.note(q)
}

var exported = []view.ExportLine{
	{Pipeline: "products", Link: &view.ExportLink{ID: "l1", Keys: map[string]pipeline.Key{"pm": "12"}, Base: map[string]pipeline.Values{"pm": {"title": pipeline.Text("<Chaise>")}}}},
	{Pipeline: "products", Conflict: &conflict},
}

func (s *scripted) Forget(_ context.Context, q view.Forget) (view.Forgotten, error) {
	return view.Forgotten{Pipeline: "products", Link: "l1", Match: pipeline.Values{}, Dropped: !q.Look}, s.note(q)
}

var errFull = &pipeline.Error{
	Code: pipeline.CodeStateDisk, Class: pipeline.Fatal, Message: "the state in /state cannot be written",
	Remedy: "Make room on the disk.", Cause: errors.New("no space left on device"),
}

// Hook implements Hooks.
func (s *scripted) Hook(_ context.Context, source string, _ pipeline.HookCall) (view.Hook, error) {
	return view.Hook{Result: view.HookIgnored}, s.note(source)
}
