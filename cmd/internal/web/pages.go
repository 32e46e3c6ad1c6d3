package web

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// handler serves daemon.listen.
func (s *Server) handler(g *guard) http.Handler {
	mux := http.NewServeMux()
	s.health(mux)
	mux.Handle("GET /metrics", g.metrics(s.metrics()))
	mux.Handle("GET /{$}", g.private(http.HandlerFunc(s.index)))
	api{s.cfg.Backend}.routes(mux, g.private)
	return mux
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

const indexPage = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tandem</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}td{padding:.1rem 1.5rem .1rem 0}</style>
<h1>Tandem</h1>
<p>{{.Version}}</p>
<p>Configuration {{.Config.Hash}}, generation {{.Config.Generation}}{{if not .Config.Since.IsZero}}, live since {{.Config.Since.Format "2006-01-02 15:04:05 MST"}}{{end}}</p>
{{with .Config.Refused}}<p><strong>The files say something else, which is not live: {{.Error.Message}}</strong> ({{.At.Format "2006-01-02 15:04:05 MST"}})</p>
<ul>{{range .Diagnostics}}<li>{{if .File}}{{.File}}:{{.Line}}: {{end}}{{.Summary}}. {{.Detail}}{{if .Code}}<pre>{{.Code}}
{{.Caret}}</pre>{{end}}
{{end}}</ul>
{{end}}<table>
{{range .Pipelines}}<tr><td>{{.Name}}<td>{{index .Sources 0}} ↔ {{index .Sources 1}}<td>{{.State}}<td>{{.Linked}} linked<td>{{.Conflicts}} conflicts<td>{{.Quarantined}} in quarantine
{{end}}</table>
<ul>
<li><a href="/api/v1/status">/api/v1/status</a>: how everything stands, as JSON
<li><a href="/api/v1/conflicts">/api/v1/conflicts</a>, <a href="/api/v1/quarantine">/api/v1/quarantine</a>, <a href="/api/v1/history">/api/v1/history</a>
<li><a href="/metrics">/metrics</a>, <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>
</ul>
`

// index says where things are.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	status, err := s.cfg.Backend.Status(r.Context())
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	if err := s.page.Execute(w, status); err != nil {
		s.cfg.Logger.Debug("a page was not sent whole", "error", err)
	}
}
