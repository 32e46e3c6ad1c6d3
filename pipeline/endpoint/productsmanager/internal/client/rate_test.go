package client

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// sends counts how many requests a budget lets through within d, each sent as soon as it may be.
func sends(t *testing.T, b *budget, start time.Time, d time.Duration) int {
	t.Helper()
	n := 0
	for at := start; at.Before(start.Add(d)); n++ {
		wait, ok := b.take(at)
		if !ok {
			t.Fatalf("request %d must come back in %v", n, wait)
		}
		at = at.Add(wait)
	}
	return n
}

func TestBudget(t *testing.T) {
	allow := func(limit, remaining int, reset time.Duration) allowance {
		return allowance{limit: limit, remaining: remaining, reset: reset}
	}
	for name, c := range map[string]struct {
		configured  int
		learned     []allowance
		least, most int // requests within a minute
	}{
		"documented":                       {0, nil, 1000, 1510},
		"configured":                       {60, nil, 60, 92},
		"the server grants more":           {0, []allowance{allow(3000, 2900, time.Minute)}, 3000, 4510},
		"the server grants less":           {0, []allowance{allow(60, 59, time.Minute)}, 60, 92},
		"more than configured":             {60, []allowance{allow(3000, 2900, time.Minute)}, 60, 92},
		"less than configured":             {600, []allowance{allow(60, 59, time.Minute)}, 60, 92},
		"a day's limit is not a minute's":  {0, []allowance{allow(10_000, 9000, 12*time.Hour)}, 1000, 1510},
		"no limit said":                    {0, []allowance{allow(-1, -1, 0)}, 1000, 1510},
		"half is left":                     {0, []allowance{allow(1000, 500, time.Minute)}, 1000, 1510},
		"little is left":                   {0, []allowance{allow(1000, 30, time.Minute)}, 29, 33},
		"little is left, for half of it":   {0, []allowance{allow(1000, 30, 30*time.Second)}, 500, 1040},
		"little is left, but enough in it": {0, []allowance{allow(1000, 99, time.Second)}, 1000, 1510},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBudget(c.configured, DefaultReads)
			for _, a := range c.learned {
				b.learn(a, noon)
			}
			if n := sends(t, b, noon, time.Minute); n < c.least || n > c.most {
				t.Errorf("%d requests in a minute, want %d to %d", n, c.least, c.most)
			}
		})
	}
}

func TestBudgetNeverWaitsLong(t *testing.T) {
	b := newBudget(2, DefaultReads) // one each 30 seconds
	if wait, ok := b.take(noon); !ok || wait != 0 {
		t.Errorf("the first: %v, %t", wait, ok)
	}
	if wait, ok := b.take(noon); ok || wait != 30*time.Second {
		t.Errorf("the second: %v, %t, want to come back in 30s", wait, ok)
	}
	if wait, ok := b.take(noon.Add(25 * time.Second)); !ok || wait.Round(time.Millisecond) != 5*time.Second {
		t.Errorf("a refused request took something: %v, %t", wait, ok)
	}
	b.close(noon, time.Minute)
	b.close(noon, time.Second) // the longer one counts
	if wait, ok := b.take(noon.Add(20 * time.Second)); ok || wait != 40*time.Second {
		t.Errorf("during a pause: %v, %t", wait, ok)
	}
	if _, ok := b.take(noon.Add(time.Minute)); !ok {
		t.Error("the pause does not end")
	}
}

