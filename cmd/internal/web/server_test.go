package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func get(t *testing.T, method, url string, header http.Header) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestGuard(t *testing.T) {
	const secret = "s3cret-token"
	open := serve(t, &scripted{}, nil)
	closed := serve(t, &scripted{}, func(c *Config) { c.Token = pipeline.NewSecret(secret) })
	public := serve(t, &scripted{}, func(c *Config) { c.Token, c.Listen = pipeline.NewSecret(secret), "0.0.0.0:0" })
	_, port, _ := net.SplitHostPort(public.Address())
	publicURL := "http://127.0.0.1:" + port
	openURL, closedURL := "http://"+open.Address(), "http://"+closed.Address()
	bearer := header("Authorization", "Bearer "+secret)
	for _, tt := range []struct {
		name   string
		method string
		url    string
		header http.Header
		want   int
	}{
		{"open status", "GET", openURL + "/api/v1/status", nil, 200},
		{"open page", "GET", openURL + "/", nil, 200},
		{"unknown call", "GET", openURL + "/api/v1/nothing", nil, 404},
		{"wrong method", "GET", openURL + "/api/v1/sync", nil, 405},
		{"another host name (DNS rebinding)", "GET", openURL + "/api/v1/status", header("Host", "evil.example"), 403},
		{"localhost by name", "GET", openURL + "/api/v1/status", header("Host", "localhost:9477"), 200},
		{"a form of another site", "POST", openURL + "/api/v1/sync", header("Sec-Fetch-Site", "cross-site"), 403},
		{"an origin of another site", "POST", openURL + "/api/v1/sync", header("Origin", "https://evil.example"), 403},
		{"a form of our own page", "POST", openURL + "/api/v1/sync", header("Sec-Fetch-Site", "same-origin"), 200},
		{"no token", "GET", closedURL + "/api/v1/status", nil, 401},
		{"no token for the page", "GET", closedURL + "/", nil, 401},
		{"wrong token", "GET", closedURL + "/api/v1/status", header("Authorization", "Bearer nope"), 401},
		{"token of another scheme", "GET", closedURL + "/api/v1/status", header("Authorization", "Basic "+secret), 401},
		{"the beginning of the token", "GET", closedURL + "/api/v1/status", header("Authorization", "Bearer s3cret"), 401},
		{"the token", "GET", closedURL + "/api/v1/status", bearer, 200},
		{"metrics on loopback", "GET", closedURL + "/metrics", nil, 200},
		{"metrics by another name (DNS rebinding)", "GET", closedURL + "/metrics", header("Host", "evil.example"), 401},
		{"metrics through a proxy", "GET", closedURL + "/metrics", header("X-Forwarded-For", "203.0.113.7"), 401},
		{"metrics through a proxy with the token", "GET", closedURL + "/metrics", header("Authorization", "Bearer "+secret, "X-Forwarded-For", "203.0.113.7"), 200},
		{"metrics without any token by another name", "GET", openURL + "/metrics", header("Host", "evil.example"), 403},
		{"health", "GET", closedURL + "/healthz", nil, 200},
		{"readiness", "GET", closedURL + "/readyz", nil, 200},
		{"metrics from outside", "GET", publicURL + "/metrics", nil, 401},
		{"metrics from outside with the token", "GET", publicURL + "/metrics", bearer, 200},
		{"health from outside", "GET", publicURL + "/healthz", nil, 200},
		{"the API by another name with the token", "GET", publicURL + "/api/v1/status", header("Authorization", "Bearer "+secret, "Host", "tandem.example"), 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := get(t, tt.method, tt.url, tt.header)
			if status != tt.want {
				t.Errorf("got %d, want %d: %s", status, tt.want, body)
			}
			if strings.Contains(body, secret) {
				t.Errorf("the answer shows the token: %s", body)
			}
			if status >= 400 && strings.Contains(tt.url, "/api/") && !strings.Contains(body, `"remedy":"`) {
				t.Errorf("the refusal has no remedy: %s", body)
			}
		})
	}
}

func TestNoTokenNoPublicListener(t *testing.T) {
	s := NewServer(Config{StateDir: socketDir(t), Listen: "0.0.0.0:0"})
	err := s.Start()
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeListenFailed {
		t.Fatalf("got %v, want listen_failed", err)
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Errorf("stopping what did not start: %v", err)
	}
}

func TestSocketIsItsOwnersAlone(t *testing.T) {
	s := serve(t, &scripted{}, nil)
	path := filepath.Join(s.cfg.StateDir, SocketName)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 || info.Mode().Type() != os.ModeSocket {
		t.Errorf("mode is %v, want a socket of mode 0600", info.Mode())
	}
	entries, err := os.ReadDir(s.cfg.StateDir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v (%v), want the socket alone", entries, err)
	}
	stopServer(t, s)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is still there after Stop: %v", err)
	}
}

func TestStartThatFailsLeavesNothing(t *testing.T) {
	t.Run("port taken", func(t *testing.T) {
		first := serve(t, &scripted{}, nil)
		dir := socketDir(t)
		err := NewServer(Config{StateDir: dir, Listen: first.Address()}).Start()
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeListenFailed || !strings.Contains(e.Message, first.Address()) {
			t.Errorf("got %v, want listen_failed naming the address", err)
		}
		if c, err := Dial(t.Context(), dir); c != nil || err != nil {
			t.Errorf("a socket is served: %v, %v", c, err)
		}
	})
	t.Run("path too long", func(t *testing.T) {
		dir := filepath.Join(socketDir(t), strings.Repeat("d", 120))
		s := NewServer(Config{StateDir: dir, Listen: "127.0.0.1:0"})
		if e := pipeline.AsError(s.Start()); e == nil || !strings.Contains(e.Remedy, "state_dir") {
			t.Errorf("got %v, want a remedy about state_dir", e)
		}
	})
}

func TestNotReady(t *testing.T) {
	s := serve(t, &scripted{}, func(c *Config) { c.Ready = func() error { return errFull } })
	if status, body := get(t, "GET", "http://"+s.Address()+"/readyz", nil); status != http.StatusServiceUnavailable || !strings.Contains(body, errFull.Message) {
		t.Errorf("got %d %q, want 503 with the reason", status, body)
	}
}

func TestBodiesThatAreNotRequests(t *testing.T) {
	s := serve(t, &scripted{}, nil)
	for _, body := range []string{`{"pipelin":"x"}`, `[]`, `{"full":1}`, `{`} {
		resp, err := http.Post("http://"+s.Address()+"/api/v1/sync", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), `"code":"usage"`) {
			t.Errorf("%s: got %d %s, want 400 with code usage", body, resp.StatusCode, text)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
