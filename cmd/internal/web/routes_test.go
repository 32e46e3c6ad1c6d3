package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tandem-sync/tandem/cmd/internal/web/pages"
	"github.com/tandem-sync/tandem/pipeline"
)

const testToken = "s3cret-token"

// openRoutes are all that anybody may call. Whoever adds one must say here what guards it.
var openRoutes = []string{
	"GET /healthz", "GET /readyz", // tell nothing
	"GET /login", "POST /login", // the way in; wrong tokens are counted
	"POST /logout",                                          // ends the session of whoever calls
	"GET /static/",                                          // the look of every installation
	"POST /hooks/{source}", "POST /hooks/{source}/{secret}", // a signature or a secret of their own
}

// gate is a server as it answers on an address beyond loopback, without a listener. Each call is made a minute after
// the one before, so that wrong tokens are not too many.
type gate struct {
	server *Server
	guard  *guard
	routes []route
	http.Handler
	now time.Time
}

func newGate(t testing.TB, change func(*Config)) *gate {
	t.Helper()
	g := &gate{now: at}
	cfg := Config{
		Backend: &scripted{}, Hooks: &scripted{}, Gatherer: prometheus.NewRegistry(), Ready: func() error { return nil },
		Listen: "0.0.0.0:9477", Token: pipeline.NewSecret(testToken), Logger: slog.New(slog.DiscardHandler),
		Metrics: NewMetrics(prometheus.NewRegistry()), Now: func() time.Time { return g.now },
	}
	if change != nil {
		change(&cfg)
	}
	g.server = NewServer(cfg)
	g.guard = newGuard(g.server.cfg)
	var err error
	if g.routes, err = g.server.public(g.guard); err != nil {
		t.Fatal(err)
	}
	if g.Handler, err = g.server.handler(g.guard); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gate) call(ctx context.Context, method, path, body string, h http.Header) *http.Response {
	g.now = g.now.Add(time.Minute)
	if path == pages.EventsPath { // which goes on until its caller goes away
		gone, cancel := context.WithCancel(ctx)
		cancel()
		ctx = gone
	}
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	for name, values := range h {
		r.Header[name] = values
	}
	if host := h.Get("Host"); host != "" {
		r.Host = host
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w.Result()
}

// logIn returns the header that a browser sends once it has a session.
func (g *gate) logIn(t *testing.T) http.Header {
	t.Helper()
	resp := g.call(t.Context(), "POST", "/login", url.Values{"token": {testToken}}.Encode(), header("Content-Type", "application/x-www-form-urlencoded"))
	if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) != 1 {
		t.Fatalf("logging in: %s, cookies %v", resp.Status, resp.Cookies())
	}
	return header("Cookie", resp.Cookies()[0].Name+"="+resp.Cookies()[0].Value)
}

