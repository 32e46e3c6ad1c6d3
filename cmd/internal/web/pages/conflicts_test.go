package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func text(s string) pipeline.Value { return pipeline.Text(s) }

// waiting is a Backend with conflicts.
func waiting() *fixed {
	f := many(3)
	f.conflicts = []view.Conflict{
		{
			ID: "c1", Pipeline: "products-0", Field: "title", Keys: map[string]pipeline.Key{"pm": "12", "erp": "44"}, Match: pipeline.Values{"sku": text("CH/100")},
			Base:   map[string]pipeline.Value{"pm": text("Oak chair"), "erp": text("Oak chair")},
			Values: map[string]pipeline.Value{"pm": text("Oak <b>armchair</b>"), "erp": text("Blue oak chair")}, Rule: "manual", Since: at,
		},
		{ID: "c2", Pipeline: "products-2", Field: "price", Values: map[string]pipeline.Value{"shop": pipeline.Int(12), "erp": pipeline.Int(13)}, Since: at},
		{ID: "c3", Pipeline: "products-0", Values: map[string]pipeline.Value{"pm": {}, "erp": text("Desk")}, Since: at},
		{ID: "c4", Pipeline: "products-0", Field: "title", Values: map[string]pipeline.Value{"pm": text("a"), "erp": text("b")}, Since: at, Resolution: &view.Resolution{Take: "pm", By: "anna", At: at}},
	}
	return f
}

// seen returns what a page says that it shows.
func seen(t *testing.T, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([0-9a-f]{32})"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("the page does not tell what it shows as %s:\n%s", name, body)
	}
	return m[1]
}

