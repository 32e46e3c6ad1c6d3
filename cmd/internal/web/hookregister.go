package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// HookRegistrar enters Tandem's address in the systems that are to call it.
type HookRegistrar interface {
	// RegisterHook makes the webhook of a source, or switches it on, in systems that let Tandem do so.
	RegisterHook(ctx context.Context, source string) (view.HookRegistered, error)
}

func (a api) hookRoutes() []route {
	return []route{{pattern: "POST " + apiPath + "/webhooks/{source}/register", handler: a.registerHook, described: described{
		summary: "Enters this daemon's address in a system that can be told where to call.", answer: view.HookRegistered{},
	}}}
}

func (a api) registerHook(w http.ResponseWriter, r *http.Request) {
	done, err := a.backend.RegisterHook(r.Context(), r.PathValue("source"))
	answer(w, done, err)
}

// RegisterHook implements Backend.
func (c *Client) RegisterHook(ctx context.Context, source string) (done view.HookRegistered, err error) {
	return done, c.post(ctx, "/webhooks/"+url.PathEscape(source)+"/register", struct{}{}, &done)
}
