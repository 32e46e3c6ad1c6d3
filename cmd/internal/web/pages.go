package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tandem-sync/tandem/cmd/internal/web/pages"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

// handler serves daemon.listen.
func (s *Server) handler(g *guard) (http.Handler, error) {
	dashboard, err := pages.New(pages.Config{Backend: s.cfg.Backend, StatusOf: statusOf, Logger: s.cfg.Logger})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.health(mux)
	mux.Handle("GET /metrics", g.metrics(s.metrics()))
	mux.Handle("GET "+ui.StaticPath, ui.Static())
	for pattern, h := range dashboard.Routes() {
		mux.Handle(pattern, g.private(h))
	}
	api{s.cfg.Backend}.routes(mux, g.private)
	if s.cfg.Hooks != nil {
		hooks{s.cfg.Hooks, newFailures(time.Now)}.routes(mux)
	}
	return mux, nil
}

// socketHandler serves the socket: the same without a guard.
func (s *Server) socketHandler() http.Handler {
	mux := http.NewServeMux()
	s.health(mux)
	mux.Handle("GET /metrics", s.metrics())
	api{s.cfg.Backend}.routes(mux, func(h http.Handler) http.Handler { return h })
	return mux
}

func (s *Server) metrics() http.Handler {
	return promhttp.HandlerFor(s.cfg.Gatherer, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

func (s *Server) health(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := s.cfg.Ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
}
