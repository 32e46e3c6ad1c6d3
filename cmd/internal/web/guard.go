package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// guard protects what listens on daemon.listen. The socket needs none: its file mode is its guard.
//
// Without a token (which only a loopback address allows) a browser on this machine could be led here by
// a page of any site, so requests that come from another origin and requests for another host name (DNS
// rebinding) are refused. With a token they are harmless, but changing ones are refused all the same.
//
// With a token a caller shows it as a bearer token; a browser shows it once, at the login page, and has a session
// from then on. Wrong tokens are counted, by address and in all.
type guard struct {
	token    pipeline.Secret
	loopback bool // what listens, listens on a loopback address only
	proxied  bool // calls may come through a proxy
	origin   *http.CrossOriginProtection
	attempts *attempts
	sessions *sessions
	metrics  *Metrics
	logger   *slog.Logger
}

func newGuard(cfg Config) *guard {
	g := &guard{
		token: cfg.Token, loopback: isLoopback(cfg.Listen), proxied: cfg.PublicURL != "", origin: http.NewCrossOriginProtection(),
		attempts: newAttempts(cfg.Now), sessions: newSessions(cfg.Now), metrics: cfg.Metrics, logger: cfg.Logger,
	}
	g.sessions.encrypted = publiclyEncrypted(cfg)
	if u, err := url.Parse(cfg.PublicURL); err == nil && g.proxied {
		_ = g.origin.AddTrustedOrigin(u.Scheme + "://" + u.Host) // fails for what config does not let pass
	}
	return g
}

// publiclyEncrypted tells whether browsers reach the server over HTTPS, whatever the last part of the way is.
func publiclyEncrypted(cfg Config) bool {
	return cfg.Cert != "" || strings.HasPrefix(cfg.PublicURL, "https://")
}

// isLoopback tells whether address can be reached from this machine alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// wrap guards a route as its access says.
func (g *guard) wrap(r route) http.Handler {
	switch {
	case r.access == open:
		return r.handler
	case r.access == local && g.loopback:
		return g.nearby(r.handler)
	}
	return g.private(r.handler)
}

// nearby wraps what programs of this machine may have without the token. Whoever comes through a proxy is none of
// them, nor is a page of another site whose name was made to lead here.
func (g *guard) nearby(next http.Handler) http.Handler {
	within, from := g.sameSite(next), g.private(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header
		if localHost(r.Host) && h.Get("X-Forwarded-For") == "" && h.Get("X-Forwarded-Host") == "" && h.Get("Forwarded") == "" && h.Get("Via") == "" {
			within.ServeHTTP(w, r)
			return
		}
		from.ServeHTTP(w, r)
	})
}

// private wraps what the token guards.
func (g *guard) private(next http.Handler) http.Handler {
	return g.sameSite(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case g.token.IsZero(), !isBearer && g.sessions.known(r):
			next.ServeHTTP(w, r)
		case isBearer:
			if ok, wait := g.try(r, given); ok {
				next.ServeHTTP(w, r)
			} else if wait > 0 {
				writeTooMany(w, wait)
			} else {
				refuse(w, "the token of the call is another")
			}
		case wantsPage(r):
			askToLogIn(w, r)
		default:
			refuse(w, "the call brought no valid token")
		}
	}))
}

// try tells whether given is the token. When wait is positive it was not looked at: too many wrong ones came.
func (g *guard) try(r *http.Request, given string) (ok bool, wait time.Duration) {
	address := g.addressOf(r)
	ok, wait = g.attempts.try(address, func() bool { return g.isToken(given) })
	switch {
	case wait > 0:
		g.metrics.login(loginLimited)
	case !ok:
		g.metrics.login(loginRefused)
		g.logger.Warn("a caller brought a wrong token", "address", address, "path", r.URL.Path)
	}
	return ok, wait
}

// isToken compares in a time that tells nothing about the token, its length included.
func (g *guard) isToken(given string) bool {
	want, got := sha256.Sum256([]byte(g.token.Reveal())), sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

func (g *guard) sameSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := g.origin.Check(r); err != nil {
			writeError(w, forbidden("the call comes from a page of another site"))
			return
		}
		if g.token.IsZero() && !localHost(r.Host) {
			writeError(w, forbidden("the call is for the host "+r.Host+", not for this machine's loopback address"))
			return
		}
		next.ServeHTTP(w, g.named(r))
	})
}

// localHost tells whether a Host header names this machine's loopback address.
func localHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// addressOf is who called. A proxy is believed where one is declared and the call comes from this machine or a private
// network: what it added last to X-Forwarded-For.
func (g *guard) addressOf(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // all that have none are one
	}
	address := from.Addr().Unmap()
	if !g.proxied || !address.IsLoopback() && !address.IsPrivate() {
		return address
	}
	list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if client, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
		return client.Unmap()
	}
	return address
}

// named has the history name who called, not the proxy in between.
func (g *guard) named(r *http.Request) *http.Request {
	address := g.addressOf(r)
	if !g.proxied || !address.IsValid() {
		return r
	}
	r = r.WithContext(r.Context()) // a copy
	r.RemoteAddr = netip.AddrPortFrom(address, 0).String()
	return r
}

// wantsPage tells a person with a browser from a script.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// askToLogIn leads a browser without a session to the login page, and back from there. Where a link on another site
// led here, the browser keeps a session to itself (SameSite=Strict), so it is made to ask again of its own accord.
func askToLogIn(w http.ResponseWriter, r *http.Request) {
	next := "/"
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		next = r.URL.RequestURI()
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") == "navigate" {
			w.Header().Set("Refresh", "0")
			w.WriteHeader(http.StatusOK)
			return
		}
	}
	http.Redirect(w, r, loginPath+"?"+url.Values{"next": {next}}.Encode(), http.StatusSeeOther)
}

func refuse(w http.ResponseWriter, message string) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="tandem"`)
	writeError(w, &pipeline.Error{Code: pipeline.CodeUnauthorized, Class: pipeline.Auth, Message: message})
}

func forbidden(message string) error {
	return &pipeline.Error{Code: pipeline.CodeForbidden, Message: message}
}
