package pages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

func (p *Pages) configurationRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /config":         p.configuration,
		"POST /config/reload": p.reload,
	}
}

// configurationPage is what the page of that name shows.
type configurationPage struct {
	view.Configuration
	Diff []diffLine
}

// diffLine is a line of a unified diff: "add", "remove", "head" or "".
type diffLine struct{ Kind, Text string }

// configuration shows the live configuration, and what of the files is not live.
func (p *Pages) configuration(w http.ResponseWriter, r *http.Request) {
	c, err := p.Backend.Configuration(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v := configurationPage{Configuration: c}
	if c.Refused != nil {
		refused := *c.Refused
		refused.Diagnostics = errorsFirst(refused.Diagnostics)
		v.Refused = &refused
	}
	if c.Pending != nil {
		v.Diff = diffLines(c.Pending.Diff)
	}
	p.show(w, r, nil, ui.Page{Name: "config", Nav: "config", Live: true, Data: v})
}

// errorsFirst has what must be corrected before what may be.
func errorsFirst(all []view.Diagnostic) []view.Diagnostic {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b view.Diagnostic) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

func rank(d view.Diagnostic) int {
	if d.Severity == "error" {
		return 0
	}
	return 1
}

// reload takes the files in and says what came of it.
func (p *Pages) reload(w http.ResponseWriter, r *http.Request) {
	// Whoever asked may go away: the reload is not theirs alone.
	done, err := p.Backend.Reload(context.WithoutCancel(r.Context()))
	switch {
	case err != nil:
		p.fail(w, r, err)
	case done.OK && done.Changed:
		p.act(w, r, "/config", "reload", nil)
	case done.OK:
		p.act(w, r, "/config", "reload_same", nil)
	default:
		p.act(w, r, "/config", "reload_refused", nil)
	}
}

func diffLines(diff string) []diffLine {
	var lines []diffLine
	for text := range strings.Lines(diff) {
		text = strings.TrimRight(text, "\r\n")
		l := diffLine{Text: text}
		switch {
		case strings.HasPrefix(text, "diff "), strings.HasPrefix(text, "--- "), strings.HasPrefix(text, "+++ "), strings.HasPrefix(text, "@@"):
			l.Kind = "head"
		case strings.HasPrefix(text, "-"):
			l.Kind = "remove"
		case strings.HasPrefix(text, "+"):
			l.Kind = "add"
		}
		lines = append(lines, l)
	}
	return lines
}
