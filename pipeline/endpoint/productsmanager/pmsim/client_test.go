package pmsim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

// client is a plain client of a server under test.
type client struct {
	t     *testing.T
	url   string
	token string
	head  http.Header
}

// got is an answer.
type got struct {
	status int
	header http.Header
	raw    []byte
	body   any // decoded with json.Number; nil if it is not JSON
}

func (g got) object() map[string]any { o, _ := g.body.(map[string]any); return o }

// at follows keys and list positions into the body.
func (g got) at(path ...any) any {
	v := g.body
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, _ := v.(map[string]any)
			v = o[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

// clock is a clock that tests set.
type clock struct{ now time.Time }

func newClock() *clock                   { return &clock{time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)} }
func (c *clock) Now() time.Time          { return c.now }
func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

func start(t *testing.T, c Config) (*Server, *client) {
	t.Helper()
	s := New(c)
	url, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return s, &client{t: t, url: url, token: DefaultAPIKey, head: http.Header{}}
}

// try sends a request; body is sent as JSON unless it is a string.
func (c *client) try(method, path string, body any) (got, error) {
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		var err error
		if raw, err = json.Marshal(body); err != nil {
			c.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, bytes.NewReader(raw))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header = c.head.Clone()
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return got{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	g := got{status: resp.StatusCode, header: resp.Header}
	if g.raw, err = io.ReadAll(resp.Body); err != nil {
		return g, err
	}
	dec := json.NewDecoder(bytes.NewReader(g.raw))
	dec.UseNumber()
	if err := dec.Decode(&g.body); err != nil {
		g.body = nil
	}
	return g, nil
}

// do sends a request that must get the given status.
func (c *client) do(method, path string, body any, status int) got {
	c.t.Helper()
	g, err := c.try(method, path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if g.status != status {
		c.t.Fatalf("%s %s: HTTP %d, want %d: %s", method, path, g.status, status, g.raw)
	}
	return g
}
