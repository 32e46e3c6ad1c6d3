package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// guard protects what listens on daemon.listen. The socket needs none: its file mode is its guard.
//
// Without a token (which only a loopback address allows) a browser on this machine could be led here by
// a page of any site, so requests that come from another origin and requests for another host name (DNS
// rebinding) are refused. With a token they are harmless, but changing ones are refused all the same.
type guard struct {
	token    pipeline.Secret
	loopback bool // what listens, listens on a loopback address only
	origin   *http.CrossOriginProtection
}

func newGuard(token pipeline.Secret, listen string) *guard {
	return &guard{token: token, loopback: isLoopback(listen), origin: http.NewCrossOriginProtection()}
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

// private wraps what the token guards.
func (g *guard) private(next http.Handler) http.Handler {
	return g.sameSite(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.token.IsZero() && !g.holdsToken(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="tandem"`)
			writeError(w, unauthorized("the call brought no valid token"))
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// metrics is open on loopback, private elsewhere.
func (g *guard) metrics(next http.Handler) http.Handler {
	if g.loopback {
		return g.sameSite(next)
	}
	return g.private(next)
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
		next.ServeHTTP(w, r)
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

// holdsToken compares in a time that tells nothing about the token, its length included.
func (g *guard) holdsToken(r *http.Request) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	want, got := sha256.Sum256([]byte(g.token.Reveal())), sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

func unauthorized(message string) error {
	return &pipeline.Error{Code: pipeline.CodeUnauthorized, Class: pipeline.Auth, Message: message}
}

func forbidden(message string) error {
	return &pipeline.Error{
		Code: pipeline.CodeForbidden, Message: message,
	}
}
