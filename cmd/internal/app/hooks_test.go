package app

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// realtime is a configuration whose poll is too seldom to bring anything over.
func realtime(t *testing.T, s *apptest.Shop) *config.Config {
	t.Helper()
	cfg := s.Config(t, "")
	cfg.Pipelines[0].Schedule = pipeline.Schedule{Every: 1000 * time.Hour, Realtime: true}
	return cfg
}

// started starts a daemon and waits for its first cycle.
func started(t *testing.T, cfg *config.Config) *App {
	t.Helper()
	a := bring(t, cfg, Options{})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first cycle", func() bool {
		status, err := a.Status(t.Context())
		return err == nil && status.Pipelines[0].LastCycle != nil && status.Pipelines[0].Running == nil
	})
	return a
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not come", what)
		}
	}
}

// called calls a webhook and returns status and answer.
func called(t *testing.T, a *App, path, body string) (int, string) {
	t.Helper()
	answer, err := http.Post("http://"+a.Address()+"/hooks/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var text strings.Builder
	if _, err := fmt.Fprint(&text, answer.Header.Get("Retry-After"), " "); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	for {
		n, err := answer.Body.Read(buf)
		text.Write(buf[:n])
		if err != nil {
			return answer.StatusCode, text.String()
		}
	}
}

// TestHookReadsTheRecord: a call makes a cycle of the one record that it names, which moves no cursor.
func TestHookReadsTheRecord(t *testing.T) {
	s := apptest.New(t, nil)
	named := s.Insert(t, "pm", "Chaise", "CH-100")
	s.Insert(t, "pm", "Table", "TA-1")
	a := started(t, realtime(t, s))
	before, err := a.current().runners[0].store.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chaise bleue"))
	s.Edit(t, "pm", "TA-1", "title", pipeline.Text("Table ronde"))
	status, answer := called(t, a, "pm/"+apptest.Secret, fmt.Sprintf(`{"key": %q, "title": "not to be trusted"}`, named))
	if status != http.StatusOK || !strings.Contains(answer, `"accepted"`) {
		t.Fatalf("%d: %s", status, answer)
	}
	eventually(t, "what the call named", func() bool { return s.Held(t, "erp", "CH-100", "title").AsText() == "Chaise bleue" })
	eventually(t, "the empty queue", func() bool { return a.hookViews(a.current())[0].Waiting == 0 })
	if got := s.Held(t, "erp", "TA-1", "title"); got.AsText() != "Table" {
		t.Errorf("a record that no call named was brought over: %s", got)
	}
	after, err := a.current().runners[0].store.Position(t.Context())
	if err != nil || after.Cursors != before.Cursors {
		t.Errorf("the cursors moved from %q to %q, %v", before.Cursors, after.Cursors, err)
	}
	now, err := a.Status(t.Context())
	if err != nil || now.Pipelines[0].LastCycle.Kind != pipeline.CycleHooks || now.Hooks[0].Last == nil {
		t.Errorf("the status tells %+v of the cycle, %+v of the call, %v", now.Pipelines[0].LastCycle, now.Hooks, err)
	}
}

// TestHookAnswers: what is answered, and that nothing is told to who does not know the secret.
func TestHookAnswers(t *testing.T) {
	s := apptest.New(t, nil)
	a := started(t, realtime(t, s))
	good := "pm/" + apptest.Secret
	for _, c := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"a test", good, `{"event": "test"}`, 200, `"test"`},
		{"no product", good, `{}`, 200, `"ignored"`},
		{"a record that is not there", good, `{"key": "9999", "id": "evt_1"}`, 200, `"accepted"`},
		{"the same delivery", good, `{"key": "9999", "id": "evt_1"}`, 200, `"duplicate"`},
		{"nonsense", good, `]`, 400, "webhook_refused"},
		{"no secret", "pm", `{"key": "1"}`, 401, "unauthorized"},
		{"another secret", "pm/" + apptest.Secret + "x", `{"key": "1"}`, 401, "unauthorized"},
		{"an unknown source", "shop/" + apptest.Secret, `{"key": "1"}`, 404, "source_unknown"},
		{"too much", good, strings.Repeat(" ", 1<<20+1), 413, "webhook_refused"},
	} {
		status, answer := called(t, a, c.path, c.body)
		if status != c.status || !strings.Contains(answer, c.says) {
			t.Errorf("%s: %d %s", c.name, status, answer)
		}
		if strings.Contains(answer, apptest.Secret) {
			t.Errorf("%s: the answer shows the secret: %s", c.name, answer)
		}
	}
	get, err := http.Get("http://" + a.Address() + "/hooks/" + good)
	if err != nil {
		t.Fatal(err)
	}
	_ = get.Body.Close()
	if get.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET is answered with %d", get.StatusCode)
	}
	last := 0
	for range 30 {
		last, _ = called(t, a, "pm/wrong", `{}`)
	}
	if status, answer := called(t, a, good, `{"event": "test"}`); last != http.StatusTooManyRequests || status != 200 {
		t.Errorf("after many wrong calls a wrong one gets %d, a right one %d %s", last, status, answer)
	}
}

