package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// patience is how long a test waits for what must come.
const patience = time.Minute

func TestBodyTooLarge(t *testing.T) {
	g := newGate(t, nil)
	bearer := header("Authorization", "Bearer "+testToken)
	large := `{"pipeline":"` + strings.Repeat("x", maxRequest) + `"}`
	for _, r := range g.routes {
		method, path := callOf(r)
		if method != "POST" || r.described.body == nil || r.body > maxRequest {
			continue
		}
		resp := g.call(t.Context(), method, path, large, bearer)
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(body), `"code":"usage"`) && r.body == 0 {
			t.Errorf("%s: %s %s", r.pattern, resp.Status, body)
		}
	}
	resp := g.call(t.Context(), "POST", "/login", "token="+strings.Repeat("x", 9<<10), header("Content-Type", "application/x-www-form-urlencoded"))
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token of 9 kB: %s", resp.Status)
	}
}

// A caller that does not send what it announced is cut off.
func TestBodyThatDoesNotCome(t *testing.T) {
	s := bounded(t, &scripted{}, func(b *bounds) { b.send = 50 * time.Millisecond })
	conn := connect(t, s)
	fmt.Fprintf(conn, "POST /api/v1/sync HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{", s.Address())
	answer, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(string(answer), "400 Bad Request") {
		t.Errorf("got %q, %v", answer, err)
	}
}

// The time for a body is none for the work: a call goes on for longer than that.
func TestSlowWorkIsNotCutOff(t *testing.T) {
	b := &scripted{hold: make(chan struct{})}
	s := bounded(t, b, func(b *bounds) { b.send, b.take = 20*time.Millisecond, 20*time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Address()+"/api/v1/sync", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	<-b.hold
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, resp.Body)
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Fatalf("the answer ended after its times: %v", err)
	case <-time.After(200 * time.Millisecond): // ten times both
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller went away: %v", err)
	}
}

// flood is a backend whose export never ends.
type flood struct {
	*scripted
	ended chan error
}

func (f flood) StateExport(_ context.Context, _ view.Export, yield func(view.ExportLine) error) error {
	line := view.ExportLine{Pipeline: strings.Repeat("x", 1<<16)}
	for {
		if err := yield(line); err != nil {
			f.ended <- err
			return err
		}
	}
}

// A caller that does not take its answer is cut off.
func TestAnswerThatIsNotTaken(t *testing.T) {
	f := flood{&scripted{}, make(chan error, 1)}
	s := bounded(t, f, func(b *bounds) { b.take = 50 * time.Millisecond })
	conn := connect(t, s)
	fmt.Fprintf(conn, "POST /api/v1/state/export HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", s.Address())
	select {
	case err := <-f.ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(patience):
		t.Error("the answer still waits for its reader")
	}
}

// More long answers than the server gives at once are refused, and a short one is not.
func TestTooManyStreams(t *testing.T) {
	b := &scripted{hold: make(chan struct{})}
	s := bounded(t, b, func(b *bounds) { b.streams = make(chan struct{}, 1) })
	conn := connect(t, s)
	fmt.Fprintf(conn, "POST /api/v1/sync HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", s.Address())
	<-b.hold
	status, body := get(t, "POST", "http://"+s.Address()+"/api/v1/plan", nil)
	if status != http.StatusServiceUnavailable || !strings.Contains(body, `"code":"too_busy"`) {
		t.Errorf("got %d %s", status, body)
	}
	if status, _ := get(t, "GET", "http://"+s.Address()+"/api/v1/status", nil); status != http.StatusOK {
		t.Errorf("a short call: %d", status)
	}
}

// bounded starts a server with other bounds.
func bounded(t *testing.T, b Daemon, change func(*bounds)) *Server {
	t.Helper()
	s := NewServer(configOf(t, b))
	change(&s.bounds)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, s) })
	return s
}

// connect opens a connection on which nothing is waited for longer than patience.
func connect(t *testing.T, s *Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}
