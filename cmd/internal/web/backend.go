package web

import (
	"context"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Backend is what commands and pages ask for. Every error is, or wraps, a *pipeline.Error.
type Backend interface {
	Operator
	Asker
	Overseer
	HookRegistrar
	Status(ctx context.Context) (view.Status, error)
	// Reload reads the configuration anew and takes it in whole, or not at all. That it is wrong is in
	// the answer, not an error.
	Reload(ctx context.Context) (view.Reload, error)
	// Check tests the connection of one source, of all for "". A failed test is in the answer, not
	// an error.
	Check(ctx context.Context, source string) ([]view.SourceCheck, error)
	// Sync runs one cycle of a pipeline, of all for "", one after the other. A failed cycle is in
	// its report, not an error. progress may be nil.
	Sync(ctx context.Context, r SyncRequest, progress func(view.Progress)) ([]pipeline.Report, error)
	// Plan tells what a cycle would write. With Keep, which takes one pipeline, sink must be a
	// view.PlanKeeper too.
	Plan(ctx context.Context, r PlanRequest, sink view.PlanSink) error
	Conflicts(ctx context.Context) ([]view.Conflict, error)
	Conflict(ctx context.Context, id string) (view.Conflict, error)
	Resolve(ctx context.Context, r view.Resolve) (view.Conflict, error)
	Quarantine(ctx context.Context) ([]view.Quarantined, error)
	Retry(ctx context.Context, ids []string) (view.Retried, error)
	History(ctx context.Context, q view.HistoryQuery) ([]view.Event, error)
	// StateCheck reads everything in the state. What is wrong with it is in the answer, not an error.
	StateCheck(ctx context.Context) (view.StateCheck, error)
	// StateExport yields what the state holds, line by line; an error of yield ends it.
	StateExport(ctx context.Context, q view.Export, yield func(view.ExportLine) error) error
	// Forget drops the link of one record, in the state alone.
	Forget(ctx context.Context, q view.Forget) (view.Forgotten, error)
}

// SyncRequest asks for a cycle.
type SyncRequest struct {
	Pipeline string `json:"pipeline"` // "" is all
	Full     bool   `json:"full"`
}

// PlanRequest asks for a plan.
type PlanRequest struct {
	Pipeline string `json:"pipeline"` // "" is all
	Full     bool   `json:"full"`
	Keep     bool   `json:"keep,omitempty"`
}
