package testrun

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// outcome is what became of the records of a test.
type outcome struct {
	cycle    *pipeline.Cycle
	test     config.Test
	item     *pipeline.Item
	failures []view.TestFailure
}

func (o *outcome) fail(at hcl.Range, format string, args ...any) {
	o.failures = append(o.failures, view.TestFailure{Message: fmt.Sprintf(format, args...), Line: at.Start.Line})
}

func (o *outcome) label(s pipeline.Side) string { return o.cycle.Definition.Sources[s] }

// compare looks at the record as a whole first: of one that failed or is left out there is nothing more to tell.
func (o *outcome) compare() {
	e := o.test.Expect
	switch {
	case o.strangers() != "":
		o.fail(o.test.Range, "the two records would never meet: %s. Give them one value of `match` in common, or say with `base` that they are a pair already", o.strangers())
	case o.item.Err != nil:
		o.failed(*o.item.Err)
	case e.Error != nil:
		o.fail(e.Error.Range, "an error is expected, and the record does not fail")
	case o.item.LeftOut != "":
		o.leftOut()
	case e.LeftOut.Text != "":
		o.fail(e.LeftOut.Range, "the record is expected to be left out, and it takes part")
	default:
		o.actions()
		o.writes()
		o.conflicts()
	}
}

// strangers tells why two records that are seen for the first time are no pair by what the test says of them; "" where
// they may be one.
func (o *outcome) strangers() string {
	if o.item.Link != nil || o.item.Records[pipeline.Left] == nil || o.item.Records[pipeline.Right] == nil {
		return ""
	}
	var differ []string
	for _, name := range o.cycle.Definition.Match {
		left, right := o.item.MatchText[pipeline.Left][name], o.item.MatchText[pipeline.Right][name]
		switch {
		case left == "" || right == "":
		case left == right:
			return ""
		default:
			differ = append(differ, fmt.Sprintf("%s is %q on %s and %q on %s", name, left, o.label(pipeline.Left), right, o.label(pipeline.Right)))
		}
	}
	return strings.Join(differ, ", ")
}

func (o *outcome) failed(err pipeline.Error) {
	e := o.test.Expect.Error
	switch message := err.Error(); {
	case e == nil:
		o.failures = append(o.failures, view.TestFailure{
			Message: fmt.Sprintf("the record fails (%s): %s", err.Code, message), Line: o.test.Expect.Range.Start.Line, Remedy: pipeline.RemedyOf(&err),
		})
	case e.Code != "" && e.Code != err.Code:
		o.fail(e.Range, "the error %s is expected, and the record fails with %s: %s", e.Code, err.Code, message)
	case !strings.Contains(message, e.Message):
		o.fail(e.Range, "an error with %q in its message is expected, and the record fails with %s: %s", e.Message, err.Code, message)
	}
}

func (o *outcome) leftOut() {
	e := o.test.Expect
	switch {
	case e.LeftOut.Text == "":
		o.fail(e.Range, "the record takes no part: %s", o.item.LeftOut)
	case e.LeftOut.Text != config.AnyReason && !strings.Contains(o.item.LeftOut, e.LeftOut.Text):
		o.fail(e.LeftOut.Range, "the record is expected to be left out for %q, and it takes no part for another reason: %s", e.LeftOut.Text, o.item.LeftOut)
	}
}

// action is what is done to the record of a side.
func (o *outcome) action(s pipeline.Side) string {
	m := o.item.Mutations[s]
	switch {
	case m == nil:
		return "none"
	case m.Kind == pipeline.Remove:
		return string(m.Removal)
	}
	return string(m.Kind)
}

func (o *outcome) actions() {
	for _, s := range pipeline.Sides() {
		want, got := o.test.Expect.Actions[s], o.action(s)
		if want.Text != "" && want.Text != got {
			o.fail(want.Range, "%s is expected on %s, and it is %s%s", want.Text, o.label(s), got, o.why())
		}
	}
	nothing := o.test.Expect.Nothing || o.test.Expect.Only
	for _, s := range pipeline.Sides() {
		named := len(o.test.Expect.Writes[s]) > 0 || o.test.Expect.Actions[s].Text == o.action(s)
		if m := o.item.Mutations[s]; nothing && !named && m != nil && len(m.Fields) == 0 {
			o.fail(o.test.Expect.Range, "nothing else is expected, and the record is to be changed on %s: %s%s", o.label(s), o.action(s), o.why())
		}
	}
}

// why is the rule that decided about the record as a whole.
func (o *outcome) why() string {
	for _, d := range o.item.Decisions {
		if d.Field == "" && d.Rule != "" {
			return ": " + d.Rule
		}
	}
	return ""
}

