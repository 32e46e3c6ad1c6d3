package render

import (
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Explanations tells all about a record, in each pipeline that knows it.
func (o Output) Explanations(all []view.Explanation) error {
	if o.JSON {
		return list(o, all)
	}
	t := o.text()
	for i, x := range all {
		if i > 0 {
			t.line("")
		}
		o.explanation(t, x)
	}
	return t.err
}

func (o Output) explanation(t *text, x view.Explanation) {
	t.line("%s  %s", t.paint(bold, clean(x.Pipeline)), t.paint(bold, named(x.Match, x.Keys)))
	switch {
	case !x.Asked():
		t.line("could not be asked")
	case x.Linked && x.PairedAt != nil:
		t.line("paired %s", o.when(*x.PairedAt))
	case x.Linked:
		t.line("paired")
	default:
		t.line("not paired")
	}
	for _, label := range x.Sources {
		if at := x.Modified[label]; at != nil {
			t.line("edited in %s %s", clean(label), o.when(*at))
		}
	}
	for _, label := range x.Missing {
		t.line("%s not found in %s", t.paint(yellow, "note:"), clean(label))
	}
	if x.LeftOut != "" {
		t.line("%s it takes no part: %s", t.paint(yellow, "note:"), clean(x.LeftOut))
	}
	if x.Error != nil {
		t.line("%s %s", t.paint(red, "error:"), clean(x.Error.Message))
		t.line("%s %s", t.paint(bold, "remedy:"), clean(x.Error.Remedy))
	}
	if !x.Asked() {
		return
	}
	explainedFields(t, x)
	o.waiting(t, x)
	o.due(t, x)
	o.story(t, x)
}

func explainedFields(t *text, x view.Explanation) {
	if len(x.Fields) == 0 {
		return
	}
	t.line("")
	rows := [][]string{{"FIELD", "SIDE", "LAST AGREED", "NOW", "FROM THE OTHER SIDE", "DECISION"}}
	for _, f := range x.Fields {
		for i, label := range x.Sources {
			name, decision := clean(f.Name), decided(f)
			if i == 1 {
				name, decision = "", "mapped by "+clean(f.Mapping)
			}
			side := clean(label)
			if f.Names[label] != f.Name {
				side += " " + clean(f.Names[label])
			}
			rows = append(rows, []string{name, side, cell(f.Base, label), cell(f.Values, label), cell(f.Mapped, label), decision})
		}
	}
	t.table(rows)
}

// decided tells what a cycle makes of a field, and by which rule.
func decided(f view.ExplainedField) string {
	words := map[pipeline.Verdict]string{
		"": "unchanged", pipeline.Agree: "both agree", pipeline.Wait: "waits for a person", pipeline.Hold: "held back", pipeline.TakeValue: "takes a third value",
	}
	s, known := words[f.Decision]
	if !known {
		s = "write to " + clean(strings.Join(f.Writes, " and "))
	}
	if f.Decision != "" && f.Rule != "" {
		s += ": " + clean(f.Rule)
	}
	return s
}

// cell is one value of a table, "-" where there is none.
func cell(values map[string]pipeline.Value, label string) string {
	v, ok := values[label]
	if !ok {
		return "-"
	}
	return quote(v, clip(plain(v), 28))
}

// waiting tells of the conflicts and the quarantine of the record.
func (o Output) waiting(t *text, x view.Explanation) {
	for _, c := range x.Conflicts {
		t.line("\n%s %s  %s: %s, since %s", t.paint(magenta, "conflict"), clean(c.ID), fieldName(c.Field), clean(c.Rule), o.when(c.Since))
		t.line("  %s", sideValues(c))
	}
	if q := x.Quarantine; q != nil {
		t.line("\n%s %s  %s: %s", t.paint(red, "in quarantine"), clean(q.ID), q.Code, clean(q.Message))
		t.line("  %s %s", t.paint(bold, "remedy:"), clean(q.Remedy))
		t.line("  %s, next try %s", tries(q.Attempts), o.when(q.NextTry))
	}
}

// due tells what a cycle would write now.
func (o Output) due(t *text, x view.Explanation) {
	if len(x.Changes) == 0 {
		t.line("\nA cycle would write nothing.")
		return
	}
	t.line("\nA cycle would now do this:")
	for _, c := range x.Changes {
		t.line("  in %s", clean(c.Side))
		plannedChange(t, c)
	}
}

func (o Output) story(t *text, x view.Explanation) {
	if len(x.History) == 0 {
		t.line("\nThe history tells nothing of it.")
		return
	}
	t.line("\nIts story:")
	for _, e := range x.History {
		o.event(t, e)
	}
}
