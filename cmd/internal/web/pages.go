package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tandem-sync/tandem/cmd/internal/web/pages"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

// pages returns the routes of the dashboard, and those of the way to it.
func (s *Server) pages(g *guard) ([]route, error) {
	dashboard, err := pages.New(pages.Config{Backend: s.cfg.Backend, StatusOf: statusOf, Session: g.inSession, Logger: s.cfg.Logger})
	if err != nil {
		return nil, err
	}
	routes := []route{{pattern: "GET " + ui.StaticPath, access: open, handler: ui.Static().ServeHTTP}}
	handlers := dashboard.Routes()
	for _, pattern := range slices.Sorted(maps.Keys(handlers)) {
		routes = append(routes, route{pattern: pattern, handler: handlers[pattern].ServeHTTP, stream: pattern == "GET "+pages.EventsPath})
	}
	return append(routes, g.routes(dashboard.Login)...), nil
}

func (s *Server) metrics() http.Handler {
	return promhttp.HandlerFor(s.cfg.Gatherer, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

func (s *Server) health() []route {
	return []route{
		{pattern: "GET /healthz", access: open, described: described{summary: "Answers while the process lives.", answer: ""}, handler: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }},
		{pattern: "GET /readyz", access: open, described: described{summary: "Answers with 200 once the pipelines are on their schedules and as long as the state can be read.", answer: "", refused: http.StatusServiceUnavailable}, handler: func(w http.ResponseWriter, _ *http.Request) {
			if err := s.cfg.Ready(); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			fmt.Fprintln(w, "ready")
		}},
	}
}
