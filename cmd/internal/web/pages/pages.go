package pages

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
	"github.com/tandem-sync/tandem/pipeline"
)

//go:embed templates/*.html
var templates embed.FS

// Backend is what the pages ask the daemon for. Every error is, or wraps, a *pipeline.Error.
type Backend interface {
	Status(ctx context.Context) (view.Status, error)
	Watch(ctx context.Context, tell func(view.Activity) error) error
	Runs(ctx context.Context, q view.RunsQuery) (view.Runs, error)
	Sources(ctx context.Context) ([]view.SourceStatus, error)
	Check(ctx context.Context, source string) ([]view.SourceCheck, error)
	Configuration(ctx context.Context) (view.Configuration, error)
	Reload(ctx context.Context) (view.Reload, error)
	Begin(ctx context.Context, q view.Begin) error
	Approve(ctx context.Context, q view.Approve) (view.Brake, error)
	Pause(ctx context.Context, q view.Hold) ([]view.Held, error)
	Resume(ctx context.Context, q view.Hold) ([]view.Held, error)
	Conflicts(ctx context.Context) ([]view.Conflict, error)
	Conflict(ctx context.Context, id string) (view.Conflict, error)
	Resolve(ctx context.Context, q view.Resolve) (view.Conflict, error)
	Quarantine(ctx context.Context) ([]view.Quarantined, error)
	Retry(ctx context.Context, ids []string) (view.Retried, error)
	Explain(ctx context.Context, record string) ([]view.Explanation, error)
	History(ctx context.Context, q view.HistoryQuery) ([]view.Event, error)
}

// Config is what Pages need.
type Config struct {
	Backend Backend
	// StatusOf is the HTTP status of an answer that tells of an error.
	StatusOf func(pipeline.Code) int
	// Session tells whether a request is part of a session that can be ended; nil: there are none.
	Session func(*http.Request) bool
	Logger  *slog.Logger
}

// Pages are the dashboard.
type Pages struct {
	Config
	ui *ui.UI
}

// New parses the pages. It fails only where a template is wrong.
func New(cfg Config) (*Pages, error) {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, err
	}
	made, err := ui.New(ui.Options{Pages: files, Session: cfg.Session, Nav: []ui.Nav{
		{Name: "overview", Path: "/"},
		{Name: "conflicts", Path: "/conflicts"},
		{Name: "quarantine", Path: "/quarantine"},
		{Name: "history", Path: "/history"},
		{Name: "sources", Path: "/sources"},
		{Name: "config", Path: "/config"},
	}})
	return &Pages{Config: cfg, ui: made}, err
}

// Routes returns the handlers by pattern. All of them show or change what is private.
func (p *Pages) Routes() map[string]http.Handler {
	routes := map[string]http.Handler{}
	for _, of := range []map[string]http.HandlerFunc{
		p.overviewRoutes(), p.pipelineRoutes(), p.sourceRoutes(), p.configurationRoutes(), p.eventRoutes(), p.conflictRoutes(), p.historyRoutes(), p.quarantineRoutes(), p.recordRoutes(),
	} {
		for pattern, h := range of {
			routes[pattern] = ui.Preferences(h)
		}
	}
	return routes
}

// show answers with a page. The badges of the navigation are those of status; nil has it asked for.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status *view.Status, page ui.Page) {
	if status == nil {
		s, err := p.Backend.Status(r.Context())
		if err != nil {
			p.fail(w, r, err)
			return
		}
		status = &s
	}
	page.Badges = badges(*status)
	page.Done = r.URL.Query().Get("done")
	p.render(w, r, page)
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, page ui.Page) {
	if err := p.ui.Render(w, r, page); err != nil {
		p.Logger.Error("a page could not be made", "page", page.Name, "error", err)
		http.Error(w, "this page could not be made; the log says why", http.StatusInternalServerError)
	}
}

func badges(s view.Status) map[string]int {
	waiting := map[string]int{}
	for _, l := range s.Pipelines {
		waiting["conflicts"] += l.Conflicts
		waiting["quarantine"] += l.Quarantined
	}
	return waiting
}

// fail answers with a page that tells an error and what to do about it.
func (p *Pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := view.ErrorOf(err)
	p.render(w, r, ui.Page{Name: "error", Status: p.StatusOf(e.Code), Data: e})
}
