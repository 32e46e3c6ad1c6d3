package testrun

import (
	"slices"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// coverage tells per pipeline which fields and rules some test expects something of.
func coverage(tests []config.Test) []view.TestCoverage {
	all := []view.TestCoverage{}
	for i, t := range tests {
		seen := func(other config.Test) bool { return other.Pipeline == t.Pipeline }
		if !slices.ContainsFunc(tests[:i], seen) {
			all = append(all, covered(t.Pipeline, slices.DeleteFunc(slices.Clone(tests), func(o config.Test) bool { return !seen(o) })))
		}
	}
	return all
}

func covered(d *pipeline.Definition, tests []config.Test) view.TestCoverage {
	c := view.TestCoverage{Pipeline: d.Name, Fields: []view.CoveredField{}, Rules: []view.CoveredStrategy{}}
	for _, f := range d.Fields {
		for _, s := range pipeline.Sides() {
			if f.Writes[s] {
				c.Fields = append(c.Fields, view.CoveredField{
					Field: f.Name, To: d.Sources[s], Mapping: f.Source,
					Covered: slices.ContainsFunc(tests, func(t config.Test) bool { return expectsField(t, s, f.Fields[s]) }),
				})
			}
		}
		i := slices.IndexFunc(c.Rules, func(r view.CoveredStrategy) bool { return r.Rule == f.Rule })
		if i < 0 {
			i = len(c.Rules)
			c.Rules = append(c.Rules, view.CoveredStrategy{Rule: f.Rule, Fields: []string{}})
		}
		r := &c.Rules[i]
		r.Fields = append(r.Fields, f.Name)
		r.Covered = r.Covered || slices.ContainsFunc(tests, func(t config.Test) bool { return expectsConflict(t, f.Name) })
	}
	return c
}

func expectsField(t config.Test, s pipeline.Side, name string) bool {
	return slices.ContainsFunc(t.Expect.Writes[s], func(f config.ExpectedField) bool { return f.Name == name })
}

func expectsConflict(t config.Test, name string) bool {
	return slices.ContainsFunc(t.Expect.Conflicts, func(c config.ExpectedConflict) bool { return c.Field == name })
}
