package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Overseer is what somebody asks for who looks on.
type Overseer interface {
	// Runs returns reports of cycles, the latest first.
	Runs(ctx context.Context, q view.RunsQuery) (view.Runs, error)
	// Sources tells how the sources have answered; it calls none.
	Sources(ctx context.Context) ([]view.SourceStatus, error)
	// Configuration returns the live configuration beside what the files say now. It takes nothing in.
	Configuration(ctx context.Context) (view.Configuration, error)
}

// Daemon is the Backend of the process that listens, which alone can tell its pages what goes on.
type Daemon interface {
	Backend
	// Watch tells what goes on, at once and after each change, until ctx ends or tell fails.
	Watch(ctx context.Context, tell func(view.Activity) error) error
	// Begin starts a cycle and does not wait for it.
	Begin(ctx context.Context, q view.Begin) error
}

// maxRuns is how many reports one call gives at most.
const maxRuns = 1000

func (a api) overseerRoutes() []route {
	return []route{
		{pattern: "GET " + apiPath + "/runs", handler: a.runs, described: described{
			summary: "Reports of cycles, the latest first.", answer: view.Runs{}, query: []parameter{
				{"pipeline", "of this pipeline alone"}, {"skip", "how many to leave out"}, {"limit", "how many at most; 50 without it"},
			},
		}},
		{pattern: "GET " + apiPath + "/sources", handler: a.sources, described: described{
			summary: "How each source has answered since the start; none is asked.", answer: []view.SourceStatus{},
		}},
		{pattern: "GET " + apiPath + "/config", handler: a.configuration, described: described{
			summary: "The live files with secrets masked, and what the files on disk say that is not live.", answer: view.Configuration{},
		}},
	}
}

func (a api) runs(w http.ResponseWriter, r *http.Request) {
	q := view.RunsQuery{Pipeline: r.FormValue("pipeline"), Limit: 50}
	if n, err := strconv.Atoi(r.FormValue("limit")); err == nil && n > 0 {
		q.Limit = min(n, maxRuns)
	}
	if n, err := strconv.Atoi(r.FormValue("skip")); err == nil && n > 0 {
		q.Skip = min(n, maxRuns)
	}
	found, err := a.backend.Runs(r.Context(), q)
	answer(w, found, err)
}

func (a api) sources(w http.ResponseWriter, r *http.Request) {
	found, err := a.backend.Sources(r.Context())
	answer(w, found, err)
}

func (a api) configuration(w http.ResponseWriter, r *http.Request) {
	c, err := a.backend.Configuration(r.Context())
	answer(w, c, err)
}

// Runs implements Backend.
func (c *Client) Runs(ctx context.Context, q view.RunsQuery) (found view.Runs, err error) {
	return found, c.get(ctx, "/runs", url.Values{
		"pipeline": {q.Pipeline}, "limit": {strconv.Itoa(q.Limit)}, "skip": {strconv.Itoa(q.Skip)},
	}, &found)
}

// Sources implements Backend.
func (c *Client) Sources(ctx context.Context) (found []view.SourceStatus, err error) {
	return found, c.get(ctx, "/sources", nil, &found)
}

// Configuration implements Backend.
func (c *Client) Configuration(ctx context.Context) (v view.Configuration, err error) {
	return v, c.get(ctx, "/config", nil, &v)
}
