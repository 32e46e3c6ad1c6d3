package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tandem-sync/tandem/pipeline"
)

const password = "correct horse battery"

// door is a server with a login: it gives out tokens t1, t2, … and takes those that are good.
type door struct {
	mu       sync.Mutex
	calls    []string // "form", "json", "refresh", "list"
	given    int
	good     map[string]bool
	life     int  // expires_in; 0 says nothing
	refresh  bool // gives refresh tokens, and takes them
	onlyJSON bool
	refuse   int  // status of every login
	deaf     bool // takes no token
	body     string
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.URL.Path {
	case "/api/v1/auth/login":
		d.login(w, r)
	case "/api/v1/auth/refresh":
		d.calls = append(d.calls, "refresh")
		var body map[string]string
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || !d.refresh || body["refresh_token"] != "r" {
			answer(401, `{"detail":"no"}`)(w, r)
			return
		}
		d.give(w)
	default:
		d.calls = append(d.calls, "list")
		if d.deaf || !d.good[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] {
			answer(401, `{"error":{"error_code":"AUTH_TOKEN_EXPIRED","message":"token expired"}}`)(w, r)
			return
		}
		answer(200, `[]`)(w, r)
	}
}

func (d *door) login(w http.ResponseWriter, r *http.Request) {
	user, pass, kind := r.PostFormValue("username"), r.PostFormValue("password"), "form"
	if r.Header.Get("Content-Type") == "application/json" {
		var body map[string]string
		_ = json.NewDecoder(r.Body).Decode(&body)
		user, pass, kind = body["email"], body["password"], "json"
	}
	d.calls = append(d.calls, kind)
	switch {
	case d.onlyJSON && kind == "form":
		answer(422, `{"detail":[{"loc":["body","email"],"msg":"Field required","type":"missing"}]}`)(w, r)
	case d.refuse != 0:
		answer(d.refuse, d.body)(w, r)
	case user != "sync@example.com" || pass != password || r.URL.RawQuery != "":
		answer(401, `{"detail":"Incorrect password `+pass+`"}`)(w, r)
	default:
		d.give(w)
	}
}

func (d *door) give(w http.ResponseWriter) {
	d.given++
	token := fmt.Sprint("t", d.given)
	if d.good == nil {
		d.good = map[string]bool{}
	}
	d.good[token] = true
	body := map[string]any{"access_token": token, "token_type": "bearer"}
	if d.life > 0 {
		body["expires_in"] = d.life
	}
	if d.refresh {
		body["refresh_token"] = "r"
	}
	_ = json.NewEncoder(w).Encode(body)
}

func (d *door) revoke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.good = nil
}

// took returns what was called since the last time, in order.
func (d *door) took() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	calls := strings.Join(d.calls, " ")
	d.calls = nil
	return calls
}

func (d *door) open(t *testing.T, pass string) *fake {
	return newFake(t, d.ServeHTTP, func(cfg *Config) {
		cfg.APIKey, cfg.Email, cfg.Password = pipeline.Secret{}, "sync@example.com", pipeline.NewSecret(pass)
	})
}

func TestLogin(t *testing.T) {
	for name, c := range map[string]struct {
		door  *door
		calls string
	}{
		"by form":          {&door{}, "form list list"},
		"by JSON":          {&door{onlyJSON: true}, "form json list list"},
		"with a life":      {&door{life: 60, refresh: true}, "form list list"},
		"with a long life": {&door{life: 1e6}, "form list list"},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.door.open(t, password)
			for range 2 {
				if _, e := f.do(t, listing()); e != nil {
					t.Fatal(e)
				}
			}
			if got := c.door.took(); got != c.calls {
				t.Errorf("called %q, want %q", got, c.calls)
			}
			if f.client.User() != "sync@example.com" {
				t.Errorf("the user is %q", f.client.User())
			}
		})
	}
}

func TestTokenIsRenewedBeforeItsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		door           *door
		after          time.Duration
		renewed, calls string
	}{
		"by refresh":           {&door{life: 100, refresh: true}, 80 * time.Second, "refresh list", "list"},
		"not too early":        {&door{life: 100, refresh: true}, 79 * time.Second, "list", "refresh list"},
		"by login":             {&door{life: 100}, 80 * time.Second, "form list", "list"},
		"two hours, if unsaid": {&door{}, 96 * time.Minute, "form list", "list"},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.door.open(t, password)
			_, _ = f.do(t, listing())
			c.door.took()
			for _, want := range []string{c.renewed, c.calls} {
				f.advance(c.after)
				if want == "list" && c.renewed != "list" {
					f.advance(-c.after) // right after the renewal
				}
				if _, e := f.do(t, listing()); e != nil {
					t.Fatal(e)
				}
				if got := c.door.took(); got != want {
					t.Errorf("called %q, want %q", got, want)
				}
			}
		})
	}
}

func TestRefusedRefreshIsFollowedByALogin(t *testing.T) {
	d := &door{life: 100, refresh: true}
	f := d.open(t, password)
	_, _ = f.do(t, listing())
	d.took()
	d.mu.Lock()
	d.refresh = false
	d.mu.Unlock()
	f.advance(90 * time.Second)
	if _, e := f.do(t, listing()); e != nil || d.took() != "refresh form list" {
		t.Errorf("got %v", e)
	}
}

