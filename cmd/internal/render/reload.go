package render

import (
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Reload tells what became of a reload.
func (o Output) Reload(r view.Reload) error {
	if o.JSON {
		return o.json(r)
	}
	t := o.text()
	for _, d := range r.Diagnostics {
		diagnostic(t, d)
	}
	switch {
	case !r.OK && r.Error.Code == pipeline.CodeConfiguration: // told by the diagnostics
		t.line("%s: the old configuration runs on", t.paint(red, "not taken in"))
	case !r.OK:
		t.line("%s: %s", t.paint(red, "not taken in"), clean(r.Error.Message))
		t.line("  %s %s", t.paint(bold, "remedy:"), clean(r.Error.Remedy))
	case !r.Changed:
		t.line("nothing changed")
	default:
		t.line("%s", t.paint(green, "taken in"))
	}
	o.named(t, r.Config)
	for _, part := range []struct {
		what  string
		names []string
	}{{"started:", r.Started}, {"replaced:", r.Replaced}, {"stopped:", r.Stopped}, {"untouched:", r.Kept}} {
		if len(part.names) > 0 {
			t.line("  %-10s %s", part.what, clean(strings.Join(part.names, ", ")))
		}
	}
	return t.err
}

func (o Output) named(t *text, c view.Config) {
	t.line("  live:      %s, generation %d, since %s", clean(c.Hash), c.Generation, o.when(c.Since))
}

// liveConfig tells which configuration is live and, if so, that the files say something else.
func (o Output) liveConfig(t *text, s view.Status) {
	c := s.Config
	if s.Daemon == nil {
		return // it is the one of the files
	}
	since := ""
	if !c.Since.IsZero() {
		since = ", since " + o.when(c.Since)
	}
	good := ""
	if c.LastGood {
		good = ", the last good one"
	}
	t.line("config: %s, generation %d%s%s", clean(c.Hash), c.Generation, since, good)
	if c.Refused == nil {
		return
	}
	t.line("  %s the files are not what runs, since %s: %s", t.paint(red, "error"), o.when(c.Refused.At), clean(c.Refused.Error.Message))
	for _, d := range c.Refused.Diagnostics {
		if d.Severity == "error" && d.File != "" {
			t.line("    %s:%d: %s", clean(d.File), d.Line, clean(d.Summary))
		}
	}
	t.line("    %s %s", t.paint(bold, "remedy:"), clean(c.Refused.Error.Remedy))
}