func TestConflictsAreListedAndFiltered(t *testing.T) {
	h := open(t, waiting())
	for path, want := range map[string]string{
		"/conflicts": "c1 c2 c3", "/conflicts?pipeline=products-0": "c1 c3", "/conflicts?field=price": "c2",
		"/conflicts?field=*": "c3", "/conflicts?pipeline=products-2&field=title": "", "/conflicts?skip=2": "c3", "/conflicts?skip=99": "",
	} {
		answer, body := get(t, h, path, "en")
		var got []string
		for _, m := range regexp.MustCompile(`name="id" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			got = append(got, m[1])
		}
		if answer.StatusCode != http.StatusOK || strings.Join(got, " ") != want {
			t.Errorf("%s: %d, lists %v, want %s", path, answer.StatusCode, got, want)
		}
	}
	_, body := get(t, h, "/conflicts?all=1", "en")
	wants(t, body, `href="/records/CH%2F100"`, "Keep what erp has", "Keep what shop has", "the whole record")
	if n := strings.Count(body, " checked>"); n != 3 {
		t.Errorf("%d are chosen, want all", n)
	}
}

func TestOneConflictShowsWhatChanged(t *testing.T) {
	h := open(t, waiting())
	_, body := get(t, h, "/conflicts/c1", "en")
	wants(t, body, "Which “title” is right?", "Oak &lt;b&gt;armchair", "<ins>", "<del>", "Keep what pm has", "Use this value on both sides")
	_, body = get(t, h, "/conflicts/c3", "fr")
	wants(t, body, "Garder cette fiche ou non", "(aucune valeur)")
	if strings.Contains(body, "<textarea") {
		t.Error("a record as a whole takes no value of one's own")
	}
	_, body = get(t, h, "/conflicts/c4", "en")
	wants(t, body, "Settled: both sides will have what pm has.", "by anna", `href="/conflicts/c1"`)
	if strings.Contains(body, `name="take"`) {
		t.Error("what is settled can be settled again")
	}
}

func TestSettleOne(t *testing.T) {
	for name, tt := range map[string]struct {
		id   string
		form url.Values
		want string // what Resolve is asked to take, "" where it is not asked
	}{
		"a side":                       {"c1", url.Values{"take": {"erp"}}, "erp"},
		"a side that is none":          {"c1", url.Values{"take": {"shop"}}, ""},
		"an own text":                  {"c1", url.Values{"value": {"A chair\r\nof oak"}}, `"A chair\nof oak"`},
		"an own text named as a side":  {"c1", url.Values{"value": {"pm"}}, `"pm"`},
		"an own text that looks empty": {"c1", url.Values{"value": {"null"}}, `"null"`},
		"no own text":                  {"c1", url.Values{"value": {" "}}, ""},
		"an own number":                {"c2", url.Values{"value": {"12.5"}}, "12.5"},
		"settled meanwhile":            {"c4", url.Values{"take": {"pm"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := waiting()
			h := open(t, f)
			for _, c := range f.conflicts {
				if c.ID == tt.id {
					tt.form.Set("seen", fingerprint(c.Values))
				}
			}
			answer, body := post(h, "/conflicts/"+tt.id, tt.form)
			if tt.want == "" {
				if answer.StatusCode != http.StatusTeapot || len(f.settled) > 0 {
					t.Fatalf("got %d, settled %+v", answer.StatusCode, f.settled)
				}
				return
			}
			if answer.StatusCode != http.StatusSeeOther || len(f.settled) != 1 {
				t.Fatalf("got %d, settled %+v: %s", answer.StatusCode, f.settled, body)
			}
			got := f.settled[0]
			if got.ID != tt.id || got.Take != tt.want || got.By != "dashboard (192.0.2.1)" || len(got.Seen) != 2 {
				t.Errorf("asked %+v", got)
			}
		})
	}
}

func TestSettleTakesWhatWasShown(t *testing.T) {
	f := waiting()
	h := open(t, f)
	_, body := get(t, h, "/conflicts/c1", "en")
	form := url.Values{"take": {"pm"}, "seen": {seen(t, body, "seen")}}
	f.conflicts[0].Values["erp"] = text("Red oak chair")
	answer, body := post(h, "/conflicts/c1", form)
	if answer.StatusCode != http.StatusTeapot || len(f.settled) > 0 {
		t.Errorf("what nobody saw was settled: %d", answer.StatusCode)
	}
	wants(t, body, "conflict_moved", "edited after the page was shown")
	answer, _ = get(t, h, "/conflicts/gone?done=settle", "en")
	if to := answer.Header.Get("Location"); to != "/conflicts?done=settled" {
		t.Errorf("a conflict that a cycle has carried out leads to %q", to)
	}
}

func TestSettleMany(t *testing.T) {
	f := waiting()
	h := open(t, f)
	_, body := get(t, h, "/conflicts", "en")
	form := url.Values{"id": {"c1", "c3"}, "take": {"erp"}}
	for _, id := range form["id"] {
		form.Set("seen-"+id, seen(t, body, "seen-"+id))
	}
	answer, _ := post(h, "/conflicts", form)
	if answer.Header.Get("Location") != "/conflicts?done=settled" || len(f.settled) != 2 || f.settled[0].Take != "erp" || f.settled[1].ID != "c3" {
		t.Errorf("got %d, settled %+v", answer.StatusCode, f.settled)
	}
	f.settled = nil
	form["id"] = []string{"c1", "c2", "gone"}
	form.Set("take", "pm") // which c2 does not have
	form.Set("seen-c2", seen(t, body, "seen-c2"))
	answer, body = post(h, "/conflicts", form)
	if answer.StatusCode != http.StatusConflict || len(f.settled) != 1 {
		t.Errorf("got %d, settled %+v", answer.StatusCode, f.settled)
	}
	wants(t, body, "1 conflict is settled", "2 conflicts still wait", "no side &#34;pm&#34;", "conflict_not_found")
	if answer, _ = post(h, "/conflicts", url.Values{"take": {"pm"}}); answer.Header.Get("Location") != "/conflicts?done=settle_none" {
		t.Errorf("nothing chosen: %v", answer.Header)
	}
}

func TestHistoryIsFilteredAndPaged(t *testing.T) {
	f := waiting()
	long := strings.Repeat("seat of oak, ", 9)
	for i := range 120 {
		f.events = append(f.events, view.Event{
			Seq: uint64(i), At: at, Pipeline: "products-0", Cycle: "20261124T155012Z-0100", Kind: "update", Side: "erp", Match: pipeline.Values{"sku": text(fmt.Sprintf("S%d", i))},
			Fields: []view.EventField{{Name: "title", Before: text("Old"), After: text("New")}, {Name: "description", Before: text(long + "blue"), After: text(long + "red")}},
		})
	}
	f.events[0].Kind, f.events[0].Side = "agree", ""
	f.events[0].Fields = []view.EventField{{Name: "title", Values: map[string]pipeline.Value{"pm": text("X"), "erp": text("Y")}}}
	f.events[1].Kind = "something new"
	h := open(t, f)
	_, body := get(t, h, "/history", "en")
	wants(t, body, "both sides agree", "something new", "<del>Old</del> → <ins>New</ins>", "<del>blue</del><ins>red</ins>", `href="/records/S3"`, `href="/history?skip=50"`)
	if n := strings.Count(body, "<tr>\n"); n != pageEvents {
		t.Errorf("%d lines, want %d", n, pageEvents)
	}
	_, body = get(t, h, "/history?skip=100&pipeline=products-0&record=S1&side=erp&field=title&since=2026-11-01&until=2026-11-02&cycle=20261124T155012Z-0100", "fr")
	wants(t, body, "Plus récents", "tandem undo 20261124T155012Z-0100", "<option selected>products-0</option>")
	q := f.asked
	if q.Until.Sub(q.Since).Hours() < 47 {
		t.Errorf("from %v to %v is not two days", q.Since, q.Until)
	}
	q.Since, q.Until = at, at
	if diff := cmp.Diff(view.HistoryQuery{Record: "S1", Cycle: "20261124T155012Z-0100", Pipeline: "products-0", Side: "erp", Field: "title", Since: at, Until: at, Skip: 100, Limit: pageEvents + 1}, q); diff != "" {
		t.Error(diff)
	}
}
