package app

import (
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/cmd/internal/web/pages"
	"github.com/tandem-sync/tandem/pipeline"
)

// dashboard serves the pages over a.
func dashboard(t *testing.T, a *App) http.Handler {
	t.Helper()
	p, err := pages.New(pages.Config{Backend: a, StatusOf: func(pipeline.Code) int { return http.StatusTeapot }, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for pattern, h := range p.Routes() {
		mux.Handle(pattern, h)
	}
	return mux
}

// visit follows a link of a page, or posts a form where there is one, and returns where that leads and what
// is there.
func visit(t *testing.T, h http.Handler, path string, form url.Values) (string, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(t.Context()))
	if to := w.Header().Get("Location"); w.Code == http.StatusSeeOther {
		return visit(t, h, to, nil)
	}
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
	}
	return path, w.Body.String()
}

// field returns what a page has in an attribute, given with its first group.
func field(t *testing.T, body, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no %s in\n%s", pattern, body)
	}
	return m[1]
}

// A conflict's whole life, as a person at the dashboard sees it: with a value of one's own, and many at once.
func TestConflictsAreSettledOnThePages(t *testing.T) {
	s := apptest.New(t, nil)
	for _, sku := range []string{"CH-100", "CH-200", "CH-300"} {
		s.Insert(t, "pm", "Chaise", sku)
	}
	a := bring(t, s.Config(t, `conflict { strategy = "manual" }`), Options{})
	syncOnce(t, a)
	for _, sku := range []string{"CH-100", "CH-200", "CH-300"} {
		s.Edit(t, "pm", sku, "title", pipeline.Text("Chaise bleue"))
		s.Edit(t, "erp", sku, "title", pipeline.Text("Blue chair"))
	}
	syncOnce(t, a)
	h := dashboard(t, a)

	_, body := visit(t, h, "/conflicts", nil)
	one := field(t, body, `CH-100(?s:.*?)href="(/conflicts/[^"]+)"`)
	_, body = visit(t, h, one, nil)
	path, body := visit(t, h, one, url.Values{"seen": {field(t, body, `name="seen" value="([^"]+)"`)}, "value": {"Chair, “blue”"}})
	if !strings.HasPrefix(path, one) || !strings.Contains(body, "The next cycle writes it") {
		t.Errorf("settling leads to %s:\n%s", path, body)
	}
	_, body = visit(t, h, "/conflicts?all=1", nil)
	form := url.Values{"take": {"erp"}}
	for _, m := range regexp.MustCompile(`name="(id|seen-[^"]*)" value="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		form.Add(m[1], m[2])
	}
	if len(form["id"]) != 2 {
		t.Fatalf("%v wait", form["id"])
	}
	if path, _ = visit(t, h, "/conflicts", form); path != "/conflicts?done=settled" {
		t.Errorf("settling many leads to %s", path)
	}
	if r := syncOnce(t, a); r.Conflicts.Pending != 0 {
		t.Errorf("after it: %+v", r.Conflicts)
	}
	for sku, want := range map[string]string{"CH-100": "Chair, “blue”", "CH-200": "Blue chair", "CH-300": "Blue chair"} {
		for _, system := range []string{"pm", "erp"} {
			if got := s.Held(t, system, sku, "title"); !got.Equal(pipeline.Text(want)) {
				t.Errorf("%s has %v as %s, want %s", system, got, sku, want)
			}
		}
	}
	_, body = visit(t, h, "/history?record=CH-100&field=title&side=erp&pipeline=products", nil)
	for _, want := range []string{"Chair, “blue”", "Blue chair"} {
		if !strings.Contains(body, want) {
			t.Errorf("the history lacks %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, "Chaise bleue") {
		t.Error("the history tells of what was written elsewhere")
	}
	if _, body = visit(t, h, "/history?until=2001-01-01", nil); strings.Contains(body, "CH-100") {
		t.Error("the history tells of what came later")
	}
	if _, body = visit(t, h, "/history?record=nobody", nil); !strings.Contains(body, "matches all of that") {
		t.Errorf("the history of nobody:\n%s", body)
	}
}

// From the overview every link and every page behind it is there, with a conflict, a quarantined record and
// keys that an address has to escape.
func TestNoLinkOfADashboardLeadsNowhere(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH/100 é?#%")
	s.Insert(t, "pm", "One", "DUP")
	s.Insert(t, "erp", "A", "DUP")
	s.Insert(t, "erp", "B", "DUP")
	a := bring(t, s.Config(t, `conflict { strategy = "manual" }`), Options{})
	cycle := func() {
		t.Helper()
		if reports, err := a.Sync(t.Context(), web.SyncRequest{}, nil); err != nil || reports[0].Error != nil {
			t.Fatalf("got %+v, %v", reports, err)
		}
	}
	cycle()
	s.Edit(t, "pm", "CH/100 é?#%", "title", pipeline.Text("Chaise bleue"))
	s.Edit(t, "erp", "CH/100 é?#%", "title", pipeline.Text("Blue chair"))
	cycle()
	h := dashboard(t, a)
	links := regexp.MustCompile(`(?:href|action)="(/[^"]*)"`)
	served := map[string]bool{"/metrics": true, "/api/v1/status": true} // by the server, beside the pages
	kinds, queue := map[string]int{}, []string{"/", "/records/DUP"}
	for known := map[string]bool{"/": true, "/records/DUP": true}; len(queue) > 0; queue = queue[1:] {
		_, body := visit(t, h, queue[0], nil)
		kinds[strings.Split(strings.TrimPrefix(queue[0], "/"), "?")[0]]++
		for _, m := range links.FindAllStringSubmatch(body, -1) {
			to := html.UnescapeString(m[1])
			if known[to] || served[to] || strings.HasPrefix(to, "/static/") || strings.Contains(to, "lang=") || strings.Contains(to, "theme=") ||
				strings.HasSuffix(to, "/sync") || strings.HasSuffix(to, "/pause") || strings.HasSuffix(to, "/check") || to == "/config/reload" {
				continue
			}
			known[to] = true
			queue = append(queue, to)
		}
	}
	for _, want := range []string{"", "conflicts", "quarantine", "history", "sources", "config", "pipelines/products", "records", "records/CH%2F100%20%C3%A9%3F%23%25"} {
		if kinds[want] == 0 {
			t.Errorf("no link leads to /%s, only to %v", want, kinds)
		}
	}
	_, body := visit(t, h, "/records?"+url.Values{"q": {"CH/100 é?#%"}}.Encode(), nil)
	for _, want := range []string{"Chaise bleue", "Blue chair", `href="/conflicts/`, "waits for a person", "shop.hcl:"} {
		if !strings.Contains(body, want) {
			t.Errorf("the record's page lacks %q:\n%s", want, body)
		}
	}
	_, body = visit(t, h, "/quarantine", nil)
	id := field(t, body, `name="id" value="([^"]+)"`)
	if path, _ := visit(t, h, "/quarantine", url.Values{"id": {id}}); path != "/quarantine?done=retry" {
		t.Errorf("retrying leads to %s", path)
	}
}
