package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// apiPath is where the API begins.
const apiPath = "/api/v1"

// maxRequest bounds the body of a request, in bytes: a resolution may carry a long text.
const maxRequest = 1 << 20

// api serves a Backend.
type api struct{ backend Backend }

func (a api) routes() []route {
	calls := []route{
		{pattern: "GET " + apiPath + "/status", handler: a.status, described: described{summary: "How everything stands, as `status --json`.", answer: view.Status{}}},
		{pattern: "GET " + apiPath + "/check", handler: a.check, described: described{summary: "Tests the connection of each source and media store, as `check --json`.", answer: []view.SourceCheck{}, query: []parameter{{"source", "only this one"}}}},
		{pattern: "POST " + apiPath + "/sync", handler: a.sync, stream: true, described: described{summary: "Runs one cycle of a pipeline, or of all, now.", answer: event{}, body: SyncRequest{}}},
		{pattern: "POST " + apiPath + "/plan", handler: a.plan, stream: true, described: described{summary: "What a cycle would write; nothing is written.", answer: event{}, body: PlanRequest{}}},
		{pattern: "GET " + apiPath + "/conflicts", handler: a.conflicts, described: described{summary: "The fields that wait for a person, as `conflicts --json`.", answer: []view.Conflict{}}},
		{pattern: "GET " + apiPath + "/conflicts/{id}", handler: a.conflict, described: described{summary: "One of them.", answer: view.Conflict{}}},
		{pattern: "POST " + apiPath + "/conflicts/{id}/resolve", handler: a.resolve, described: described{summary: "Settles one; the next cycle carries it out.", answer: view.Conflict{}, body: view.Resolve{}}},
		{pattern: "GET " + apiPath + "/quarantine", handler: a.quarantine, described: described{summary: "The records that failed, as `quarantine --json`.", answer: []view.Quarantined{}}},
		{pattern: "POST " + apiPath + "/quarantine/retry", handler: a.retry, described: described{summary: "Has the next cycle try them again.", answer: view.Retried{}, body: view.Retry{}}},
		{pattern: "GET " + apiPath + "/history", handler: a.history, described: described{summary: "Decisions and writes, the latest last, as `history --json`.", answer: []view.Event{}, query: []parameter{{"record", "a key of either side, or the value of a match field"}, {"cycle", "of this cycle alone"}, {"since", "from this time on, as 2026-11-24T15:50:12Z"}, {"limit", "how many at most; 50 without it"}}}},
		{pattern: "POST " + apiPath + "/apply", handler: a.apply, stream: true, body: maxPlan, described: described{summary: "Carries out a kept plan, which is the body.", answer: event{}, body: anyBody{}, query: []parameter{{"name", "of the plan, for the history"}, {"by", "who asks, for the history"}}}},
		{pattern: "POST " + apiPath + "/undo/plan", handler: a.planUndo, stream: true, described: described{summary: "What taking a cycle back would write.", answer: event{}, body: UndoRequest{}}},
		{pattern: "POST " + apiPath + "/undo", handler: a.undo, stream: true, described: described{summary: "Takes back what a cycle wrote, where nothing changed since.", answer: event{}, body: UndoRequest{}}},
		{pattern: "GET " + apiPath + "/explain", handler: a.explain, described: described{summary: "One record whole, as `explain --json`.", answer: []view.Explanation{}, query: []parameter{{"record", "a key of either side, or the value of a match field"}}}},
		{pattern: "GET " + apiPath + "/state/check", handler: a.stateCheck, described: described{summary: "Reads the whole state and tells what is wrong with it.", answer: view.StateCheck{}}},
		{pattern: "POST " + apiPath + "/state/export", handler: a.stateExport, stream: true, described: described{summary: "What the state holds.", answer: event{}, body: view.Export{}}},
		{pattern: "POST " + apiPath + "/state/forget", handler: a.forget, described: described{summary: "Drops the link of one record, in the state alone.", answer: view.Forgotten{}, body: view.Forget{}}},
	}
	return slices.Concat(calls, a.operatorRoutes(), a.overseerRoutes(), a.reloadRoutes(), a.hookRoutes())
}

// unknownCall tells whoever calls what is not there, or in another way than it is.
func unknownCall(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		e := &pipeline.Error{
			Code: pipeline.CodeUsage, Message: "there is no call " + r.Method + " " + r.URL.Path,
			Remedy: "The calls are listed at " + apiPath + "/openapi.json and in docs/api.md.",
		}
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, method+" ") {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			writeJSON(w, http.StatusNotFound, view.Failure{Error: view.ErrorOf(e)})
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		e.Remedy = "Call it with " + strings.Join(allowed, " or ") + "."
		writeJSON(w, http.StatusMethodNotAllowed, view.Failure{Error: view.ErrorOf(e)})
	}
}

func (a api) status(w http.ResponseWriter, r *http.Request) {
	s, err := a.backend.Status(r.Context())
	answer(w, s, err)
}

