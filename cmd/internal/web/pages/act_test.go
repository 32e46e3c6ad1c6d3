package pages

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func post(h http.Handler, path string, form url.Values) (*http.Response, string) {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

func TestButtonsBeginCycles(t *testing.T) {
	f := many(3)
	h := open(t, f)
	for path, form := range map[string]url.Values{"/sync": nil, "/pipelines/products-0/sync": nil, "/pipelines/products-2/sync": {"full": {"1"}}} {
		f.begun = nil
		answer, _ := post(h, path, form)
		to, err := answer.Location()
		if err != nil || answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %d, %v", path, answer.StatusCode, err)
		}
		want := view.Begin{Full: form.Has("full")}
		if path != "/sync" {
			want.Pipeline = strings.Split(path, "/")[2]
		}
		if diff := cmp.Diff([]view.Begin{want}, f.begun); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
		_, body := get(t, h, to.RequestURI(), "en")
		wants(t, body, `role="status"`, "has been started")
	}
}

func TestWhatWasDoneIsNothingThatAnAddressCanSay(t *testing.T) {
	_, body := get(t, open(t, many(1)), "/?done=%3Cb%3Eowned", "en")
	if strings.Contains(body, `role="status"`) {
		t.Error("an address can have the page say that something was done")
	}
}

func TestApproveTakesWhatWasShown(t *testing.T) {
	f := many(3)
	f.status.Pipelines[2].Brake.Cycle = "c2"
	h := open(t, f)
	_, body := get(t, h, "/pipelines/products-2/approve", "en")
	wants(t, body, `name="cycle" value="c2"`, "1,200", "Yes, let it pass once")
	if answer, body := post(h, "/pipelines/products-2/approve", url.Values{"cycle": {"c1"}}); answer.StatusCode != http.StatusTeapot || len(f.approved) > 0 {
		t.Errorf("another cycle was approved: %d %s", answer.StatusCode, body)
	}
	answer, _ := post(h, "/pipelines/products-2/approve", url.Values{"cycle": {"c2"}})
	if answer.StatusCode != http.StatusSeeOther {
		t.Errorf("got %d", answer.StatusCode)
	}
	if diff := cmp.Diff([]view.Approve{{Pipeline: "products-2", By: "dashboard (192.0.2.1)"}}, f.approved); diff != "" {
		t.Error(diff)
	}
	if answer, _ := get(t, h, "/pipelines/products-0/approve", "en"); answer.StatusCode != http.StatusTeapot {
		t.Errorf("there is a page to approve what no brake stopped: %d", answer.StatusCode)
	}
}

func TestConfigurationShowsWhatIsWrong(t *testing.T) {
	f := &fixed{config: view.Configuration{
		Config: view.Config{Hash: "abc", Generation: 3, Since: at, Refused: &view.Refused{
			At: at, Error: view.Error{Code: pipeline.CodeConfiguration, Message: "errors: 1", Remedy: "Correct it."},
			Diagnostics: []view.Diagnostic{{Severity: "warning", Summary: "A warning"}, {Severity: "error", Summary: "Unknown block", Detail: "There is no <lint>.", File: "a.hcl", Line: 2, Column: 1, Snippet: "lint", Code: "lint {}"}},
		}},
		Files:   []view.ConfigFile{{Name: "a.hcl", Text: "token = \"***\" # <b>\n"}},
		Pending: &view.Pending{Hash: "def", Diff: "diff a b\n--- a\n+++ b\n@@ -1 +1,2 @@\n same\n-old <x>\n+new\n"},
	}}
	_, body := get(t, open(t, f), "/config", "en")
	wants(t, body, "abc", "a.hcl:2", "lint {}\n^^^^", "no &lt;lint&gt;", "<del>-old &lt;x&gt;</del>", "<ins>&#43;new</ins>", "token = &#34;***&#34; # &lt;b&gt;", "Correct it.")
	if strings.Index(body, "A warning") < strings.Index(body, "Unknown block") {
		t.Error("a warning comes before the error")
	}
	for result, want := range map[string]view.Reload{
		"reload": {OK: true, Changed: true}, "reload_same": {OK: true}, "reload_refused": {},
	} {
		f.reload = want
		if answer, _ := post(open(t, f), "/config/reload", nil); answer.Header.Get("Location") != "/config?done="+result {
			t.Errorf("%s leads to %s", result, answer.Header.Get("Location"))
		}
	}
}

