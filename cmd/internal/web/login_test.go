package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tandem-sync/tandem/pipeline"
)

// A person's way in and out, with a real browser's handling of cookies and redirects.
func TestLogin(t *testing.T) {
	s := serve(t, &scripted{}, func(c *Config) { c.Token = pipeline.NewSecret(testToken) })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	base := "http://" + s.Address()
	ask := func(method, path string, form url.Values) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "text/html")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}

	resp, body := ask("GET", "/api/v1/conflicts/a?b=c", nil)
	if resp.Request.URL.Path != "/login" || !strings.Contains(body, `action="/login?next=%2fapi%2fv1%2fconflicts%2fa%3fb%3dc"`) {
		t.Fatalf("a browser without a session is led to %s: %s", resp.Request.URL, body)
	}
	next := resp.Request.URL.Query().Get("next")
	resp, body = ask("POST", "/login", url.Values{"token": {"wrong"}, "next": {next}})
	if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(body, "This is not the token") || strings.Contains(body, "wrong") {
		t.Errorf("a wrong token: %s: %s", resp.Status, body)
	}
	if !strings.Contains(body, `role="alert"`) || strings.Contains(body, `href="/conflicts"`) || strings.Contains(body, `action="/logout"`) {
		t.Errorf("the page of somebody who has not come in: %s", body)
	}
	way := resp.Request.URL.RequestURI() + "?" + url.Values{"next": {next}}.Encode()
	if _, body = ask("GET", way+"&lang=fr", nil); !strings.Contains(body, `<html lang="fr"`) || !strings.Contains(body, "Se connecter") {
		t.Errorf("the page in French: %s", body)
	}
	resp, body = ask("POST", way, url.Values{"token": {testToken}})
	if resp.StatusCode != http.StatusOK || resp.Request.URL.RequestURI() != next || !strings.Contains(body, "c0ffee12") {
		t.Errorf("the token: %s at %s: %s", resp.Status, resp.Request.URL, body)
	}
	if resp, _ = ask("GET", "/login?next=/healthz", nil); resp.Request.URL.Path != "/healthz" {
		t.Errorf("somebody who is logged in is led to %s", resp.Request.URL)
	}
	if _, body = ask("GET", "/", nil); !strings.Contains(body, `action="/logout"`) {
		t.Errorf("a page without a way out: %s", body)
	}
	if resp, body = ask("POST", "/logout", nil); resp.Request.URL.Path != "/login" || !strings.Contains(body, "Vous êtes déconnecté") {
		t.Errorf("logging out leads to %s: %s", resp.Request.URL, body)
	}
	if resp, _ = ask("GET", "/", nil); resp.Request.URL.Path != "/login" {
		t.Errorf("after logging out / is shown")
	}
}

func TestSessions(t *testing.T) {
	g := newGate(t, nil)
	session := g.logIn(t)
	status := func(h http.Header) int { return g.call(t.Context(), "GET", "/api/v1/status", "", h).StatusCode }
	for range 5 {
		g.now = g.now.Add(sessionIdle - 2*time.Minute)
		if got := status(session); got != http.StatusOK {
			t.Fatalf("a session that is used: %d", got)
		}
	}
	g.now = g.now.Add(sessionIdle)
	if got := status(session); got != http.StatusUnauthorized {
		t.Errorf("a session that was not used for long: %d", got)
	}
	session = g.logIn(t)
	if resp := g.call(t.Context(), "POST", "/logout", "", with(session, "Sec-Fetch-Site", "cross-site")); resp.StatusCode != http.StatusForbidden || status(session) != http.StatusOK {
		t.Errorf("another site logs a person out: %s", resp.Status)
	}
	g.call(t.Context(), "POST", "/logout", "", session)
	if got := status(session); got != http.StatusUnauthorized {
		t.Errorf("a session that was ended: %d", got)
	}
	first := g.logIn(t)
	for range maxSessions {
		g.now = g.now.Add(time.Second)
		g.guard.sessions.begin(httptest.NewRecorder())
	}
	if n := len(g.guard.sessions.used); n != maxSessions {
		t.Errorf("%d sessions are kept, want %d", n, maxSessions)
	}
	if got := status(first); got != http.StatusUnauthorized {
		t.Errorf("the session that was not used for longest: %d", got)
	}
}

func TestSessionCookie(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		s := sessions{encrypted: encrypted}
		c := s.cookie("id")
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Secure != encrypted || strings.HasPrefix(c.Name, "__Host-") != encrypted {
			t.Errorf("encrypted %v: %s", encrypted, c)
		}
	}
}