func (a api) check(w http.ResponseWriter, r *http.Request) {
	c, err := a.backend.Check(r.Context(), r.FormValue("source"))
	answer(w, c, err)
}

func (a api) sync(w http.ResponseWriter, r *http.Request) {
	var q SyncRequest
	if !readJSON(w, r, &q) {
		return
	}
	s := newStream(w)
	reports, err := a.backend.Sync(r.Context(), q, s.Progress)
	for _, report := range reports {
		_ = s.send(event{Report: &report}) // a client that is gone is no concern of the cycle
	}
	_ = s.close(err)
}

func (a api) plan(w http.ResponseWriter, r *http.Request) {
	var q PlanRequest
	if !readJSON(w, r, &q) {
		return
	}
	s := newStream(w)
	_ = s.close(a.backend.Plan(r.Context(), q, s))
}

func (a api) conflicts(w http.ResponseWriter, r *http.Request) {
	c, err := a.backend.Conflicts(r.Context())
	answer(w, c, err)
}

func (a api) conflict(w http.ResponseWriter, r *http.Request) {
	c, err := a.backend.Conflict(r.Context(), r.PathValue("id"))
	answer(w, c, err)
}

func (a api) resolve(w http.ResponseWriter, r *http.Request) {
	var q view.Resolve
	if !readJSON(w, r, &q) {
		return
	}
	q.ID = r.PathValue("id")
	c, err := a.backend.Resolve(r.Context(), q)
	answer(w, c, err)
}

func (a api) quarantine(w http.ResponseWriter, r *http.Request) {
	q, err := a.backend.Quarantine(r.Context())
	answer(w, q, err)
}

func (a api) retry(w http.ResponseWriter, r *http.Request) {
	var q view.Retry
	if !readJSON(w, r, &q) {
		return
	}
	n, err := a.backend.Retry(r.Context(), q.IDs)
	answer(w, n, err)
}

func (a api) history(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.FormValue("limit"))
	if err != nil || limit < 1 {
		limit = 50
	}
	skip, _ := strconv.Atoi(r.FormValue("skip"))
	q := view.HistoryQuery{
		Record: r.FormValue("record"), Cycle: pipeline.CycleID(r.FormValue("cycle")), Pipeline: r.FormValue("pipeline"),
		Side: r.FormValue("side"), Field: r.FormValue("field"), Skip: max(0, skip), Limit: min(limit, 10000),
	}
	for _, bound := range []struct {
		name string
		at   *time.Time
	}{{"since", &q.Since}, {"until", &q.Until}} {
		text := r.FormValue(bound.name)
		if text == "" {
			continue
		}
		if *bound.at, err = time.Parse(time.RFC3339Nano, text); err != nil {
			writeError(w, &pipeline.Error{Code: pipeline.CodeUsage, Message: fmt.Sprintf("%s = %q is not a time", bound.name, text), Remedy: "Write it as 2026-11-24T15:50:12Z."})
			return
		}
	}
	events, err := a.backend.History(r.Context(), q)
	answer(w, events, err)
}

func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, v)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // whoever is gone does not need the answer
}

func writeError(w http.ResponseWriter, err error) {
	e := view.ErrorOf(err)
	writeJSON(w, statusOf(e.Code), view.Failure{Error: e})
}

func statusOf(c pipeline.Code) int {
	switch c {
	case pipeline.CodeCycleUnknown, pipeline.CodeConflictNotFound, pipeline.CodePipelineUnknown, pipeline.CodeSourceUnknown, pipeline.CodeRecordUnknown:
		return http.StatusNotFound
	case pipeline.CodePlanOutdated, pipeline.CodeConflictMoved, pipeline.CodeNotBraked, pipeline.CodePaused, pipeline.CodeOtherSystem:
		return http.StatusConflict
	case pipeline.CodePlanInvalid, pipeline.CodeUsage, pipeline.CodeResolutionRefused:
		return http.StatusBadRequest
	case pipeline.CodeUnauthorized:
		return http.StatusUnauthorized
	case pipeline.CodeForbidden:
		return http.StatusForbidden
	case pipeline.CodeTooManyAttempts:
		return http.StatusTooManyRequests
	case pipeline.CodeTooBusy:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// readJSON reads the body into v; an empty body leaves v as it is. It answers and returns false when the
// body is not what the call takes.
func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil || errors.Is(err, io.EOF) {
		return true
	}
	e := &pipeline.Error{
		Code: pipeline.CodeUsage, Message: "the body of the call cannot be read", Cause: err,
		Remedy: "Send a JSON object as " + apiPath + "/openapi.json describes it.",
	}
	status := http.StatusBadRequest
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		status = http.StatusRequestEntityTooLarge
		e.Message, e.Remedy = fmt.Sprintf("the body of the call is larger than %d bytes", tooLarge.Limit), "Send less in one call."
	}
	writeJSON(w, status, view.Failure{Error: view.ErrorOf(e)})
	return false
}
