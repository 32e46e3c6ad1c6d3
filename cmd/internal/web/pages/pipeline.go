package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
	"github.com/tandem-sync/tandem/pipeline"
)

func (p *Pages) pipelineRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /pipelines/{name}":          p.pipeline,
		"POST /pipelines/{name}/sync":    p.sync,
		"POST /pipelines/{name}/pause":   p.pause,
		"POST /pipelines/{name}/resume":  p.resume,
		"GET /pipelines/{name}/approve":  p.approval,
		"POST /pipelines/{name}/approve": p.approve,
	}
}

// pageRuns is how many cycles a page lists.
const pageRuns = 25

// pipelinePage is what the page of a pipeline shows.
type pipelinePage struct {
	view.PipelineStatus
	Shown    string
	Troubles []trouble
	Chart    chart
	Runs     []pipeline.Report
	// Newer and Older lead to other cycles, "" where there are none.
	Newer, Older string
}

// Path is where the page of a pipeline is.
func pipelinePath(name string) string { return "/pipelines/" + url.PathEscape(name) }

// pipeline shows one pipeline and its cycles.
func (p *Pages) pipeline(w http.ResponseWriter, r *http.Request) {
	all, s, err := p.statusOf(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	skip, _ := strconv.Atoi(r.FormValue("skip"))
	skip = max(0, skip)
	runs, err := p.Backend.Runs(r.Context(), view.RunsQuery{Pipeline: s.Name, Skip: skip, Limit: pageRuns})
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v := pipelinePage{PipelineStatus: s, Shown: shownState(s), Troubles: troublesOf(s), Runs: runs.Reports}
	if v.Chart, err = p.chart(r.Context(), s.Name); err != nil {
		p.fail(w, r, err)
		return
	}
	if skip > 0 {
		v.Newer = fmt.Sprintf("%s?skip=%d", pipelinePath(s.Name), max(0, skip-pageRuns))
	}
	if runs.More {
		v.Older = fmt.Sprintf("%s?skip=%d", pipelinePath(s.Name), skip+pageRuns)
	}
	p.show(w, r, &all, ui.Page{Name: "pipeline", Nav: "overview", Live: skip == 0, Data: v})
}

// statusOf returns the status of all, and of the pipeline that the address names.
func (p *Pages) statusOf(r *http.Request) (all view.Status, one view.PipelineStatus, err error) {
	all, err = p.Backend.Status(r.Context())
	if err != nil {
		return all, one, err
	}
	name := r.PathValue("name")
	for _, s := range all.Pipelines {
		if s.Name == name {
			return all, s, nil
		}
	}
	return all, one, &pipeline.Error{Code: pipeline.CodePipelineUnknown, Message: fmt.Sprintf("there is no pipeline %q", name), Remedy: "The overview lists the pipelines; a reload may have taken this one out."}
}

// sync starts a cycle.
func (p *Pages) sync(w http.ResponseWriter, r *http.Request) {
	name, full := r.PathValue("name"), r.PostFormValue("full") != ""
	done := "sync"
	if full {
		done = "full"
	}
	p.act(w, r, pipelinePath(name), done, p.Backend.Begin(r.Context(), view.Begin{Pipeline: name, Full: full}))
}

// pause holds the pipeline.
func (p *Pages) pause(w http.ResponseWriter, r *http.Request) {
	p.held(w, r, "pause", p.Backend.Pause)
}

// resume lets it go on.
func (p *Pages) resume(w http.ResponseWriter, r *http.Request) {
	p.held(w, r, "resume", p.Backend.Resume)
}

// held says what came of a pause or of its end: done, or done_same where it was so already.
func (p *Pages) held(w http.ResponseWriter, r *http.Request, done string, change func(context.Context, view.Hold) ([]view.Held, error)) {
	name := r.PathValue("name")
	held, err := change(r.Context(), view.Hold{Pipelines: []string{name}, By: byOf(r), Reason: strings.TrimSpace(r.PostFormValue("reason"))})
	if err == nil && !slices.ContainsFunc(held, func(h view.Held) bool { return h.Changed }) {
		done += "_same"
	}
	p.act(w, r, pipelinePath(name), done, err)
}

// approval shows what a brake stopped and asks whether it may pass.
func (p *Pages) approval(w http.ResponseWriter, r *http.Request) {
	all, s, err := p.statusOf(r)
	if err == nil && s.Brake == nil {
		err = &pipeline.Error{Code: pipeline.CodeNotBraked, Message: fmt.Sprintf("no brake is engaged on pipeline %s", s.Name)}
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, &all, ui.Page{Name: "approve", Nav: "overview", Data: *s.Brake})
}

// approve lets it pass, if it is still what was shown.
func (p *Pages) approve(w http.ResponseWriter, r *http.Request) {
	_, s, err := p.statusOf(r)
	if err == nil && s.Brake != nil && string(s.Brake.Cycle) != r.PostFormValue("cycle") {
		err = &pipeline.Error{
			Code: pipeline.CodeNotBraked, Message: "the brake has stopped another cycle since the page was shown",
			Remedy: "Go back, reload the page, and look at what is due now.",
		}
	}
	if err == nil {
		_, err = p.Backend.Approve(r.Context(), view.Approve{Pipeline: s.Name, By: byOf(r)})
	}
	p.act(w, r, pipelinePath(s.Name), "approve", err)
}
