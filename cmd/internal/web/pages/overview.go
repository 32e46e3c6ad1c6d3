package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
	"github.com/tandem-sync/tandem/pipeline"
)

func (p *Pages) overviewRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /{$}":   p.overview,
		"POST /sync": p.syncAll,
	}
}

// chartRuns is how many cycles a chart shows.
const chartRuns = 30

// How many pipelines and errors the overview shows at first: more would hide what is below them.
const (
	pageRows     = 25
	pageTroubles = 10
)

// overview is what the page of that name shows.
type overview struct {
	Status      view.Status
	States      []stateCount
	Rows        []row // of those that the filter lets through, the first
	Troubles    []trouble
	Linked      int
	Conflicts   int
	Quarantined int
	Name, State string // the filter
	More        string // leads to all rows, "" where they are there
	Matching    int    // rows that the filter lets through
}

type stateCount struct {
	State   string
	Count   int
	Address string
}

// row is one pipeline.
type row struct {
	view.PipelineStatus
	Shown string // the state, a cycle under way first
	Chart chart
}

// trouble is an error with its cause.
type trouble struct {
	view.Trouble
	Pipeline, Cause string
}

// shownState is how a pipeline stands, a cycle under way first.
func shownState(s view.PipelineStatus) string {
	if s.Running != nil {
		return "running"
	}
	return string(s.State)
}

// states lists what a pipeline may be shown as, the worst first.
func states() []string { return []string{"error", "braked", "paused", "running", "active"} }

// overview shows how everything stands.
func (p *Pages) overview(w http.ResponseWriter, r *http.Request) {
	s, err := p.Backend.Status(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	o := overview{Status: s, Name: r.FormValue("name"), State: r.FormValue("state")}
	counts := map[string]int{}
	for _, l := range s.Pipelines {
		shown := shownState(l)
		counts[shown]++
		o.Linked += l.Linked
		o.Conflicts += l.Conflicts
		o.Quarantined += l.Quarantined
		o.Troubles = append(o.Troubles, troublesOf(l)...)
		if o.State != "" && o.State != shown || !strings.Contains(strings.ToLower(l.Name), strings.ToLower(o.Name)) {
			continue
		}
		o.Rows = append(o.Rows, row{PipelineStatus: l, Shown: shown})
	}
	for _, state := range states() {
		if counts[state] > 0 {
			o.States = append(o.States, stateCount{state, counts[state], "/?" + url.Values{"state": {state}}.Encode()})
		}
	}
	// What waits for somebody comes first; beside that, the order of the configuration.
	slices.SortStableFunc(o.Rows, func(x, y row) int {
		return cmp.Compare(slices.Index(states(), string(x.State)), slices.Index(states(), string(y.State)))
	})
	if o.Matching = len(o.Rows); o.Matching > pageRows && r.FormValue("all") == "" {
		o.Rows = o.Rows[:pageRows]
		o.More = "/?" + url.Values{"state": {o.State}, "name": {o.Name}, "all": {"1"}}.Encode()
	}
	for i := range o.Rows {
		if o.Rows[i].Chart, err = p.chart(r.Context(), o.Rows[i].Name); err != nil {
			p.fail(w, r, err)
			return
		}
	}
	slices.SortStableFunc(o.Troubles, func(x, y trouble) int { return y.At.Compare(x.At) })
	o.Troubles = o.Troubles[:min(len(o.Troubles), pageTroubles)]
	p.show(w, r, &s, ui.Page{Name: "overview", Nav: "overview", Live: true, Data: o})
}

// troublesOf returns the recent errors of a pipeline with their causes.
func troublesOf(s view.PipelineStatus) []trouble {
	var all []trouble
	for _, e := range s.Errors {
		all = append(all, trouble{Trouble: e, Pipeline: s.Name, Cause: causeOf(e.Code)})
	}
	return all
}

func causeOf(code pipeline.Code) string {
	for _, e := range pipeline.Catalogue() {
		if e.Code == code {
			return e.Cause
		}
	}
	return ""
}

// chart returns the chart of a pipeline's recent cycles.
func (p *Pages) chart(ctx context.Context, name string) (chart, error) {
	runs, err := p.Backend.Runs(ctx, view.RunsQuery{Pipeline: name, Limit: chartRuns})
	return chartOf(runs.Reports), err
}

// syncAll starts a cycle of every pipeline.
func (p *Pages) syncAll(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, "/", "sync_all", p.Backend.Begin(r.Context(), view.Begin{}))
}