func with(h http.Header, pairs ...string) http.Header {
	h = h.Clone()
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// callOf is a call of a route: its method and a path that it matches.
func callOf(r route) (method, path string) {
	method, path, _ = strings.Cut(r.pattern, " ")
	return method, strings.NewReplacer("{$}", "", "{id}", "c0ffee12", "{source}", "erp", "{secret}", "x").Replace(path)
}

// Every route that the server has, called by everybody who might.
func TestEveryRouteIsGuarded(t *testing.T) {
	g := newGate(t, nil)
	session := g.logIn(t)
	bearer := header("Authorization", "Bearer "+testToken)
	const pass = 0
	for _, r := range g.routes {
		t.Run(r.pattern, func(t *testing.T) {
			if strings.Contains(r.pattern, "logout") {
				t.Skip("ends the session that is used here; see TestLogin")
			}
			method, path := callOf(r)
			refused, toLogin, changing := http.StatusUnauthorized, http.StatusSeeOther, method != "GET"
			if isOpen := r.access == open; isOpen != slices.Contains(openRoutes, r.pattern) {
				t.Errorf("open: %v, which openRoutes does not say", isOpen)
			} else if isOpen {
				refused, toLogin = pass, pass
			}
			foreign := pass
			if changing && !strings.HasPrefix(path, HooksPath) { // no browser has the secret of a webhook
				foreign = http.StatusForbidden
			}
			for _, tt := range []struct {
				name   string
				header http.Header
				want   int
			}{
				{"nobody", nil, refused},
				{"a browser without a session", header("Accept", "text/html"), toLogin},
				{"a wrong token", header("Authorization", "Bearer nope"), refused},
				{"a wrong token of a browser", header("Authorization", "Bearer nope", "Accept", "text/html"), refused},
				{"a wrong token beside a session", with(session, "Authorization", "Bearer nope"), refused},
				{"an empty token", header("Authorization", "Bearer "), refused},
				{"a token of another scheme", header("Authorization", "Basic "+testToken), refused},
				{"a made up session", header("Cookie", "tandem_session=nope"), refused},
				{"the token as a session", header("Cookie", "tandem_session="+testToken), refused},
				{"the token", bearer, pass},
				{"a session", session, pass},
				{"a page of this server", with(session, "Origin", "http://example.com", "Sec-Fetch-Site", "same-origin"), pass},
				{"another site with a session", with(session, "Origin", "https://evil.example"), foreign},
				{"another site by the browser's word", with(session, "Sec-Fetch-Site", "cross-site"), foreign},
				{"another host of this site", with(session, "Sec-Fetch-Site", "same-site"), foreign},
				{"a page without an origin", with(session, "Origin", "null"), foreign},
				{"another site with the token", with(bearer, "Origin", "https://evil.example"), foreign},
			} {
				if r.pattern == "POST /login" && tt.want == pass {
					tt.want = http.StatusUnauthorized // the form is empty
				}
				resp := g.call(t.Context(), method, path, "", tt.header)
				got := resp.StatusCode
				if got == http.StatusUnauthorized || got == http.StatusForbidden || got == http.StatusSeeOther && strings.HasPrefix(resp.Header.Get("Location"), "/login") {
					if got != tt.want {
						t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
					}
				} else if tt.want != pass {
					t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
				}
				wantHeaders(t, path, resp)
			}
		})
	}
}

// wantHeaders says what every answer tells a browser.
func wantHeaders(t *testing.T, path string, resp *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := resp.Header.Get(name); got != want && !(name == "Cache-Control" && path == "/static/") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("Content-Security-Policy %q lacks %s", policy, want)
		}
	}
}

// What is no route tells nobody anything, and what is one is not called in another way.
func TestOtherPathsAndMethods(t *testing.T) {
	g := newGate(t, nil)
	bearer := header("Authorization", "Bearer "+testToken)
	for _, tt := range []struct {
		method, path string
		header       http.Header
		status       int
		allow        string
	}{
		{"GET", "/nothing", nil, 404, ""},
		{"GET", "/..%2fetc/passwd", nil, 404, ""},
		{"GET", "/api/v1/nothing", nil, 401, ""},
		{"GET", "/api/v1/nothing", bearer, 404, ""},
		{"GET", "/api/v1/sync", nil, 401, ""},
		{"GET", "/api/v1/sync", bearer, 405, "POST"},
		{"DELETE", "/api/v1/conflicts", bearer, 405, "GET"},
		{"TRACE", "/api/v1/status", bearer, 405, "GET"},
		{"OPTIONS", "/api/v1/status", bearer, 405, "GET"},
		{"OPTIONS", "/", nil, 405, "GET, HEAD"},
		{"TRACE", "/", nil, 405, "GET, HEAD"},
		{"POST", "/", bearer, 405, "GET, HEAD"},
		{"HEAD", "/", nil, 401, ""},
		{"HEAD", "/", bearer, 200, ""},
		{"HEAD", "/api/v1/status", bearer, 200, ""},
		{"GET", "/logout", bearer, 405, "POST"},
	} {
		resp := g.call(t.Context(), tt.method, tt.path, "", tt.header)
		if resp.StatusCode != tt.status || resp.Header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: got %d, Allow %q, want %d, %q", tt.method, tt.path, resp.StatusCode, resp.Header.Get("Allow"), tt.status, tt.allow)
		}
		wantHeaders(t, tt.path, resp)
	}
}