func TestSourcesTellTheirHealth(t *testing.T) {
	up, down := true, false
	f := &fixed{sources: []view.SourceStatus{
		{Label: "pm", Kind: "products_manager", Up: &up, Product: "Products Manager", Version: "4.9", LastAnswer: &at, Latency: 0.25, Requests: 1200, RateLimited: 2},
		{Label: "erp", Kind: "odoo", Up: &down, LastError: &view.Trouble{At: at, Code: pipeline.CodeConnectionTimeout, Message: "no answer <in> time", Remedy: "Wait.", Count: 3}},
		{Label: "new", Kind: "odoo"},
	}, checks: []view.SourceCheck{{Source: "pm", Checks: []pipeline.Check{{Name: "login", Grade: pipeline.GradeFailed, Detail: "refused", Remedy: "Make a key."}}}}}
	h := open(t, f)
	_, body := get(t, h, "/sources", "en")
	wants(t, body, "Answers", "250 ms", "1,200", "2 times", "Does not answer", "no answer &lt;in&gt; time", "Wait.", "The server is overloaded", "Not asked yet")
	_, body = post(h, "/sources/pm/check", nil)
	wants(t, body, "login", "failed", "refused", "Make a key.")
}

func TestEvents(t *testing.T) {
	running := view.Progress{Pipeline: "products", Stage: pipeline.StageWrite, Done: 12, Total: 60}
	f := &fixed{told: []view.Activity{{Revision: 4, Running: []view.Progress{running}}, {Revision: 4, Running: []view.Progress{running}}, {Revision: 5}}}
	answer, body := get(t, open(t, f), EventsPath, "fr")
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("type %q", got)
	}
	if n := strings.Count(body, "event: changed\ndata:\n\n"); n != 2 {
		t.Errorf("%d changes, want the first and the one of revision 5:\n%s", n, body)
	}
	wants(t, body, `hx-swap-oob="true"`, "Écriture", "12 sur 60", `value="12" max="60"`)
	for line := range strings.Lines(strings.TrimSpace(body)) {
		if l := strings.TrimSuffix(line, "\n"); l != "" && !strings.HasPrefix(l, "data:") && !strings.HasPrefix(l, "event:") {
			t.Errorf("a line that is none of an event: %q", l)
		}
	}
}

func TestPauseAndResume(t *testing.T) {
	f := many(3)
	h := open(t, f)
	_, body := get(t, h, "/pipelines/products-0", "en")
	wants(t, body, `action="/pipelines/products-0/pause"`, `action="/pipelines/products-0/sync"`)
	for _, tt := range []struct {
		act     string
		changed bool
		done    string
		text    string
	}{
		{"pause", true, "pause", "Paused."},
		{"pause", false, "pause_same", "It was paused already."},
		{"resume", true, "resume", "what was due meanwhile runs once"},
		{"resume", false, "resume_same", "It was not paused."},
	} {
		f.changed = tt.changed
		answer, _ := post(h, "/pipelines/products-0/"+tt.act, url.Values{"reason": {" stocktaking "}})
		to := answer.Header.Get("Location")
		if answer.StatusCode != http.StatusSeeOther || to != "/pipelines/products-0?done="+tt.done {
			t.Errorf("%s: %d to %q", tt.done, answer.StatusCode, to)
		}
		_, body := get(t, h, to, "en")
		wants(t, body, tt.text)
	}
	first := view.Hold{Pipelines: []string{"products-0"}, By: "dashboard (192.0.2.1)", Reason: "stocktaking"}
	if diff := cmp.Diff(first, f.held[0]); diff != "" || f.held[2].By != "resumed by dashboard (192.0.2.1)" {
		t.Errorf("asked for %+v\n%s", f.held, diff)
	}
	paused := &f.status.Pipelines[0]
	paused.State, paused.NextRun, paused.Paused = view.StatePaused, nil, &view.Pause{By: "anna <x>", At: at, Reason: "stock <y>"}
	_, body = get(t, h, "/pipelines/products-0", "fr")
	wants(t, body, `action="/pipelines/products-0/resume"`, "Mis en pause par anna &lt;x&gt;", " : stock &lt;y&gt;", "après la reprise")
	if strings.Contains(body, `action="/pipelines/products-0/sync"`) {
		t.Error("a cycle of a paused pipeline can be asked for")
	}
	_, body = get(t, h, "/", "en")
	wants(t, body, "Paused by anna &lt;x&gt;", ": stock &lt;y&gt;", "once it is resumed")
}
