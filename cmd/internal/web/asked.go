package web

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Asker carries out kept plans, takes cycles back and explains single records.
type Asker interface {
	// Apply carries out a kept plan. What it refuses is told as it happens; a failure after it began is
	// in the report, not an error.
	Apply(ctx context.Context, r ApplyRequest, plan io.Reader, watch Watch) (pipeline.Report, error)
	// PlanUndo tells what Undo would write.
	PlanUndo(ctx context.Context, r UndoRequest, sink view.PlanSink) error
	// Undo takes back what a cycle wrote; its answers are those of Apply.
	Undo(ctx context.Context, r UndoRequest, watch Watch) (pipeline.Report, error)
	// Explain tells all about a record, named by its key on either side or by a match value, in each
	// pipeline that knows it.
	Explain(ctx context.Context, record string) ([]view.Explanation, error)
}

// ApplyRequest asks to carry out a plan.
type ApplyRequest struct {
	Name string // the file's, for the history
	By   string
}

// UndoRequest asks to take a cycle back.
type UndoRequest struct {
	Cycle    pipeline.CycleID `json:"cycle"`
	Pipeline string           `json:"pipeline"` // "" is the one whose history tells of the cycle
	By       string           `json:"by"`
}

// Watch is told how an Apply or Undo goes on. Both functions may be nil.
type Watch struct {
	Progress func(view.Progress)
	// Refused is told of each record that is left alone, with the reason as its note.
	Refused func(pipeline.PlannedChange) error
}

// maxPlan bounds the body of a kept plan, in bytes.
const maxPlan = 8 << 30

func (a api) apply(w http.ResponseWriter, r *http.Request) {
	q := ApplyRequest{Name: r.URL.Query().Get("name"), By: r.URL.Query().Get("by")}
	s := newStream(w)
	report, err := a.backend.Apply(r.Context(), q, r.Body, s.watch())
	s.reported(report, err)
}

func (a api) planUndo(w http.ResponseWriter, r *http.Request) {
	var q UndoRequest
	if !readJSON(w, r, &q) {
		return
	}
	s := newStream(w)
	_ = s.close(a.backend.PlanUndo(r.Context(), q, s))
}

func (a api) undo(w http.ResponseWriter, r *http.Request) {
	var q UndoRequest
	if !readJSON(w, r, &q) {
		return
	}
	s := newStream(w)
	report, err := a.backend.Undo(r.Context(), q, s.watch())
	s.reported(report, err)
}

func (a api) explain(w http.ResponseWriter, r *http.Request) {
	x, err := a.backend.Explain(r.Context(), r.FormValue("record"))
	answer(w, x, err)
}

// watch passes on what an Apply or Undo tells. A client that is gone does not end it.
func (s *stream) watch() Watch {
	return Watch{Progress: s.Progress, Refused: func(c pipeline.PlannedChange) error {
		_ = s.Change(c)
		return nil
	}}
}

func (s *stream) reported(report pipeline.Report, err error) {
	if err == nil {
		_ = s.send(event{Report: &report})
	}
	_ = s.close(err)
}

// Apply implements Backend.
func (c *Client) Apply(ctx context.Context, r ApplyRequest, plan io.Reader, watch Watch) (pipeline.Report, error) {
	return c.ask(ctx, "/apply?"+url.Values{"name": {r.Name}, "by": {r.By}}.Encode(), plan, watch)
}

// PlanUndo implements Backend.
func (c *Client) PlanUndo(ctx context.Context, r UndoRequest, sink view.PlanSink) error {
	return c.stream(ctx, "/undo/plan", r, func(e event) error { return toSink(sink, e) })
}

// Undo implements Backend.
func (c *Client) Undo(ctx context.Context, r UndoRequest, watch Watch) (pipeline.Report, error) {
	return c.ask(ctx, "/undo", r, watch)
}

// Explain implements Backend.
func (c *Client) Explain(ctx context.Context, record string) (x []view.Explanation, err error) {
	return x, c.get(ctx, "/explain", url.Values{"record": {record}}, &x)
}

func (c *Client) ask(ctx context.Context, path string, body any, watch Watch) (report pipeline.Report, err error) {
	err = c.stream(ctx, path, body, func(e event) error {
		switch {
		case e.Report != nil:
			report = *e.Report
		case e.Progress != nil && watch.Progress != nil:
			watch.Progress(*e.Progress)
		case e.Change != nil && watch.Refused != nil:
			return watch.Refused(*e.Change)
		}
		return nil
	})
	return report, err
}
