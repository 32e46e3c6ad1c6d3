package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Operator is what an operator asks for when a pipeline stands still or a record fails.
type Operator interface {
	// Approve lets pass what a brake stopped, once.
	Approve(ctx context.Context, q view.Approve) (view.Brake, error)
	// Pause holds pipelines: no cycle begins, one that is under way goes on to its end.
	Pause(ctx context.Context, q view.Hold) ([]view.Held, error)
	// Resume lets them go on; what was due meanwhile runs once.
	Resume(ctx context.Context, q view.Hold) ([]view.Held, error)
	// Adoptions returns the pipelines whose sources are other systems than those that the state
	// belongs to: all such, or the one of that name if it is.
	Adoptions(ctx context.Context, pipeline string) ([]view.Adoption, error)
	// Adopt makes the state belong to the systems that the sources are now.
	Adopt(ctx context.Context, q view.Adopt) error
	// QuarantinedRecord returns one record of the quarantine.
	QuarantinedRecord(ctx context.Context, id string) (view.Quarantined, error)
}

func (a api) operatorRoutes() []route {
	return []route{
		{pattern: "POST " + apiPath + "/approve", handler: a.approve, described: described{summary: "Lets pass what a brake stopped, once.", answer: view.Brake{}, body: view.Approve{}}},
		{pattern: "POST " + apiPath + "/pause", handler: a.pause, described: described{summary: "Holds pipelines: no cycle starts until they are resumed. One under way goes on to its end.", answer: []view.Held{}, body: view.Hold{}}},
		{pattern: "POST " + apiPath + "/resume", handler: a.resume, described: described{summary: "Lets held pipelines go on.", answer: []view.Held{}, body: view.Hold{}}},
		{pattern: "GET " + apiPath + "/adoptions", handler: a.adoptions, described: described{summary: "The pipelines whose sources are other systems than those that the state belongs to.", answer: []view.Adoption{}, query: []parameter{{"pipeline", "only this one"}}}},
		{pattern: "POST " + apiPath + "/adopt", handler: a.adopt, described: described{summary: "Makes the state belong to the systems that the sources are now.", answer: struct{}{}, body: view.Adopt{}}},
		{pattern: "GET " + apiPath + "/quarantine/{id}", handler: a.quarantined, described: described{summary: "One of them.", answer: view.Quarantined{}}},
	}
}

func (a api) approve(w http.ResponseWriter, r *http.Request) {
	var q view.Approve
	if !readJSON(w, r, &q) {
		return
	}
	b, err := a.backend.Approve(r.Context(), q)
	answer(w, b, err)
}

func (a api) pause(w http.ResponseWriter, r *http.Request) {
	var q view.Hold
	if !readJSON(w, r, &q) {
		return
	}
	held, err := a.backend.Pause(r.Context(), q)
	answer(w, held, err)
}

func (a api) resume(w http.ResponseWriter, r *http.Request) {
	var q view.Hold
	if !readJSON(w, r, &q) {
		return
	}
	held, err := a.backend.Resume(r.Context(), q)
	answer(w, held, err)
}

func (a api) adoptions(w http.ResponseWriter, r *http.Request) {
	found, err := a.backend.Adoptions(r.Context(), r.FormValue("pipeline"))
	answer(w, found, err)
}

func (a api) adopt(w http.ResponseWriter, r *http.Request) {
	var q view.Adopt
	if !readJSON(w, r, &q) {
		return
	}
	answer(w, struct{}{}, a.backend.Adopt(r.Context(), q))
}

func (a api) quarantined(w http.ResponseWriter, r *http.Request) {
	q, err := a.backend.QuarantinedRecord(r.Context(), r.PathValue("id"))
	answer(w, q, err)
}

// Approve implements Backend.
func (c *Client) Approve(ctx context.Context, q view.Approve) (b view.Brake, err error) {
	return b, c.post(ctx, "/approve", q, &b)
}

// Pause implements Backend.
func (c *Client) Pause(ctx context.Context, q view.Hold) (held []view.Held, err error) {
	return held, c.post(ctx, "/pause", q, &held)
}

// Resume implements Backend.
func (c *Client) Resume(ctx context.Context, q view.Hold) (held []view.Held, err error) {
	return held, c.post(ctx, "/resume", q, &held)
}

// Adoptions implements Backend.
func (c *Client) Adoptions(ctx context.Context, pipeline string) (found []view.Adoption, err error) {
	return found, c.get(ctx, "/adoptions", url.Values{"pipeline": {pipeline}}, &found)
}

// Adopt implements Backend.
func (c *Client) Adopt(ctx context.Context, q view.Adopt) error {
	return c.post(ctx, "/adopt", q, &struct{}{})
}

// QuarantinedRecord implements Backend.
func (c *Client) QuarantinedRecord(ctx context.Context, id string) (q view.Quarantined, err error) {
	return q, c.get(ctx, "/quarantine/"+url.PathEscape(id), nil, &q)
}
