package app

import (
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// typeChecks warns of fields that the source will get from another one, as they are, and whose type can never hold
// what comes. It needs the answers of both sources.
func (a *App) typeChecks(s *source, known map[string]pipeline.Description) []pipeline.Check {
	var c pipeline.Checkup
	for _, r := range a.runners {
		d := r.definition
		for _, side := range pipeline.Sides() {
			from := known[d.Sources[side.Other()]].Schema
			if d.Sources[side] != s.label || len(from.Fields) == 0 {
				continue
			}
			for _, f := range d.Fields {
				source, ok := from.Lookup(f.Fields[side.Other()])
				target, found := known[s.label].Schema.Lookup(f.Fields[side])
				if !ok || !found || !f.Writes[side] || f.Carry[side] != nil || carries(source.Type, target.Type) {
					continue
				}
				c.Warn(fieldsOf(d), fmt.Sprintf("%q is a %s and cannot hold what %q of %q is, a %s", target.Name, target.Type, source.Name, d.Sources[side.Other()], source.Type),
					fmt.Sprintf("Give field %q (%s) a transform `to_%s`, or map another field.", f.Name, f.Source, s.label))
			}
		}
	}
	return c.Checks
}

// carries tells whether some value of one type can be one of another.
func carries(from, to pipeline.FieldType) bool {
	texts := []pipeline.FieldType{pipeline.TypeText, pipeline.TypeSelection}
	switch {
	case from == to, from == pipeline.TypeAny, to == pipeline.TypeAny:
		return true
	case from == pipeline.TypeImage || to == pipeline.TypeImage:
		return false
	case slices.Contains(texts, to), slices.Contains(texts, from):
		return true
	}
	return to == pipeline.TypeBool && from == pipeline.TypeNumber
}
