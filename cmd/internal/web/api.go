package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
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

func (a api) routes(mux *http.ServeMux, wrap func(http.Handler) http.Handler) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET " + apiPath + "/status":                  a.status,
		"GET " + apiPath + "/check":                   a.check,
		"POST " + apiPath + "/sync":                   a.sync,
		"POST " + apiPath + "/plan":                   a.plan,
		"GET " + apiPath + "/conflicts":               a.conflicts,
		"GET " + apiPath + "/conflicts/{id}":          a.conflict,
		"POST " + apiPath + "/conflicts/{id}/resolve": a.resolve,
		"GET " + apiPath + "/quarantine":              a.quarantine,
		"POST " + apiPath + "/quarantine/retry":       a.retry,
		"GET " + apiPath + "/history":                 a.history,
		"POST " + apiPath + "/apply":                  a.apply,
		"POST " + apiPath + "/undo/plan":              a.planUndo,
		"POST " + apiPath + "/undo":                   a.undo,
		"GET " + apiPath + "/explain":                 a.explain,
		"GET " + apiPath + "/state/check":             a.stateCheck,
		"POST " + apiPath + "/state/export":           a.stateExport,
		"POST " + apiPath + "/state/forget":           a.forget,
	} {
		mux.Handle(pattern, wrap(h))
	}
	for _, more := range []map[string]http.HandlerFunc{a.operatorRoutes(), a.overseerRoutes(), a.reloadRoutes(), a.hookRoutes()} {
		for pattern, h := range more {
			mux.Handle(pattern, wrap(h))
		}
	}
	mux.Handle(apiPath+"/", wrap(http.HandlerFunc(unknownCall)))
}

func unknownCall(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusNotFound, view.Failure{Error: view.ErrorOf(&pipeline.Error{
		Code: pipeline.CodeUsage, Message: "there is no call " + r.Method + " " + r.URL.Path,
		Remedy: "The calls are listed in docs/commands.md.",
	})})
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
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
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
	case pipeline.CodePlanOutdated, pipeline.CodeConflictMoved, pipeline.CodeNotBraked, pipeline.CodeOtherSystem:
		return http.StatusConflict
	case pipeline.CodePlanInvalid, pipeline.CodeUsage, pipeline.CodeResolutionRefused:
		return http.StatusBadRequest
	case pipeline.CodeUnauthorized:
		return http.StatusUnauthorized
	case pipeline.CodeForbidden:
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

// readJSON reads the body into v; an empty body leaves v as it is. It answers and returns false when the
// body is not what the call takes.
func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		writeError(w, &pipeline.Error{
			Code: pipeline.CodeUsage, Message: "the body of the call cannot be read", Cause: err,
			Remedy: "Send a JSON object as docs/commands.md shows it.",
		})
		return false
	}
	return true
}
