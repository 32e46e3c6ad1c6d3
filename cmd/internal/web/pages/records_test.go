package pages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func TestQuarantine(t *testing.T) {
	f := many(3)
	f.failed = []view.Quarantined{
		{ID: "q1", Pipeline: "products-0", Match: pipeline.Values{"sku": text("A 1")}, Code: pipeline.CodeConnectionTimeout, Message: "no <answer>", Remedy: "Wait.", Attempts: 3, Since: at, Last: at, NextTry: at},
		{ID: "q2", Pipeline: "products-2", Code: pipeline.CodeConnectionTimeout, Message: "none", Attempts: 1, Since: at, Last: at, NextTry: at},
	}
	h := open(t, f)
	_, body := get(t, h, "/quarantine", "en")
	wants(t, body, `href="/records/A%201"`, "no &lt;answer&gt;", "Wait.", "The server is overloaded", "tried 3 times", `value="q2"`)
	if _, body = get(t, h, "/quarantine?pipeline=products-2", "fr"); strings.Contains(body, `value="q1"`) || !strings.Contains(body, `value="q2"`) {
		t.Errorf("the filter lets others through:\n%s", body)
	}
	for want, form := range map[string]url.Values{"retry": {"id": {"q1", "q2"}}, "retry_none": {}} {
		if answer, _ := post(h, "/quarantine", form); answer.Header.Get("Location") != "/quarantine?done="+want {
			t.Errorf("%v leads to %v", form, answer.Header)
		}
	}
	post(h, "/quarantine", url.Values{"every": {"1"}})
	if diff := cmp.Diff([][]string{{"q1", "q2"}, nil}, f.retried); diff != "" {
		t.Error(diff)
	}
}

func TestSearchLeadsToTheRecord(t *testing.T) {
	h := open(t, many(1))
	_, body := get(t, h, "/", "en")
	wants(t, body, `role="search"`, `action="/records"`)
	answer, _ := get(t, h, "/records?q=+CH%2F1%3Fx+", "en")
	if to := answer.Header.Get("Location"); to != "/records/CH%2F1%3Fx" {
		t.Errorf("leads to %q", to)
	}
	answer, body = get(t, h, "/records/CH%2F1%3Fx", "fr")
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown record: %d", answer.StatusCode)
	}
	wants(t, body, "Aucune fiche ne répond à « CH/1?x »")
}

func TestRecordIsExplained(t *testing.T) {
	f := many(1)
	both := func(pm, erp string) map[string]pipeline.Value {
		return map[string]pipeline.Value{"pm": text(pm), "erp": text(erp)}
	}
	f.explained = []view.Explanation{{
		Pipeline: "products-0", Sources: [2]string{"pm", "erp"}, Linked: true, PairedAt: &at, Match: pipeline.Values{"sku": text("CH-1")},
		Missing: []string{"erp"}, LeftOut: "a filter", Error: &pipeline.Problem{Code: "x_code", Message: "not so", Remedy: "Do so."},
		Fields: []view.ExplainedField{
			{Name: "title", Names: map[string]string{"pm": "title", "erp": "name"}, Base: both("Old", "Old"), Values: both("New", "Old"), Mapped: map[string]pipeline.Value{"erp": text("New")}, Decision: pipeline.TakeLeft, Writes: []string{"erp"}, Rule: "only pm changed", Mapping: "shop.hcl:33"},
			{Name: "price", Decision: pipeline.Wait},
			{Name: "ean", Decision: pipeline.Revert, Writes: []string{"pm"}},
			{Name: "sku"},
		},
		Changes:    []pipeline.PlannedChange{{Side: "erp", Action: pipeline.PlanUpdate, Fields: []pipeline.PlannedField{{Name: "title", Before: text("Old"), After: text("New")}}}},
		Conflicts:  []view.Conflict{{ID: "c9", Field: "price", Rule: "manual"}},
		Quarantine: &view.Quarantined{Pipeline: "products-0", Code: "y_code", Message: "refused"},
		History:    []view.Event{{Kind: "link", At: at}, {Kind: "update", At: at}},
	}, {Pipeline: "marketplace", Error: &pipeline.Problem{Code: "z_code", Message: "nobody listens", Remedy: "Correct `url`."}}}
	answer, body := get(t, open(t, f), "/records/CH-1", "en")
	if answer.StatusCode != http.StatusOK {
		t.Errorf("got %d", answer.StatusCode)
	}
	wants(t, body, "Record CH-1", "Not found in erp.", "a filter", "x_code", "Do so.", "only pm changed", "shop.hcl:33", "write to erp", "waits for a person", "write to pm", "unchanged",
		"updated in erp", "<del>Old</del> → <ins>New</ins>", `href="/conflicts/c9"`, "y_code", "could not be asked", "Correct <code>url</code>.")
	if strings.Count(body, "What a cycle would do now") != 1 {
		t.Error("of a pipeline that could not be asked the page tells what a cycle would do")
	}
	latest, first := strings.Index(body, "<div>updated"), strings.Index(body, "<div>paired")
	if latest < 0 || first < latest {
		t.Error("the story does not begin with the latest")
	}
}
