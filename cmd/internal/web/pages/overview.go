package pages

import (
	"net/http"

	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

func (p *Pages) overviewRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"GET /{$}": p.overview}
}

// overview shows how everything stands.
func (p *Pages) overview(w http.ResponseWriter, r *http.Request) {
	s, err := p.Backend.Status(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, &s, ui.Page{Name: "overview", Nav: "overview", Data: s})
}
