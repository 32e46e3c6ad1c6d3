package pages

import (
	"net/http"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

func (p *Pages) sourceRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /sources":                p.sources,
		"POST /sources/{label}/check": p.checkSource,
	}
}

// sourceCard is one source.
type sourceCard struct {
	view.SourceStatus
	Health  string // up, down, or unasked
	Cause   string
	Latency time.Duration
}

// sources shows how the sources have answered.
func (p *Pages) sources(w http.ResponseWriter, r *http.Request) {
	found, err := p.Backend.Sources(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	var cards []sourceCard
	for _, s := range found {
		c := sourceCard{SourceStatus: s, Health: "unasked", Latency: time.Duration(s.Latency * float64(time.Second))}
		if s.Up != nil {
			c.Health = "down"
			if *s.Up {
				c.Health = "up"
			}
		}
		if s.LastError != nil {
			c.Cause = causeOf(s.LastError.Code)
		}
		cards = append(cards, c)
	}
	p.show(w, r, nil, ui.Page{Name: "sources", Nav: "sources", Live: true, Data: cards})
}

// checkSource tests the connection of a source and shows each test.
func (p *Pages) checkSource(w http.ResponseWriter, r *http.Request) {
	checks, err := p.Backend.Check(r.Context(), r.PathValue("label"))
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, nil, ui.Page{Name: "check", Nav: "sources", Data: checks})
}
