package pmsim

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimitsPerTier(t *testing.T) {
	clk := newClock()
	clk.advance(20 * time.Second) // buckets begin with the minute of the clock, not with the first request
	s, c := start(t, Config{Now: clk.Now, Limits: Limits{Read: 3, Write: 2}, Users: users(), APIKeys: []APIKey{{Key: DefaultAPIKey}}})
	quota := func(g got) []string {
		return []string{g.header.Get("X-RateLimit-Limit"), g.header.Get("X-RateLimit-Remaining"), g.header.Get("X-RateLimit-Reset"), g.header.Get("Retry-After")}
	}
	reset := clk.now.Truncate(time.Minute).Add(time.Minute)
	stamp := string(mustJSON(t, reset.Unix()))
	for _, remaining := range []string{"2", "1", "0"} { // the request that reaches the limit passes
		if diff := cmp.Diff([]string{"3", remaining, stamp, ""}, quota(c.do("GET", "/products", nil, 200))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	refused := c.do("GET", "/products", nil, 429)
	if diff := cmp.Diff([]string{"3", "0", stamp, "40"}, quota(refused)); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	id, _ := c.do("POST", "/products", map[string]any{"name": "a"}, 201).at("id").(string) // another tier
	c.do("PUT", "/products/"+id, map[string]any{"price": 1}, 200)
	c.do("PUT", "/products/"+id, map[string]any{"price": 2}, 429)
	if p, _ := s.Get(id); p.Text("price") != "1" {
		t.Error("a refused write was carried out")
	}
	key := c.token
	c.login("clerk@shop.example") // another caller
	c.do("GET", "/products", nil, 200)
	c.token = key
	clk.advance(39 * time.Second)
	c.do("GET", "/products", nil, 429)
	clk.advance(time.Second)
	c.do("GET", "/products", nil, 200)
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBodiesOf429(t *testing.T) {
	for body, want := range map[Body429]any{
		Body429Seconds: map[string]any{"error": "rate_limit_exceeded", "message": "Too many requests", "retry_after": json.Number("60")},
		Body429Sentence: map[string]any{
			"error": "rate_limit_exceeded", "message": "Too many requests", "detail": "1 per 1 minute",
			"retry_after": "Please wait 60 seconds before trying again",
		},
		Body429Detail: map[string]any{"detail": "Rate limit exceeded: 1 requests/minute allowed."},
	} {
		_, c := start(t, Config{Now: newClock().Now, Limits: Limits{Read: 1, Body: body}})
		c.do("GET", "/products", nil, 200)
		if diff := cmp.Diff(want, c.do("GET", "/products", nil, 429).body); diff != "" {
			t.Errorf("body %d (-want +got):\n%s", body, diff)
		}
	}
}

func TestLimitsWithoutHeaders(t *testing.T) {
	_, c := start(t, Config{Now: newClock().Now, Limits: Limits{Read: 1, NoHeaders: true}})
	for _, status := range []int{200, 429} {
		got := c.do("GET", "/products", nil, status)
		for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"} {
			if got.header.Get(name) != "" {
				t.Errorf("HTTP %d has %s", status, name)
			}
		}
	}
}

func TestLimitsPerKeyAndDay(t *testing.T) {
	clk := newClock()
	_, c := start(t, Config{Now: clk.Now, Limits: Limits{Day: 5}, APIKeys: []APIKey{{Key: "k", PerMinute: 3}}})
	c.token = "k"
	statuses := func(n int) (out []int) {
		for range n {
			g, err := c.try("GET", "/odoo/status", nil)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, g.status)
		}
		return out
	}
	if diff := cmp.Diff([]int{200, 200, 200, 429}, statuses(4)); diff != "" {
		t.Errorf("first minute (-want +got):\n%s", diff)
	}
	clk.advance(time.Minute)
	if diff := cmp.Diff([]int{200, 200, 429}, statuses(3)); diff != "" {
		t.Errorf("second minute (-want +got):\n%s", diff)
	}
	clk.advance(24 * time.Hour)
	if diff := cmp.Diff([]int{200}, statuses(1)); diff != "" {
		t.Errorf("next day (-want +got):\n%s", diff)
	}
}

func TestLoginsAreLimitedBeforeTheyAreChecked(t *testing.T) {
	clk := newClock()
	s, c := start(t, Config{Now: clk.Now, Limits: DocumentedLimits(), Users: users()})
	for i := range 7 {
		status := 401
		if i >= 5 {
			status = 429
		}
		email := []string{"boss@shop.example", "clerk@shop.example"}[i%2]
		c.do("POST", "/auth/login", map[string]any{"email": email, "password": "wrong"}, status)
	}
	if n := s.FailedLogins("boss@shop.example") + s.FailedLogins("clerk@shop.example"); n != 5 {
		t.Errorf("%d failed logins counted, want 5", n)
	}
}
