package render

import (
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Refused tells, as it happens, of a record that `apply` or `undo` leaves alone. It is for people: scripts
// find it in Asked.
func (o Output) Refused(c pipeline.PlannedChange) error {
	t := o.text()
	t.line("  %s left alone in %s: %s", t.paint(magenta, "!"), clean(c.Side), named(c.Match, c.Keys))
	t.line("      %s", clean(c.Note))
	return t.err
}

// Asked tells how `apply` or `undo` ended.
func (o Output) Asked(a view.Asked) error {
	if o.JSON {
		if a.Refused == nil {
			a.Refused = []pipeline.PlannedChange{}
		}
		return o.json(a)
	}
	t := o.text()
	o.report(t, a.Report)
	return t.err
}
