package web

import (
	"context"
	"net/http"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// reloadPath is where a POST reloads, as in Prometheus: it answers with 422 when the configuration is
// wrong, for whoever looks at the status alone.
const reloadPath = "POST /-/reload"

func (a api) reloadRoutes() []route {
	answering := func(refused int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { a.reload(w, r, refused) }
	}
	return []route{
		{pattern: reloadPath, handler: answering(http.StatusUnprocessableEntity), described: described{
			summary: "The same as POST /api/v1/reload; the status alone tells a configuration that is wrong.", answer: view.Reload{}, refused: http.StatusUnprocessableEntity,
		}},
		{pattern: "POST " + apiPath + "/reload", handler: answering(http.StatusOK), described: described{summary: "Takes in the configuration, whole or not at all; the answer says what changed or what is wrong.", answer: view.Reload{}}},
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
