package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
	"github.com/tandem-sync/tandem/pipeline"
)

func (p *Pages) historyRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"GET /history": p.history}
}

// pageEvents is how many events a page lists.
const pageEvents = 50

// historyPage is what the history shows.
type historyPage struct {
	Query              view.HistoryQuery
	Since, Until       string // days
	Pipelines, Sources []string
	Events             []told
	Filtered           bool
	Newer, Older       string
}

// history shows what was decided and written, the latest first.
func (p *Pages) history(w http.ResponseWriter, r *http.Request) {
	s, err := p.Backend.Status(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	skip, _ := strconv.Atoi(r.FormValue("skip"))
	v := historyPage{Since: r.FormValue("since"), Until: r.FormValue("until"), Query: view.HistoryQuery{
		Record: r.FormValue("record"), Cycle: pipeline.CycleID(r.FormValue("cycle")), Pipeline: r.FormValue("pipeline"),
		Side: r.FormValue("side"), Field: r.FormValue("field"), Skip: max(0, skip), Limit: pageEvents + 1,
	}}
	// A day that is none, which no browser sends, is as good as no day.
	if v.Query.Since, err = day(v.Since); err != nil {
		v.Since = ""
	}
	if v.Query.Until, err = day(v.Until); err != nil {
		v.Until = ""
	} else if v.Until != "" {
		v.Query.Until = v.Query.Until.AddDate(0, 0, 1) // the day itself is in it
	}
	v.Pipelines, v.Sources = namesOf(s)
	events, err := p.Backend.History(r.Context(), v.Query)
	if err != nil && pipeline.AsError(err).Code != pipeline.CodeRecordUnknown {
		p.fail(w, r, err)
		return
	}
	v.Events = toldOf(events[:min(len(events), pageEvents)])
	q := url.Values{}
	for name, value := range map[string]string{
		"record": v.Query.Record, "cycle": string(v.Query.Cycle), "pipeline": v.Query.Pipeline, "side": v.Query.Side, "field": v.Query.Field, "since": v.Since, "until": v.Until,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	v.Filtered = len(q) > 0
	v.Newer, v.Older = paged("/history", q, v.Query.Skip, pageEvents, len(events) > pageEvents)
	p.show(w, r, &s, ui.Page{Name: "history", Nav: "history", Live: v.Query.Skip == 0 && !v.Filtered, Data: v})
}

func day(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, s, time.Local)
}

// namesOf lists the pipelines and their sources.
func namesOf(s view.Status) (pipelines, sources []string) {
	for _, l := range s.Pipelines {
		pipelines = append(pipelines, l.Name)
		for _, label := range l.Sources {
			if !slices.Contains(sources, label) {
				sources = append(sources, label)
			}
		}
	}
	return pipelines, sources
}
