package web

import (
	"context"
	"net/http"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// reloadPath is where a POST reloads, as in Prometheus: it answers with 422 when the configuration is
// wrong, for whoever looks at the status alone.
const reloadPath = "POST /-/reload"

func (a api) reloadRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		reloadPath:                    func(w http.ResponseWriter, r *http.Request) { a.reload(w, r, http.StatusUnprocessableEntity) },
		"POST " + apiPath + "/reload": func(w http.ResponseWriter, r *http.Request) { a.reload(w, r, http.StatusOK) },
	}
}

func (a api) reload(w http.ResponseWriter, r *http.Request, refused int) {
	// Who asked may go away: the reload is not theirs alone.
	done, err := a.backend.Reload(context.WithoutCancel(r.Context()))
	switch {
	case err != nil:
		writeError(w, err)
	case done.OK:
		writeJSON(w, http.StatusOK, done)
	default:
		writeJSON(w, refused, done)
	}
}

// Reload implements Backend.
func (c *Client) Reload(ctx context.Context) (done view.Reload, err error) {
	return done, c.post(ctx, "/reload", struct{}{}, &done)
}