func (o *outcome) writes() {
	e := o.test.Expect
	for _, s := range pipeline.Sides() {
		written := pipeline.Values{}
		m := o.item.Mutations[s]
		if m != nil {
			written = maps.Clone(m.Fields)
		}
		for _, f := range e.Writes[s] {
			got, is := written[f.Name]
			delete(written, f.Name)
			if !is && m != nil && m.Kind == pipeline.Create && f.Value.IsNull() {
				continue // a record is made without its empty fields
			}
			o.field(s, f, got, is)
		}
		if !e.Only && !e.Nothing {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(written)) {
			got := shown(written[name])
			o.failures = append(o.failures, o.explained(s, view.TestFailure{
				Message: "nothing else is expected to be written", Line: e.Range.Start.Line, Side: o.label(s), Field: name, Got: &got,
			}))
		}
	}
}

// field compares what is written to one field.
func (o *outcome) field(s pipeline.Side, f config.ExpectedField, got pipeline.Value, is bool) {
	i := o.index(s, f.Name)
	t := o.cycle.Types[s][i]
	expected, err := t.Canonical(t.UnderRoot(f.Value))
	failure := view.TestFailure{Line: f.Range.Start.Line, Side: o.label(s), Field: f.Name, Expected: &expected}
	if t.Type == pipeline.TypeImage || t.Type == pipeline.TypeReference {
		expected, err = f.Value, nil
	}
	switch shownGot := shown(got); {
	case err != nil:
		failure.Expected = &f.Value
		failure.Message = fmt.Sprintf("the expected value cannot be held there: %s", err)
	case !is:
		failure.Message = "nothing is written"
	case !shownGot.Equal(expected):
		failure.Got = &shownGot
		failure.Message = "another value is written"
	default:
		return
	}
	o.failures = append(o.failures, o.explained(s, failure))
}

// index is that of the mapped field which a side calls so.
func (o *outcome) index(s pipeline.Side, name string) int {
	return slices.IndexFunc(o.cycle.Definition.Fields, func(f pipeline.MappedField) bool { return f.Fields[s] == name })
}

// explained adds by which rule a field is written as it is.
func (o *outcome) explained(s pipeline.Side, f view.TestFailure) view.TestFailure {
	i := o.index(s, f.Field)
	mapped := o.cycle.Definition.Fields[i]
	f.Mapping = mapped.Source
	d := o.decision(mapped.Name)
	switch {
	case d != nil:
		f.Rule = d.Rule
	case o.item.Link != nil && !o.test.Removed[pipeline.Left] && !o.test.Removed[pipeline.Right]:
		f.Rule = "unchanged on both sides: what base does not name was there before"
	}
	return f
}

func (o *outcome) decision(field string) *pipeline.Decision {
	for i, d := range o.item.Decisions {
		if d.Field == field {
			return &o.item.Decisions[i]
		}
	}
	return nil
}

func (o *outcome) conflicts() {
	expected := map[string]bool{}
	for _, c := range o.test.Expect.Conflicts {
		expected[c.Field] = true
		d := o.decision(c.Field)
		if d == nil || !d.Conflict {
			o.fail(c.Range, "a conflict about %q is expected, and there is none%s", c.Field, because(d))
			continue
		}
		if got := o.decided(*d); c.Decision != "" && c.Decision != got {
			o.fail(c.Range, "the conflict about %q is expected to be decided as %q, and it is %q%s", c.Field, c.Decision, got, because(d))
		}
	}
	for _, d := range o.item.Decisions {
		if d.Verdict != pipeline.Wait || expected[d.Field] {
			continue
		}
		what := fmt.Sprintf("about %q", d.Field)
		if d.Field == "" {
			what = "about the record as a whole"
		}
		o.fail(o.test.Expect.Range, "a conflict %s waits for a person, which the test does not expect: %s", what, d.Rule)
	}
}

func because(d *pipeline.Decision) string {
	if d == nil || d.Rule == "" {
		return ""
	}
	return ": " + d.Rule
}

// decided is what a conflict was decided to, as a test says it.
func (o *outcome) decided(d pipeline.Decision) string {
	switch d.Verdict {
	case pipeline.TakeLeft:
		return o.label(pipeline.Left)
	case pipeline.TakeRight:
		return o.label(pipeline.Right)
	case pipeline.Hold:
		return config.DecisionHeld
	}
	return config.DecisionWaits
}

// shown is a value as a test says it: an image is its reference, a record that is no pair yet what names it.
func shown(v pipeline.Value) pipeline.Value {
	if from, ok := pipeline.ImageSourceOf(v); ok {
		return from.Ref
	}
	if reference, ok := pipeline.AsPending(v); ok {
		return reference
	}
	return v
}
