package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// authenticator proves who asks.
type authenticator interface {
	// bearer returns the token to send.
	bearer(ctx context.Context) (string, error)
	// renew is called after the server refused a token; it returns another, or "" if there is none.
	renew(ctx context.Context, refused string) (string, error)
	// accepted is told that the server took the token.
	accepted(token string)
	user() string
	tenant() string
	secrets() []string
}

// apiKey is a key that is sent as it is.
type apiKey struct{ key pipeline.Secret }

func (k apiKey) bearer(context.Context) (string, error)        { return k.key.Reveal(), nil }
func (k apiKey) renew(context.Context, string) (string, error) { return "", nil }
func (k apiKey) accepted(string)                               {}
func (k apiKey) tenant() string                                { return "" }
func (k apiKey) secrets() []string                             { return []string{k.key.Reveal()} }

// user tells the key's kind, which its public prefix shows.
func (k apiKey) user() string {
	switch {
	case strings.HasPrefix(k.key.Reveal(), "pm_live_"):
		return "API key (live)"
	case strings.HasPrefix(k.key.Reveal(), "pm_test_"):
		return "API key (test)"
	}
	return "API key"
}

const (
	// loginSpacing is the least time between a login and another one because the server refused its token.
	loginSpacing = time.Minute
	// loginsPerMinute stays below the five that the server takes.
	loginsPerMinute = 4
)

// session is a login by e-mail and password.
type session struct {
	client   *Client
	email    string
	password pipeline.Secret
	logins   *rate.Limiter

	gate chan struct{} // held while logging in, so that one login serves everybody who waits

	mu       sync.Mutex
	token    wire.Token
	proven   bool // the server took the token at least once
	renewAt  time.Time
	loggedIn time.Time       // the last login by password
	denied   *pipeline.Error // the login was refused: final, because trying again locks the account
}

func newSession(c *Client, cfg Config) *session {
	return &session{
		client: c, email: cfg.Email, password: cfg.Password, gate: make(chan struct{}, 1),
		logins: rate.NewLimiter(perSecond(loginsPerMinute), loginsPerMinute),
	}
}

func (s *session) user() string { return s.email }

func (s *session) tenant() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token.Tenant
}

func (s *session) secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []string{s.password.Reveal(), s.token.Access, s.token.Refresh}
}

func (s *session) accepted(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proven = s.proven || token == s.token.Access
}

// current returns the token if it is good for now.
func (s *session) current() (token string, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.denied != nil {
		return "", false, s.denied
	}
	return s.token.Access, s.token.Access != "" && s.client.now().Before(s.renewAt), nil
}

func (s *session) bearer(ctx context.Context) (string, error) {
	token, ok, err := s.current()
	if ok || err != nil {
		return token, err
	}
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer s.leave()
	if token, ok, err = s.current(); ok || err != nil { // somebody else did it meanwhile
		return token, err
	}
	if token, ok := s.refresh(ctx); ok {
		return token, nil
	}
	return s.login(ctx)
}

func (s *session) renew(ctx context.Context, refused string) (string, error) {
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer s.leave()
	token, ok, err := s.current()
	if err != nil {
		return "", err
	}
	if ok && token != refused {
		return token, nil
	}
	s.mu.Lock()
	hopeless := !s.proven && s.client.now().Sub(s.loggedIn) < loginSpacing
	s.mu.Unlock()
	if hopeless { // a token refused right after its login will not get better by another one
		return "", nil
	}
	return s.login(ctx)
}

func (s *session) enter(ctx context.Context) error {
	select {
	case s.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return s.client.Stopped(ctx)
	}
}

func (s *session) leave() { <-s.gate }

// refresh renews the token before its end. Whatever goes wrong, a login follows.
func (s *session) refresh(ctx context.Context) (string, bool) {
	s.mu.Lock()
	refresh := s.token.Refresh
	s.mu.Unlock()
	if refresh == "" {
		return "", false
	}
	answer, err := s.client.exchange(ctx, Request{
		Op: Login, Method: http.MethodPost, Path: "/auth/refresh", Body: map[string]any{"refresh_token": refresh},
	}, "")
	if err != nil {
		return "", false
	}
	token, err := wire.ReadToken(answer.JSON)
	if err != nil {
		return "", false
	}
	if token.Refresh == "" {
		token.Refresh = refresh
	}
	s.keep(token)
	return token.Access, true
}

// login sends the form that the server's framework wants, and JSON to servers that do not take it.
func (s *session) login(ctx context.Context) (string, error) {
	if !s.logins.AllowN(s.client.now(), 1) {
		return "", &pipeline.Error{
			Code: pipeline.CodeRateLimited, Class: pipeline.RateLimited, RetryAfter: loginSpacing / loginsPerMinute,
			Message: fmt.Sprintf("too many logins at %s within a minute", s.client.host),
		}
	}
	form := Request{Op: Login, Method: http.MethodPost, Path: "/auth/login", Query: url.Values{
		"username": {s.email}, "password": {s.password.Reveal()},
	}}
	answer, err := s.client.exchange(ctx, form, "")
	if status := StatusOf(err); status == http.StatusUnprocessableEntity || status == http.StatusUnsupportedMediaType {
		answer, err = s.client.exchange(ctx, Request{Op: Login, Method: http.MethodPost, Path: "/auth/login", Body: map[string]any{
			"email": s.email, "password": s.password.Reveal(),
		}}, "")
	}
	if err != nil {
		return "", s.refused(err)
	}
	token, err := wire.ReadToken(answer.JSON)
	if err != nil {
		return "", s.client.Unknown(Login, err)
	}
	s.keep(token)
	s.mu.Lock()
	s.loggedIn = s.client.now()
	s.mu.Unlock()
	return token.Access, nil
}

// refused makes a login that the server said no to final.
func (s *session) refused(err error) error {
	switch StatusOf(err) {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusLocked:
	case http.StatusForbidden:
		if pipeline.AsError(err).Code != pipeline.CodeAccessDenied {
			return err // a page of a proxy
		}
	default:
		return err
	}
	denied := &pipeline.Error{
		Code: pipeline.CodeAccessDenied, Class: pipeline.Auth, Cause: err,
		Message: fmt.Sprintf("Products Manager at %s refuses the login of %s", s.client.host, s.email),
		Remedy:  "Correct `email` and `password` in the source block and reload. Tandem does not try this login again: Products Manager locks accounts after five failures.",
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied = denied
	return denied
}

// keep stores a token; it is renewed when four fifths of its life are over.
func (s *session) keep(token wire.Token) {
	renewAt := s.client.now().Add(token.Life * 4 / 5)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.proven, s.renewAt = token, false, renewAt
}