// A token that dies early is renewed once, and the request sent again.
func TestReloginAfter401(t *testing.T) {
	d := &door{}
	f := d.open(t, password)
	_, _ = f.do(t, listing())
	d.took()
	d.revoke()
	if _, e := f.do(t, creation()); e != nil {
		t.Fatal(e)
	}
	if got := d.took(); got != "list form list" {
		t.Errorf("called %q", got)
	}
	d.revoke()
	var group errgroup.Group
	for range 8 { // one login serves all
		group.Go(func() error { _, err := f.client.Do(t.Context(), listing()); return err })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(d.took(), "form"); n != 1 {
		t.Errorf("%d logins for eight requests at once, want 1", n)
	}
}

// A refused login is never tried again: five failures lock the account.
func TestRefusedLoginIsFinal(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		calls  string
	}{
		"wrong password":  {401, `{"detail":"Incorrect password ` + password + `"}`, "form"},
		"disabled":        {400, `{"detail":"Inactive user"}`, "form"},
		"not allowed":     {403, `{"detail":"Not enough permissions"}`, "form"},
		"locked":          {423, `{"detail":"Account locked"}`, "form"},
		"neither form":    {422, `{"detail":"?"}`, "form json"},
		"locked for good": {423, ``, "form"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &door{refuse: c.status, body: c.body}
			f := d.open(t, password)
			for range 3 {
				_, e := f.do(t, listing())
				if e == nil || e.Code != pipeline.CodeAccessDenied || e.Class != pipeline.Auth || !strings.Contains(e.Message, "sync@example.com") {
					t.Fatalf("got %+v", e)
				}
				if strings.Contains(e.Error(), password) {
					t.Errorf("the password is shown: %v", e)
				}
				f.advance(time.Hour)
			}
			if got := d.took(); got != c.calls {
				t.Errorf("called %q, want %q once", got, c.calls)
			}
		})
	}
}

// What is no refusal may pass: the next request tries again.
func TestFailedLoginMayPass(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		code   pipeline.Code
		class  pipeline.Class
	}{
		"a fault":        {500, `{}`, pipeline.CodeServerError, pipeline.Transient},
		"a proxy":        {502, `<html>`, pipeline.CodeServerError, pipeline.Transient},
		"a proxy's page": {403, `<html>`, pipeline.CodeBadAnswer, pipeline.Transient},
		"a rate limit":   {429, `{"detail":"5 per 1 minute"}`, pipeline.CodeRateLimited, pipeline.RateLimited},
		"a wrong url":    {404, `{"detail":"Not Found"}`, pipeline.CodeBadAnswer, pipeline.Permanent},
		"no token":       {200, `{"ok":true}`, pipeline.CodeBadAnswer, pipeline.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			d := &door{refuse: c.status, body: c.body}
			f := d.open(t, password)
			if _, e := f.do(t, listing()); e == nil || e.Code != c.code || e.Class != c.class {
				t.Fatalf("got %+v, want %s, %v", e, c.code, c.class)
			}
			d.mu.Lock()
			d.refuse = 0
			d.mu.Unlock()
			f.advance(time.Minute)
			if _, e := f.do(t, listing()); e != nil {
				t.Errorf("afterwards: %v", e)
			}
		})
	}
}

// A server that gives tokens and takes none must not be asked for ever more of them.
func TestNoLoginLoop(t *testing.T) {
	d := &door{deaf: true}
	f := d.open(t, password)
	for range 60 {
		if _, e := f.do(t, listing()); e == nil || e.Code != pipeline.CodeAccessDenied {
			t.Fatalf("got %v", e)
		}
		f.advance(time.Second)
	}
	if n := strings.Count(d.took(), "form"); n != 1 {
		t.Errorf("%d logins in a minute, want 1", n)
	}
}

// Tokens that die again and again must not bring more logins than the server takes.
func TestLoginsAreFew(t *testing.T) {
	d := &door{}
	f := d.open(t, password)
	limited := 0
	for range 60 {
		if _, e := f.do(t, listing()); e != nil {
			if e.Class != pipeline.RateLimited {
				t.Fatal(e)
			}
			limited++
		}
		d.revoke()
		f.advance(time.Second)
	}
	if n := strings.Count(d.took(), "form"); n < 5 || n > 8 || limited == 0 {
		t.Errorf("%d logins in a minute, %d requests held back", n, limited)
	}
}

func TestAPIKeyUser(t *testing.T) {
	for key, want := range map[string]string{"pm_live_x": "API key (live)", "pm_test_x": "API key (test)", "x": "API key"} {
		if got := (apiKey{pipeline.NewSecret(key)}).user(); got != want {
			t.Errorf("%s: got %q", key, got)
		}
	}
}

// A refused key is not renewed, and not sent twice.
func TestAPIKeyRefused(t *testing.T) {
	asked := 0
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) { asked++; answer(401, `{}`)(w, r) }, nil)
	if _, e := f.do(t, listing()); e == nil || e.Class != pipeline.Auth || asked != 1 {
		t.Errorf("got %v after %d requests", e, asked)
	}
}
