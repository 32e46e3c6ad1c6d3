package pmsim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFaultsThatAnswer(t *testing.T) {
	tests := []struct {
		name   string
		fault  Fault
		status int
		has    string // the body holds it
	}{
		{"401 in mid-run", Fault{Status: 401}, 401, "AUTH_TOKEN_INVALID"},
		{"module off", Fault{Status: 403}, 403, "Module 'products' is not enabled"},
		{"gone", Fault{Status: 404}, 404, "not_found"},
		{"slow down", Fault{Status: 429, Delay: 7 * time.Second}, 429, `"retry_after":7`},
		{"server error", Fault{Status: 500, Message: "no database"}, 500, "no database"},
		{"proxy", Fault{Kind: FaultHTML}, 502, "<h1>502 Bad Gateway</h1>"},
		{"broken server", Fault{Kind: FaultHTML, Status: 500}, 500, "<html>"},
		{"slow", Fault{Kind: FaultSlow, Delay: time.Millisecond}, 200, `"items"`},
		{"truncated", Fault{Kind: FaultTruncated}, 200, `{"items"`},
		{"oversized", Fault{Kind: FaultOversized, Size: 1 << 20}, 200, strings.Repeat(" ", 1<<20) + `{"items"`},
		{"wrong total", Fault{Kind: FaultWrongTotal, Off: 7}, 200, `"total":9`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, c := start(t, Config{})
			fill(t, s, newClock(), 2)
			injected := s.Inject(test.fault)
			got := c.do("GET", "/products", nil, test.status)
			if !strings.Contains(string(got.raw), test.has) {
				t.Errorf("the body lacks %.60q: %.300q", test.has, got.raw)
			}
			if test.fault.Kind == FaultTruncated && got.body != nil {
				t.Error("the truncated answer is whole")
			}
			if test.status == 429 && got.header.Get("Retry-After") != "7" {
				t.Errorf("header %v", got.header)
			}
			if n := injected.Fired(); n != 1 {
				t.Errorf("fired %d times", n)
			}
			c.do("GET", "/products", nil, 200) // only once
		})
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	tests := []struct {
		kind      FaultKind
		want      error
		committed bool
	}{
		{FaultResetBefore, syscall.ECONNRESET, false},
		{FaultResetAfter, syscall.ECONNRESET, true},
		{FaultCut, io.ErrUnexpectedEOF, true},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.kind), func(t *testing.T) {
			s, c := start(t, Config{})
			s.Inject(Fault{Kind: test.kind, Method: "POST"})
			_, err := c.try("POST", "/products", map[string]any{"name": "a"})
			if !errors.Is(err, test.want) {
				t.Errorf("the client sees %v, want %v", err, test.want)
			}
			if committed := s.Len() == 1; committed != test.committed || (s.Counts().Created == 1) != committed {
				t.Errorf("%d products, counted %+v", s.Len(), s.Counts())
			}
		})
	}
}

func TestAnAnswerThatNeverComes(t *testing.T) {
	s, c := start(t, Config{})
	s.Inject(Fault{Kind: FaultHang, Times: Always})
	gaveUp := make(chan error, 1)
	send := func(ctx context.Context) { // returns when the request is under way
		sent := make(chan struct{})
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) }})
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/products", strings.NewReader(`{"name": "a"}`))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			resp, err := http.DefaultClient.Do(req)
			if err == nil {
				t.Errorf("an answer came: HTTP %d", resp.StatusCode)
				err = resp.Body.Close()
			}
			gaveUp <- err
		}()
		<-sent
	}

	ctx, cancel := context.WithCancel(t.Context())
	send(ctx)
	cancel() // the client's patience
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the client sees %v", err)
	}
	send(t.Context())
	if err := s.Close(); err != nil { // ends what still waits
		t.Fatal(err)
	}
	if err := <-gaveUp; err == nil {
		t.Error("after Close the client sees no error")
	}
	if s.Len() != 0 {
		t.Error("the request was carried out")
	}
}

func TestFaultsSelectRequests(t *testing.T) {
	statuses := func(c *client, requests ...string) (out []int) {
		for _, r := range requests {
			method, path, _ := strings.Cut(r, " ")
			g, err := c.try(method, path, map[string]any{})
			if err != nil {
				c.t.Fatal(err)
			}
			out = append(out, g.status)
		}
		return out
	}
	tests := []struct {
		name     string
		fault    Fault
		requests []string
		want     []int
	}{
		{
			"the third and fourth",
			Fault{Status: 503, Nth: 3, Times: 2},
			[]string{"GET /products", "GET /products", "GET /products", "GET /products", "GET /products"},
			[]int{200, 200, 503, 503, 200},
		},
		{
			"by method",
			Fault{Status: 503, Method: "PUT", Times: Always},
			[]string{"GET /products", "PUT /products/x", "PUT /products/y"},
			[]int{200, 503, 503},
		},
		{
			"by path",
			Fault{Status: 503, Path: "/products/*", Times: Always},
			[]string{"GET /products", "GET /products/x", "GET /categories"},
			[]int{200, 503, 200},
		},
		{
			"the second of a path",
			Fault{Status: 503, Path: "/products", Nth: 2},
			[]string{"GET /products", "GET /categories", "GET /products", "GET /products"},
			[]int{200, 200, 503, 200},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, c := start(t, Config{})
			s.Inject(test.fault)
			if diff := cmp.Diff(test.want, statuses(c, test.requests...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	t.Run("by chance, the same for a seed", func(t *testing.T) {
		run := func(seed uint64) []int {
			s, c := start(t, Config{Seed: seed})
			s.Inject(Fault{Status: 503, Times: Always, Chance: 0.5})
			out := statuses(c, strings.Split(strings.Repeat("GET /odoo/status,", 29)+"GET /odoo/status", ",")...)
			s.ClearFaults()
			c.do("GET", "/odoo/status", nil, 200)
			return out
		}
		first := run(1)
		if diff := cmp.Diff(first, run(1)); diff != "" {
			t.Errorf("the same seed (-first +second):\n%s", diff)
		}
		if cmp.Equal(first, run(2)) {
			t.Error("another seed fails the same requests")
		}
	})
}

func TestPartialBatchFailure(t *testing.T) {
	s, c := start(t, Config{})
	s.Inject(Fault{Kind: FaultPartialBatch, Path: "/products/bulk"})
	batch := map[string]any{"products": []any{
		map[string]any{"name": "a"}, map[string]any{"name": "b"}, map[string]any{"name": "c", "ean": "1"},
	}}
	got := c.do("POST", "/products/bulk", batch, 200)
	var statuses []any
	for i := range 3 {
		statuses = append(statuses, got.at("results", i, "status"))
	}
	if diff := cmp.Diff([]any{"created", "error", "error"}, statuses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.Len() != 1 || s.Counts().Created != 1 {
		t.Errorf("%d products, counted %+v", s.Len(), s.Counts())
	}
}
