package pages

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// many is a Backend with n pipelines of all states, long names and long errors.
func many(n int) *fixed {
	now := time.Now()
	f := &fixed{told: nil}
	f.status.Config.Refused = &view.Refused{At: now.Add(-time.Hour), Error: view.Error{Code: "configuration_invalid", Message: "errors in the configuration: 1", Remedy: "Correct what is told."}}
	for i := range n {
		last := now.Add(-time.Duration(i) * time.Hour)
		s := view.PipelineStatus{Name: fmt.Sprintf("products-%d", i), Sources: [2]string{"pm", "erp"}, State: view.StateActive, Linked: i * 1234567, LastSuccess: &last, NextRun: &now, Schedule: "every 5m"}
		switch i % 6 {
		case 1:
			s.State, s.Name = view.StateError, s.Name+strings.Repeat("-a-very-long-name", 6)
			s.Errors = []view.Trouble{{At: last, Code: pipeline.CodeConnectionTimeout, Message: strings.Repeat("no answer from shop.example.com:443 in 120s; ", 11), Remedy: "Look whether it answers.", Count: i}}
		case 2:
			s.State, s.Conflicts, s.Quarantined = view.StateBraked, 1200, 34000
			s.Brake = &view.Brake{Pipeline: s.Name, Name: "updates", Message: "1200 updates are due, the limit is 50% of 2000", Due: pipeline.BlastRadius{Updates: 1200}}
		case 3:
			s.State = "paused"
		case 4:
			s.Running = &view.Progress{Pipeline: s.Name, Stage: pipeline.StageWrite, Done: 1234, Total: 45678}
			f.told = append(f.told, view.Activity{Running: []view.Progress{*s.Running}})
		}
		f.status.Pipelines = append(f.status.Pipelines, s)
	}
	results := []pipeline.Result{pipeline.ResultDone, pipeline.ResultPartial, pipeline.ResultFailed, pipeline.ResultBraked, pipeline.ResultDone, pipeline.ResultDone}
	for i := range 25 {
		r := pipeline.Report{
			Pipeline: "products-1", Cycle: pipeline.CycleID(fmt.Sprintf("20261124T155012Z-%04d", 100-i)), Result: results[i%6], Full: i == 3,
			Seen: map[string]int{"pm": 60000 * i, "erp": 14}, Writes: map[string]pipeline.Writes{"pm": {Create: i * 7}, "erp": {Update: i * i}},
			Started: at.Add(-time.Duration(i) * time.Hour), Duration: pipeline.Seconds(time.Duration(i*i+1) * 700 * time.Millisecond),
		}
		if r.Result == pipeline.ResultFailed {
			r.Error = &pipeline.Problem{Code: pipeline.CodeConnectionTimeout, Message: "no answer in 120s", Remedy: "Look."}
		}
		f.runs.Reports = append(f.runs.Reports, r)
	}
	return f
}

// paths are pages of what many makes.
func paths() []string {
	return []string{"/", "/?state=braked&name=2", "/pipelines/products-2", "/pipelines/products-0?skip=25", "/pipelines/products-2/approve", "/sources", "/config", "/pipelines/nobody", "/conflicts", "/conflicts/gone", "/history", "/quarantine", "/records", "/records/nobody"}
}

func TestEveryPageInBothLanguages(t *testing.T) {
	h := open(t, many(8))
	key := regexp.MustCompile(`>[a-z]+\.[a-z_.]+<|"[a-z]+\.[a-z_]+"`)
	inline := regexp.MustCompile(`(?i) style=| on[a-z]+="|<style|<script>|javascript:`)
	for _, path := range paths() {
		for _, language := range []string{"en", "fr"} {
			_, body := get(t, h, path, language)
			for what, found := range map[string]string{
				"text without a translation": key.FindString(body), "style or script, which the policy forbids": inline.FindString(body),
			} {
				if found != "" {
					t.Errorf("%s in %s has a %s: %s", path, language, what, found)
				}
			}
			for _, once := range []string{"<html lang=\"" + language + "\"", "<h1>", "<main id=\"main\"", "<nav ", "class=\"skip\""} {
				if n := strings.Count(body, once); n != 1 {
					t.Errorf("%s in %s has %d of %s, want one", path, language, n, once)
				}
			}
		}
	}
}

func TestOverviewOfMany(t *testing.T) {
	h := open(t, many(200))
	_, body := get(t, h, "/", "en")
	if n := strings.Count(body, `<th scope="row">`); n != pageRows {
		t.Errorf("%d rows, want the first %d", n, pageRows)
	}
	wants(t, body, "Show all 200", "connection_timeout", "The server is overloaded", "Look whether it answers.", "In error", "39,600")
	_, body = get(t, h, "/?all=1", "en")
	if n := strings.Count(body, `<th scope="row">`); n != 200 {
		t.Errorf("%d rows, want all", n)
	}
	_, body = get(t, h, "/?state=braked&name=PRODUCTS-1&all=1", "en")
	rows := regexp.MustCompile(`<th scope="row"><a href="/pipelines/([^"]*)"`).FindAllStringSubmatch(body, -1)
	for _, r := range rows {
		if !strings.HasPrefix(r[1], "products-1") {
			t.Errorf("the filter lets %s through", r[1])
		}
	}
	if len(rows) == 0 || strings.Count(body, `Running</span></div>`) > 0 {
		t.Errorf("got %d rows", len(rows))
	}
}

func TestChartStaysInItsBox(t *testing.T) {
	c := chartOf(many(1).runs.Reports)
	if len(c.Bars) != 25 || c.Bars[0].X < c.Bars[1].X {
		t.Fatalf("%d bars, the latest at %d", len(c.Bars), c.Bars[0].X)
	}
	for _, b := range c.Bars {
		if b.X < 0 || b.X+b.Width > chartWidth || b.Y < 0 || b.Y+b.Height > chartHeight || b.Height < 1 {
			t.Errorf("bar outside: %+v", b)
		}
	}
	if chartOf(nil).Bars != nil || chartOf(many(1).runs.Reports[:1]).Line != "" {
		t.Error("a chart of nothing shows something")
	}
}
