package client

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secretKey = "pm_test_very-secret-key"

// fake is a server for one test, a client of it, and a clock that both go by.
type fake struct {
	*httptest.Server
	client *Client

	mu    sync.Mutex
	at    time.Time
	slept time.Duration
	seen  []string // operations, as observed
}

func newFake(t *testing.T, handler http.HandlerFunc, change func(*Config)) *fake {
	t.Helper()
	f := &fake{at: time.Date(2026, 11, 24, 15, 50, 12, 0, time.UTC)}
	f.Server = httptest.NewServer(handler)
	t.Cleanup(f.Close)
	base, err := url.Parse(f.URL + "/api/v1")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Base: base, APIKey: pipeline.NewSecret(secretKey), Timeout: 10 * time.Second, Workers: 4, Reads: 1e6, Writes: 1e6,
		Now: f.now,
		Observe: func(operation string, _ time.Duration, err error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if err != nil {
				operation += " " + string(pipeline.AsError(err).Code)
			}
			f.seen = append(f.seen, operation)
		},
		Sleep: func(_ context.Context, d time.Duration) error {
			f.advance(d)
			f.mu.Lock()
			defer f.mu.Unlock()
			f.slept += d
			return nil
		},
	}
	if change != nil {
		change(&cfg)
	}
	f.client = New(cfg)
	t.Cleanup(f.client.Close)
	return f
}

func (f *fake) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *fake) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = f.at.Add(d)
}

func listing() Request {
	return Request{Op: List, Method: http.MethodGet, Path: "/products", Query: url.Values{"page": {"1"}}}
}

func creation() Request {
	return Request{Op: Create, Method: http.MethodPost, Path: "/products", Body: map[string]any{"title": "T"}}
}

func (f *fake) do(t *testing.T, req Request) (Answer, *pipeline.Error) {
	t.Helper()
	answer, err := f.client.Do(t.Context(), req)
	return answer, pipeline.AsError(err)
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}
