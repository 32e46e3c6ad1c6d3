package render

import (
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// History lists events, newest first.
func (o Output) History(events []view.Event) error {
	if o.JSON {
		return list(o, events)
	}
	t := o.text()
	if len(events) == 0 {
		t.line("no history")
		return t.err
	}
	for _, e := range events {
		o.event(t, e)
	}
	return t.err
}

func (o Output) event(t *text, e view.Event) {
	t.line("%s  %s  %s%s", o.clock(e.At), t.paint(bold, clean(e.Kind)), onSide(e), named(e.Match, e.Keys))
	for _, f := range e.Fields {
		o.eventField(t, e, f)
	}
	if e.Note != "" {
		t.line("    %s", clean(e.Note))
	}
	t.line("    %s", t.paint(dim, byline(e)))
}

func (o Output) eventField(t *text, e view.Event, f view.EventField) {
	if e.Side == "" {
		t.line("    %s: %s%s", fieldName(f.Name), eventValues(f), t.rule(f.Rule))
		return
	}
	if e.Kind == string(pipeline.Create) {
		t.line("    %s: %s%s", fieldName(f.Name), value(f.After), t.rule(f.Rule))
		return
	}
	t.line("    %s: %s%s", fieldName(f.Name), t.changed(f.Before, f.After, "→"), t.rule(f.Rule))
}

func eventValues(f view.EventField) string {
	return sideValues(view.Conflict{Values: f.Values})
}

func onSide(e view.Event) string {
	if e.Side == "" {
		return ""
	}
	return "in " + clean(e.Side) + "  "
}

func byline(e view.Event) string {
	s := clean(e.Pipeline)
	if e.Cycle != "" {
		s += ", cycle " + string(e.Cycle)
	}
	if e.Rule != "" {
		s += ", " + clean(e.Rule)
	}
	if e.By != "" {
		s += ", by " + clean(e.By)
	}
	return s
}