// A link on another site leads to a page without the session's cookie. The browser is made to ask again, once.
func TestLinkFromAnotherSite(t *testing.T) {
	g := newGate(t, nil)
	link := header("Accept", "text/html", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate")
	if resp := g.call(t.Context(), "GET", "/", "", link); resp.Header.Get("Refresh") != "0" || resp.StatusCode != http.StatusOK {
		t.Errorf("got %s, Refresh %q", resp.Status, resp.Header.Get("Refresh"))
	}
	again := with(link, "Sec-Fetch-Site", "same-origin")
	if resp := g.call(t.Context(), "GET", "/", "", again); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("asked again: got %s, want the login page", resp.Status)
	}
}

func TestLocalPath(t *testing.T) {
	for given, want := range map[string]string{
		"/": "/", "/conflicts?x=1": "/conflicts?x=1", "": "/", "https://evil.example": "/", "//evil.example": "/",
		`/\evil.example`: "/", "/\t/evil.example": "/", "javascript:alert(1)": "/",
	} {
		if got := localPath(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}

// Guessing is stopped by address and in all, also for a right guess, and told in log and metric.
func TestGuessing(t *testing.T) {
	var log bytes.Buffer
	reg := prometheus.NewRegistry()
	g := newGate(t, func(c *Config) {
		c.Logger, c.Metrics = slog.New(slog.NewTextHandler(&log, nil)), NewMetrics(reg)
	})
	now := g.now
	guess := func(address, token string, form bool) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/status", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		if form {
			r = httptest.NewRequestWithContext(t.Context(), "POST", "/login", strings.NewReader(url.Values{"token": {token}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(address), 4711).String()
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		return w.Result()
	}
	if got := guess("198.51.100.7", testToken, false).StatusCode; got != http.StatusOK {
		t.Fatalf("a known caller: %d", got)
	}
	for i := range burstFrom {
		if got := guess("192.0.2.1", "guess", i%2 == 0).StatusCode; got != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d", i+1, got)
		}
	}
	for _, form := range []bool{false, true} {
		resp := guess("192.0.2.1", testToken, form)
		if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "10" || len(resp.Cookies()) > 0 {
			t.Errorf("a right guess too many: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
		}
		if body, err := io.ReadAll(resp.Body); err != nil || form && !strings.Contains(string(body), "in 10 seconds") {
			t.Errorf("the page after too many: %v, %s", err, body)
		}
	}
	if got := guess("192.0.2.2", testToken, false).StatusCode; got != http.StatusOK {
		t.Errorf("another address: %d", got)
	}
	g.now = now.Add(everyFrom)
	if got := guess("192.0.2.1", testToken, true).StatusCode; got != http.StatusSeeOther {
		t.Errorf("after the time that was told: %d", got)
	}
	// Many addresses, each a few times: a /64 of IPv6 is one.
	for i := range burstAll {
		guess(netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}).String(), "guess", false)
	}
	if resp := guess("192.0.2.3", testToken, false); resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("an unknown address while all guess: %s", resp.Status)
	}
	if got := guess("198.51.100.7", testToken, false).StatusCode; got != http.StatusOK {
		t.Errorf("a known caller while all guess: %d", got)
	}
	g.now = now.Add(time.Hour)
	for i := range burstFrom {
		guess("2001:db8::"+string(rune('1'+i%9)), "guess", false)
	}
	if got := guess("2001:db8::ffff", testToken, false).StatusCode; got != http.StatusTooManyRequests {
		t.Errorf("another address of the same network: %d", got)
	}
	if !strings.Contains(log.String(), "address=192.0.2.1") || strings.Contains(log.String(), testToken) || strings.Contains(log.String(), "guess") {
		t.Errorf("the log: %s", log.String())
	}
	if n := strings.Count(log.String(), "\n"); n != burstFrom+burstAll+burstFrom {
		t.Errorf("the log has %d lines, want one for each token that was looked at", n)
	}
	got := map[string]float64{}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "tandem_logins_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			got[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
		}
	}
	if diff := cmp.Diff(map[string]float64{loginOK: 1, loginRefused: burstFrom + burstAll + burstFrom, loginLimited: 4}, got); diff != "" {
		t.Errorf("tandem_logins_total (-want +got):\n%s", diff)
	}
}

func TestAddressesAreForgotten(t *testing.T) {
	now := at
	a := newAttempts(func() time.Time { return now })
	for i := range maxAddresses + 100 {
		a.try(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), func() bool { return false })
		now = now.Add(time.Second)
	}
	if n := len(a.from); n > maxAddresses {
		t.Errorf("%d addresses are remembered, want %d at most", n, maxAddresses)
	}
}