// TestHookOfOthersIsIgnored: without realtime a call is answered and starts nothing.
func TestHookOfOthersIsIgnored(t *testing.T) {
	s := apptest.New(t, nil)
	cfg := realtime(t, s)
	cfg.Pipelines[0].Schedule.Realtime = false
	a := started(t, cfg)
	if status, answer := called(t, a, "pm/"+apptest.Secret, `{"key": "1"}`); status != 200 || !strings.Contains(answer, `"ignored"`) {
		t.Errorf("%d %s", status, answer)
	}
}

// TestHookOutlivesTheProcess: what was answered is read by the next process, where this one could not.
func TestHookOutlivesTheProcess(t *testing.T) {
	var down atomic.Bool
	s := apptest.New(t, func(_, op string) memory.FaultKind {
		if down.Load() && op == memory.OpHinted {
			return memory.DenyAccess
		}
		return memory.NoFault
	})
	key := s.Insert(t, "pm", "Chaise", "CH-100")
	cfg := realtime(t, s)
	a := started(t, cfg)
	down.Store(true)
	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chaise bleue"))
	if status, answer := called(t, a, "pm/"+apptest.Secret, fmt.Sprintf(`{"key": %q}`, key)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	eventually(t, "a cycle that fails", func() bool {
		now, err := a.Status(t.Context())
		return err == nil && now.Pipelines[0].LastCycle.Error != nil
	})
	stopApp(t, a)
	down.Store(false)
	// A first cycle of the next process would bring it over by itself, so its poll must not.
	next := bring(t, cfg, Options{})
	if err := next.startHooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := next.hookViews(next.current())[0].Waiting; got != 1 {
		t.Fatalf("%d records wait after the restart", got)
	}
	taken, err := next.hooks.queue.Take(t.Context(), "products", next.clock.Sleep)
	if err != nil || !next.hookCycle(t.Context(), next.current().runners[0], taken) {
		t.Fatalf("the cycle of what waited: %v", err)
	}
	if got := s.Held(t, "erp", "CH-100", "title"); got.AsText() != "Chaise bleue" {
		t.Errorf("erp holds %s", got)
	}
}

// TestRefusedCallsDoNotFloodTheLog: whoever calls with wrong secrets gets a line a minute, and is counted each time.
func TestRefusedCallsDoNotFloodTheLog(t *testing.T) {
	s := apptest.New(t, nil)
	var log bytes.Buffer
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	a := bring(t, s.Config(t, ""), Options{Logger: slog.New(slog.NewTextHandler(&log, nil)), Clock: Clock{Now: func() time.Time { return now }}})
	if err := a.startHooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	call := func(source, secret, body string) {
		t.Helper()
		_, err := a.Hook(t.Context(), source, pipeline.HookCall{Header: func(string) string { return "" }, Secret: secret, Body: []byte(body)})
		if err == nil {
			t.Fatal("taken")
		}
	}
	for range 50 {
		call("pm", "wrong", "{}")
		call("erp", "wrong", "{}")
		call("pm", apptest.Secret, "]") // another reason
		call("nobody", "wrong", "{}")
	}
	if n := strings.Count(log.String(), "a webhook call was not taken"); n != 3 {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
	now = now.Add(time.Minute)
	call("pm", "wrong", "{}")
	if !strings.Contains(log.String(), "more_since_last_line=49") {
		t.Errorf("what was left out is not told:\n%s", log.String())
	}
	if got := samples(t, a, "tandem_webhooks_total")["{result=refused,source=pm}"]; got != 101 {
		t.Errorf("%v calls of pm are counted", got)
	}
}
