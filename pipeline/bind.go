package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/agext/levenshtein"
)

// Bind makes the Types of a cycle: what each mapped field is on each side. It returns one error for
// each mapped field that a side does not have, or that cannot be written where the mapping writes it.
func Bind(d *Definition, about [2]Description) (types [2][]Field, problems []*Error) {
	for _, side := range Sides() {
		types[side] = make([]Field, len(d.Fields))
		for i, f := range d.Fields {
			t, ok := about[side].Schema.Lookup(f.Fields[side])
			types[side][i] = t
			switch {
			case !ok:
				problems = append(problems, missingField(d, side, about[side], f))
			case t.ReadOnly && f.Writes[side]:
				problems = append(problems, &Error{
					Code:    CodeFieldNotFound,
					Message: fmt.Sprintf("field %q of source %q cannot be written", f.Fields[side], d.Sources[side]),
					Remedy:  fmt.Sprintf("Give field %q (%s) direction = \"to_%s\", or map another field.", f.Name, f.Source, d.Sources[side.Other()]),
				})
			}
		}
	}
	return types, problems
}

func missingField(d *Definition, side Side, about Description, f MappedField) *Error {
	e := &Error{
		Code: CodeFieldNotFound,
		Message: fmt.Sprintf("%s (source %q) has no field %q, mapped as %q (%s)",
			about.Product, d.Sources[side], f.Fields[side], f.Name, f.Source),
		Remedy: "Correct the field's name in the mapping, or install the module that brings it.",
	}
	if near := Nearest(f.Fields[side], slices.Sorted(maps.Keys(about.Schema.Fields))); near != "" {
		e.Remedy = fmt.Sprintf("Did you mean %q? Else install the module that brings the field.", near)
	}
	return e
}

// Nearest returns the candidate that is spelt most like name, "" if none is close.
func Nearest(name string, candidates []string) string {
	best, bestDistance := "", len([]rune(name))/3+2
	for _, c := range candidates {
		if d := levenshtein.Distance(name, c, nil); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// OwnValues returns the canonical values of the mapped fields of one side's record, by index of
// Definition.Fields. What a side holds is taken as it is, also where Tandem would not write it (a title
// that is too long, say).
func (c *Cycle) OwnValues(side Side, r *Record) []Value {
	own := make([]Value, len(c.Definition.Fields))
	for i, f := range c.Definition.Fields {
		raw := r.Fields[f.Fields[side]]
		v, err := c.Types[side][i].Canonical(raw)
		if err != nil {
			v = raw
		}
		own[i] = v
	}
	return own
}

// Unchanged tells whether own equals the base of a link on one side. A field without a base is a change.
func (c *Cycle) Unchanged(l *Link, side Side, own []Value) bool {
	for i, f := range c.Definition.Fields {
		base, ok := l.Base[side][f.Name]
		if !ok || !base.Equal(own[i]) {
			return false
		}
	}
	return true
}

// MatchText returns the match values of a record of one side, by mapping name; null ones are left out.
func (c *Cycle) MatchText(own []Value) map[string]string {
	m := make(map[string]string, len(c.Definition.Match))
	for i, f := range c.Definition.Fields {
		if slices.Contains(c.Definition.Match, f.Name) && !own[i].IsNull() {
			m[f.Name] = own[i].String()
		}
	}
	return m
}

// BatchSize is the number of records that one batch of the cycle holds at most: what the side that takes
// more takes at once. The engine's endpoints split a batch for the other.
func (c *Cycle) BatchSize() int {
	const most = 500
	return max(min(max(c.About[Left].BatchSize, c.About[Right].BatchSize), most), 1)
}
