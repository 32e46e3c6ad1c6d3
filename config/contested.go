package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// contested warns of fields of one source that two pipelines write. Between the same two sources the records of the
// one are records of the other, unless both select; with a third source it depends on the records. It is no error,
// since two pipelines that map alike do no harm.
func (l *loader) contested() {
	for i, c := range l.compiled {
		for _, earlier := range l.compiled[:i] {
			for _, s := range pipeline.Sides() {
				for _, o := range pipeline.Sides() {
					if c.def.Sources[s] == earlier.def.Sources[o] {
						l.contest(c, s, earlier, o)
					}
				}
			}
		}
	}
}

func (l *loader) contest(c *compiler, s pipeline.Side, earlier *compiler, o pipeline.Side) {
	if c.def.Filter != nil && earlier.def.Filter != nil {
		return
	}
	var names []string
	var where hcl.Range
	for i, f := range c.def.Fields {
		for _, other := range earlier.def.Fields {
			if f.Writes[s] && other.Writes[o] && f.Fields[s] == other.Fields[o] {
				names = append(names, f.Fields[s])
				if len(names) == 1 {
					where = c.carry[i].at
				}
			}
		}
	}
	if len(names) == 0 {
		return
	}
	fields := "the field " + diag.Quoted(names)
	if len(names) > 1 {
		fields = "the fields " + diag.Quoted(names)
	}
	if c.def.Sources[s.Other()] == earlier.def.Sources[o.Other()] {
		l.diags.Warning(where, "Field written by two pipelines", "The pipelines %q and %q both write %s of %q, for the same products, and each undoes what the other does. Map each field in one of them, give a direction to one, or give both a filter that keeps their products apart.",
			earlier.def.Name, c.def.Name, fields, c.def.Sources[s])
		return
	}
	l.diags.Warning(where, "Field written by two pipelines", "The pipelines %q and %q both write %s of %q. Where a product of %q is in %q too, the last one to write wins, over and over. Give both pipelines a filter that keeps their products apart, or one of them a direction.",
		earlier.def.Name, c.def.Name, fields, c.def.Sources[s], earlier.def.Sources[o.Other()], c.def.Sources[s.Other()])
}
