package app

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// typeChecks warns of fields that the source will get from another one, as they are, and whose type can never hold
// what comes. It needs the answers of both sources.
func (l *live) typeChecks(s *source, known map[string]pipeline.Description) []pipeline.Check {
	var c pipeline.Checkup
	for _, r := range l.runners {
		d := r.definition
		for _, side := range pipeline.Sides() {
			from := known[d.Sources[side.Other()]].Schema
			if d.Sources[side] != s.label || len(from.Fields) == 0 {
				continue
			}
			for _, f := range d.Fields {
				source, ok := from.Lookup(f.Fields[side.Other()])
				target, found := known[s.label].Schema.Lookup(f.Fields[side])
				if !ok || !found || !f.Writes[side] || f.Carry[side] != nil || source.Type.FitsInto(target.Type) {
					continue
				}
				c.Warn(fieldsOf(d), fmt.Sprintf("%q is a %s and cannot hold what %q of %q is, a %s", target.Name, target.Type, source.Name, d.Sources[side.Other()], source.Type),
					fmt.Sprintf("Give field %q (%s) a transform `to_%s`, or map another field.", f.Name, f.Source, s.label))
			}
		}
	}
	return c.Checks
}
