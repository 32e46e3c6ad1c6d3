package web

import (
	"net/http"
	"slices"
)

// route is a pattern that the server answers. What guards it, bounds it and describes it is made from the lists of
// routes, so that none can be forgotten.
type route struct {
	pattern string // as for http.ServeMux, with a method
	access  access
	handler http.HandlerFunc
	// body bounds what is sent along, in bytes; 0 is maxRequest.
	body int64
	// stream: the answer goes on for as long as its work does.
	stream bool
	// described is for the description of the API, which pages are no part of.
	described described
}

// access says who may call a route on daemon.listen. On the socket everybody may who can open it.
type access int

const (
	private access = iota // whoever has the token or a session
	open                  // everybody; what is not harmless has a guard of its own
	local                 // as open where daemon.listen is a loopback address, as private elsewhere
)

// routes are what both listeners answer, and what the description of the API tells.
func (s *Server) routes() ([]route, error) {
	routes := slices.Concat(s.health(), api{s.cfg.Backend}.routes(), []route{
		{pattern: "GET /metrics", access: local, handler: s.metrics().ServeHTTP, described: described{
			summary: "Metrics in the text format of Prometheus; docs/metrics.md lists them.", answer: "",
		}},
		{pattern: "GET " + apiPath + "/openapi.json", described: described{summary: "This description.", answer: struct{}{}}},
	})
	if s.cfg.Hooks != nil {
		routes = append(hooks{s.cfg.Hooks, newFailures(s.cfg.Now)}.routes(), routes...)
	}
	text, err := openAPI(routes)
	routes[len(routes)-1].handler = describe(text)
	return routes, err
}

// public are what daemon.listen answers: pages and the way to them, too.
func (s *Server) public(g *guard) ([]route, error) {
	routes, err := s.routes()
	if err != nil {
		return nil, err
	}
	dashboard, err := s.pages(g)
	return append(routes, dashboard...), err
}

// handler serves daemon.listen.
func (s *Server) handler(g *guard) (http.Handler, error) {
	routes, err := s.public(g)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.Handle(r.pattern, s.bounds.route(r, g.wrap(r)))
	}
	mux.Handle(apiPath+"/", g.private(unknownCall(mux)))
	return s.bounds.all(s.headers(mux)), nil
}

// socketHandler serves the socket: without a guard, and without a limit of time, since a command may wait for its
// reader.
func (s *Server) socketHandler() (http.Handler, error) {
	routes, err := s.routes()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.Handle(r.pattern, limitBody(r, r.handler))
	}
	mux.Handle(apiPath+"/", unknownCall(mux))
	return s.headers(mux), nil
}
