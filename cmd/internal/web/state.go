package web

import (
	"context"
	"net/http"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

func (a api) stateCheck(w http.ResponseWriter, r *http.Request) {
	c, err := a.backend.StateCheck(r.Context())
	answer(w, c, err)
}

func (a api) stateExport(w http.ResponseWriter, r *http.Request) {
	var q view.Export
	if !readJSON(w, r, &q) {
		return
	}
	s := newStream(w)
	_ = s.close(a.backend.StateExport(r.Context(), q, func(l view.ExportLine) error { return s.send(event{Line: &l}) }))
}

func (a api) forget(w http.ResponseWriter, r *http.Request) {
	var q view.Forget
	if !readJSON(w, r, &q) {
		return
	}
	f, err := a.backend.Forget(r.Context(), q)
	answer(w, f, err)
}

// StateCheck implements Backend.
func (c *Client) StateCheck(ctx context.Context) (v view.StateCheck, err error) {
	return v, c.get(ctx, "/state/check", nil, &v)
}

// StateExport implements Backend.
func (c *Client) StateExport(ctx context.Context, q view.Export, yield func(view.ExportLine) error) error {
	return c.stream(ctx, "/state/export", q, func(e event) error {
		if e.Line == nil {
			return nil
		}
		return yield(*e.Line)
	})
}

// Forget implements Backend.
func (c *Client) Forget(ctx context.Context, q view.Forget) (f view.Forgotten, err error) {
	return f, c.post(ctx, "/state/forget", q, &f)
}