func TestPauseAfter(t *testing.T) {
	unix := func(d time.Duration) string { return strconv.FormatInt(noon.Add(d).Unix(), 10) }
	for name, c := range map[string]struct {
		header map[string]string
		body   time.Duration
		want   time.Duration
	}{
		"nothing said":       {nil, 0, time.Minute},
		"a header":           {map[string]string{"Retry-After": "42"}, 0, 42 * time.Second},
		"a date":             {map[string]string{"Retry-After": noon.Add(30 * time.Second).Format(http.TimeFormat)}, 0, 30 * time.Second},
		"a body":             {nil, 17 * time.Second, 17 * time.Second},
		"the longest":        {map[string]string{"Retry-After": "5", "X-RateLimit-Reset": unix(50 * time.Second)}, 9 * time.Second, 50 * time.Second},
		"a reset in seconds": {map[string]string{"X-RateLimit-Reset": "20"}, 0, 20 * time.Second},
		"a reset gone by":    {map[string]string{"X-RateLimit-Reset": unix(-time.Hour)}, 0, time.Minute},
		"nonsense":           {map[string]string{"Retry-After": "soon", "X-RateLimit-Reset": "-4"}, 0, time.Minute},
		"for ever":           {map[string]string{"Retry-After": "99999999999"}, 0, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			for k, v := range c.header {
				header.Set(k, v)
			}
			if got := pauseAfter(header, c.body, readAllowance(header, noon), noon); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// After a 429, in whichever of its shapes, nothing of that tier is sent until the pause is over.
func TestRateLimited(t *testing.T) {
	for body, want := range map[string]time.Duration{
		`{"error":"rate_limit_exceeded","message":"x","retry_after":42}`:                                      42 * time.Second,
		`{"error":"rate_limit_exceeded","message":"x","retry_after":"in a minute","detail":"1 per 1 minute"}`: time.Minute,
		`{"detail":"Rate limit exceeded: 300 requests/minute allowed."}`:                                      time.Minute,
		`<html>too many</html>`: time.Minute,
	} {
		t.Run(body, func(t *testing.T) {
			refusing, asked := true, 0
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				asked++
				if refusing && r.Method == http.MethodGet {
					answer(429, body)(w, r)
					return
				}
				answer(200, `[]`)(w, r)
			}, nil)
			for range 3 {
				_, e := f.do(t, listing())
				if e == nil || e.Code != pipeline.CodeRateLimited || e.Class != pipeline.RateLimited || e.RetryAfter != want || e.MaybeDone {
					t.Fatalf("got %+v, want to come back in %v", e, want)
				}
			}
			if asked != 1 {
				t.Errorf("%d requests during the pause, want 1", asked)
			}
			if _, e := f.do(t, creation()); e != nil {
				t.Errorf("a write, which has its own budget: %v", e)
			}
			refusing = false
			f.advance(want)
			if _, e := f.do(t, listing()); e != nil {
				t.Errorf("after the pause: %v", e)
			}
		})
	}
}

// The client follows what the headers say without being refused once.
func TestClientKeepsToTheServersLimit(t *testing.T) {
	const limit = 60
	var f *fake
	used, minute, refused := 0, time.Time{}, 0
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if start := f.now().Truncate(time.Minute); !start.Equal(minute) {
			minute, used = start, 0
		}
		used++
		w.Header().Set("Date", f.now().Format(http.TimeFormat))
		w.Header().Set("X-RateLimit-Limit", fmt.Sprint(limit))
		w.Header().Set("X-RateLimit-Remaining", fmt.Sprint(max(0, limit-used)))
		w.Header().Set("X-RateLimit-Reset", fmt.Sprint(minute.Add(time.Minute).Unix()))
		if used > limit {
			refused++
			answer(429, `{}`)(w, r)
			return
		}
		answer(200, `[]`)(w, r)
	}, func(cfg *Config) { cfg.Reads = 0 })
	start, late := f.now(), 0
	for range 300 {
		if _, e := f.do(t, listing()); e != nil {
			late++
			f.advance(e.RetryAfter)
		}
	}
	if took := f.now().Sub(start); took > 6*time.Minute+10*time.Second {
		t.Errorf("300 requests at 60 a minute took %v", took)
	}
	if refused > 0 || late > 0 {
		t.Errorf("the server refused %d requests, the client held back %d", refused, late)
	}
}
