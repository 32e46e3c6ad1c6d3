package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

func (p *Pages) quarantineRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /quarantine":  p.quarantine,
		"POST /quarantine": p.retry,
	}
}

// pageQuarantined is how many records a page lists.
const pageQuarantined = 50

// quarantinePage is what the list of records that failed shows.
type quarantinePage struct {
	Rows         []quarantineRow
	Pipelines    []string
	Pipeline     string // the filter
	Newer, Older string
}

type quarantineRow struct {
	view.Quarantined
	Record recordName
	Cause  string
}

// quarantine lists the records that failed.
func (p *Pages) quarantine(w http.ResponseWriter, r *http.Request) {
	all, err := p.Backend.Quarantine(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v, q := quarantinePage{Pipeline: r.FormValue("pipeline")}, url.Values{}
	var chosen []view.Quarantined
	for _, e := range all {
		if !slices.Contains(v.Pipelines, e.Pipeline) {
			v.Pipelines = append(v.Pipelines, e.Pipeline)
		}
		if v.Pipeline == "" || v.Pipeline == e.Pipeline {
			chosen = append(chosen, e)
		}
	}
	if v.Pipeline != "" {
		q.Set("pipeline", v.Pipeline)
	}
	skip, _ := strconv.Atoi(r.FormValue("skip"))
	skip = min(max(0, skip), len(chosen))
	for _, e := range chosen[skip:min(skip+pageQuarantined, len(chosen))] {
		v.Rows = append(v.Rows, quarantineRow{e, recordOf(e.Match, e.Keys), causeOf(e.Code)})
	}
	v.Newer, v.Older = paged("/quarantine", q, skip, pageQuarantined, skip+pageQuarantined < len(chosen))
	p.show(w, r, nil, ui.Page{Name: "quarantine", Nav: "quarantine", Data: v})
}

// retry has the next cycle try the chosen records, or all.
func (p *Pages) retry(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.fail(w, r, err)
		return
	}
	ids, every := r.PostForm["id"], r.PostFormValue("every") != ""
	if every {
		ids = nil
	} else if len(ids) == 0 {
		p.act(w, r, "/quarantine", "retry_none", nil) // to Retry no ids are all
		return
	}
	_, err := p.Backend.Retry(r.Context(), ids)
	p.act(w, r, "/quarantine", "retry", err)
}
