package pages

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
	"github.com/tandem-sync/tandem/pipeline"
)

var at = time.Date(2026, 11, 24, 15, 50, 12, 0, time.UTC)

// fixed is a Backend with the answers of one moment.
type fixed struct {
	status  view.Status
	runs    view.Runs
	sources []view.SourceStatus
	checks  []view.SourceCheck
	config  view.Configuration
	reload  view.Reload
	told    []view.Activity
	err     error

	conflicts []view.Conflict
	events    []view.Event
	asked     view.HistoryQuery
	settled   []view.Resolve
	failed    []view.Quarantined
	retried   [][]string
	explained []view.Explanation

	begun    []view.Begin
	approved []view.Approve
	held     []view.Hold
	changed  bool // by a Pause or Resume
}

func (f *fixed) Status(context.Context) (view.Status, error) { return f.status, f.err }

func (f *fixed) Runs(context.Context, view.RunsQuery) (view.Runs, error) { return f.runs, f.err }

func (f *fixed) Sources(context.Context) ([]view.SourceStatus, error) { return f.sources, f.err }

func (f *fixed) Check(context.Context, string) ([]view.SourceCheck, error) { return f.checks, f.err }

func (f *fixed) Configuration(context.Context) (view.Configuration, error) { return f.config, f.err }

func (f *fixed) Reload(context.Context) (view.Reload, error) { return f.reload, f.err }

func (f *fixed) Conflicts(context.Context) ([]view.Conflict, error) { return f.conflicts, f.err }

func (f *fixed) Conflict(_ context.Context, id string) (view.Conflict, error) {
	for _, c := range f.conflicts {
		if c.ID == id {
			return c, f.err
		}
	}
	return view.Conflict{}, &pipeline.Error{Code: pipeline.CodeConflictNotFound, Message: "no conflict " + id}
}

func (f *fixed) Resolve(_ context.Context, q view.Resolve) (view.Conflict, error) {
	f.settled = append(f.settled, q)
	return view.Conflict{}, f.err
}

func (f *fixed) Quarantine(context.Context) ([]view.Quarantined, error) { return f.failed, f.err }

func (f *fixed) Retry(_ context.Context, ids []string) (view.Retried, error) {
	f.retried = append(f.retried, ids)
	return view.Retried{}, f.err
}

func (f *fixed) Explain(_ context.Context, record string) ([]view.Explanation, error) {
	if len(f.explained) == 0 {
		return nil, &pipeline.Error{Code: pipeline.CodeRecordUnknown, Message: "no record " + record}
	}
	return f.explained, f.err
}

func (f *fixed) History(_ context.Context, q view.HistoryQuery) ([]view.Event, error) {
	f.asked = q
	return f.events[min(q.Skip, len(f.events)):min(q.Skip+q.Limit, len(f.events))], f.err
}

func (f *fixed) Watch(_ context.Context, tell func(view.Activity) error) error {
	for _, a := range f.told {
		if err := tell(a); err != nil {
			return err
		}
	}
	return f.err
}

func (f *fixed) Begin(_ context.Context, q view.Begin) error {
	f.begun = append(f.begun, q)
	return f.err
}

func (f *fixed) Approve(_ context.Context, q view.Approve) (view.Brake, error) {
	f.approved = append(f.approved, q)
	return view.Brake{}, f.err
}

func (f *fixed) Pause(_ context.Context, q view.Hold) ([]view.Held, error) {
	f.held = append(f.held, q)
	return []view.Held{{Pipeline: q.Pipelines[0], Changed: f.changed}}, f.err
}

func (f *fixed) Resume(ctx context.Context, q view.Hold) ([]view.Held, error) {
	q.By = "resumed by " + q.By
	return f.Pause(ctx, q)
}

// open serves the pages over b.
func open(t *testing.T, b Backend) http.Handler {
	t.Helper()
	p, err := New(Config{Backend: b, StatusOf: func(pipeline.Code) int { return http.StatusTeapot }, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+ui.StaticPath, ui.Static())
	for pattern, h := range p.Routes() {
		mux.Handle(pattern, h)
	}
	return mux
}

// get returns the answer to a browser that prefers that language.
func get(t *testing.T, h http.Handler, path, language string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", language)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

func wants(t *testing.T, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
}

func TestOverview(t *testing.T) {
	f := &fixed{status: view.Status{Pipelines: []view.PipelineStatus{{
		Name: "products", Sources: [2]string{"pm", "erp"}, State: view.StateBraked, Linked: 12345, NextRun: &at, Schedule: "every 5m",
	}}}}
	h := open(t, f)
	answer, body := get(t, h, "/", "en")
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Security-Policy") != ui.Policy {
		t.Errorf("got %d with %v", answer.StatusCode, answer.Header)
	}
	wants(t, body, `<html lang="en">`, "products", "Braked", "12,345", "never")
	_, body = get(t, h, "/", "fr-CA, en;q=0.5")
	wants(t, body, `<html lang="fr">`, "Freiné", "12\u00a0345", "jamais")
}

func TestErrorPage(t *testing.T) {
	f := &fixed{err: &pipeline.Error{Code: pipeline.CodeStateDisk, Message: "no <room>", Remedy: "Make room."}}
	answer, body := get(t, open(t, f), "/", "en")
	if answer.StatusCode != http.StatusTeapot {
		t.Errorf("got %d, want what StatusOf says", answer.StatusCode)
	}
	wants(t, body, "state_disk", "no &lt;room&gt;", "Make room.")
}

func TestPreferencesAreKept(t *testing.T) {
	answer, _ := get(t, open(t, &fixed{}), "//evil.example/?lang=fr&theme=dark&q=1", "en")
	if to := answer.Header.Get("Location"); answer.StatusCode == http.StatusSeeOther && !strings.HasPrefix(to, "/evil") {
		t.Errorf("leads to %q", to)
	}
	answer, _ = get(t, open(t, &fixed{}), "/?lang=fr&theme=dark&q=1", "en")
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/?q=1" || len(answer.Cookies()) != 2 {
		t.Errorf("got %d to %q with %v", answer.StatusCode, answer.Header.Get("Location"), answer.Cookies())
	}
}
