package client

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestWhatIsSent(t *testing.T) {
	var got []string
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = []string{
			r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), r.Header.Get("X-Tenant-ID"), r.Header.Get("Content-Type"),
			r.Header.Get("Cache-Control"), r.Header.Get("Accept-Encoding"), r.Header.Get("Cookie"), string(body),
		}
		w.Header().Set("Set-Cookie", "csrf=1")
		_, _ = w.Write([]byte(`{"price":19.990}`))
	}, func(cfg *Config) { cfg.Tenant = "shop-1" })
	answer, e := f.do(t, listing())
	if e != nil {
		t.Fatal(e)
	}
	if diff := cmp.Diff([]string{"GET", "/api/v1/products?page=1", "Bearer " + secretKey, "shop-1", "", "no-cache", "gzip", "", ""}, got); diff != "" {
		t.Error(diff)
	}
	if price := answer.JSON.(map[string]any)["price"]; price.(interface{ String() string }).String() != "19.990" {
		t.Errorf("a number lost digits: %v", price)
	}
	if _, e = f.do(t, creation()); e != nil {
		t.Fatal(e)
	}
	if diff := cmp.Diff([]string{"POST", "/api/v1/products", "Bearer " + secretKey, "shop-1", "application/json", "", "gzip", "", `{"title":"T"}`}, got); diff != "" {
		t.Error(diff)
	}
	if _, e = f.do(t, Request{Op: Get, Method: http.MethodGet, Path: "/products/a%2Fb"}); e != nil || got[1] != "/api/v1/products/a%2Fb" {
		t.Errorf("got %v, %v", got, e)
	}
	if _, e = f.do(t, Request{Op: Status, Method: http.MethodGet, Path: "/health", Root: true}); e != nil || got[1] != "/health" {
		t.Errorf("got %v, %v", got, e)
	}
}

// A framework's redirect for a slash is followed; the credentials go nowhere else.
func TestRedirects(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for name, c := range map[string]struct {
		to     func(r *http.Request) string
		status int
		req    Request
		follow bool
	}{
		"a slash":             {func(*http.Request) string { return "/api/v1/products/" }, 307, listing(), true},
		"a slash, on a write": {func(*http.Request) string { return "/api/v1/products/" }, 307, creation(), true},
		"a write made a read": {func(*http.Request) string { return "/api/v1/products/" }, 302, creation(), false},
		"another host":        {func(*http.Request) string { return other.URL }, 307, listing(), false},
		"another scheme":      {func(r *http.Request) string { return "ftp://" + r.Host + "/" }, 301, listing(), false},
		"in a circle":         {func(r *http.Request) string { return r.URL.Path + "/x" }, 307, listing(), false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/api/v1/products/" {
					body, _ := io.ReadAll(r.Body)
					if r.Method == http.MethodPost && string(body) != `{"title":"T"}` || r.Header.Get("Authorization") == "" {
						t.Errorf("what was redirected is not what was sent: %s", body)
					}
					_, _ = w.Write([]byte(`[]`))
					return
				}
				http.Redirect(w, r, c.to(r), c.status)
			}, nil)
			_, e := f.do(t, c.req)
			if c.follow && e != nil {
				t.Error(e)
			}
			if !c.follow && (e == nil || e.Code != pipeline.CodeBadAnswer || !strings.Contains(e.Error(), "sends elsewhere")) {
				t.Errorf("got %v", e)
			}
		})
	}
	if elsewhere.Load() != 0 {
		t.Error("the credentials went to another host")
	}
}

func TestAtMostWorkersAtOnce(t *testing.T) {
	var now, most atomic.Int32
	arrived := make(chan struct{}, 100)
	release := make(chan struct{})
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		arrived <- struct{}{}
		<-release
		now.Add(-1)
		_, _ = w.Write([]byte(`[]`))
	}, func(cfg *Config) { cfg.Workers = 3 })
	var group errgroup.Group
	for range 12 {
		group.Go(func() error { _, err := f.client.Do(t.Context(), listing()); return err })
	}
	for range 3 {
		<-arrived
	}
	close(release)
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	if most.Load() != 3 {
		t.Errorf("%d requests at once, want 3", most.Load())
	}
}

// The start of an answer is the earliest that the server's clock can have shown, whatever our own shows.
func TestServerClock(t *testing.T) {
	serverAhead := 10 * time.Minute
	var f *fake
	f = newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		f.advance(300 * time.Millisecond) // the way there
		w.Header().Set("Date", f.now().Add(serverAhead).UTC().Format(http.TimeFormat))
		f.advance(200 * time.Millisecond) // and back
		_, _ = w.Write([]byte(`[]`))
	}, nil)
	for range 20 {
		sent := f.now()
		answer, e := f.do(t, listing())
		if e != nil {
			t.Fatal(e)
		}
		truth := sent.Add(serverAhead)
		if answer.Start.After(truth) || answer.Start.Before(truth.Add(-1500*time.Millisecond)) {
			t.Fatalf("the start is %v, in truth it was %v", answer.Start, truth)
		}
		f.advance(70 * time.Millisecond)
	}
	if off := f.client.Now().Sub(f.now().Add(serverAhead)).Abs(); off > 300*time.Millisecond {
		t.Errorf("after 20 answers the server's clock is off by %v", off)
	}
	if local := f.client.Local(f.client.Server(f.now())); !local.Equal(f.now()) {
		t.Errorf("there and back again: %v, want %v", local, f.now())
	}
	serverAhead = -time.Hour // somebody set it
	if _, e := f.do(t, listing()); e != nil {
		t.Fatal(e)
	}
	if off := f.client.Now().Sub(f.now().Add(serverAhead)).Abs(); off > time.Second {
		t.Errorf("after the server's clock was set it is off by %v", off)
	}
}

func TestEqualClocksHaveNoOffset(t *testing.T) {
	var f *fake
	f = newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", f.now().UTC().Format(http.TimeFormat))
		_, _ = w.Write([]byte(`[]`))
	}, nil)
	f.advance(990 * time.Millisecond)
	if _, e := f.do(t, listing()); e != nil {
		t.Fatal(e)
	}
	if now := f.client.Now(); !now.Equal(f.now()) {
		t.Errorf("the whole seconds of a header made the clocks differ by %v", now.Sub(f.now()))
	}
}

func TestNoDate(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		_, _ = w.Write([]byte(`[]`))
	}, nil)
	if answer, e := f.do(t, listing()); e != nil || !answer.Start.IsZero() {
		t.Errorf("got %+v, %v, want no start", answer, e)
	}
}
