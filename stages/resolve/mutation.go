package resolve

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// mutate makes the mutations that the decisions call for.
func mutate(c *pipeline.Cycle, it *pipeline.Item) {
	for _, d := range it.Decisions {
		if d.Field == "" {
			startRecord(c, it, d)
			continue
		}
		f, _ := c.Definition.Field(d.Field)
		for _, s := range pipeline.Sides() {
			if !d.Writes[s] {
				continue
			}
			if err := required(c, it, s, f, d.After[s]); err != nil {
				it.Fail(err)
				return
			}
			if t, _ := c.About[s].Schema.Lookup(f.Fields[s]); t.Fixed && (it.Mutations[s] == nil || it.Mutations[s].Kind != pipeline.Create) {
				it.Fail(fixed(c, it, s, f, d))
				return
			}
			add(it, s, f.Fields[s], d)
		}
	}
}

// startRecord makes the mutation of a decision about the record itself.
func startRecord(c *pipeline.Cycle, it *pipeline.Item, d pipeline.Decision) {
	for _, s := range pipeline.Sides() {
		if !d.Writes[s] {
			continue
		}
		if d.Verdict == pipeline.Taking(s.Other()) && it.Records[s.Other()] == nil {
			how := pipeline.Archive
			if c.Definition.Deletes == pipeline.DeletesDelete {
				how = pipeline.Delete
			}
			it.Mutations[s] = &pipeline.Mutation{Kind: pipeline.Remove, Removal: how}
			continue
		}
		it.Mutations[s] = &pipeline.Mutation{Kind: pipeline.Create, Fields: pipeline.Values{}}
	}
}

// add puts one field into the mutation of a side. A new record is made without its empty fields.
func add(it *pipeline.Item, s pipeline.Side, name string, d pipeline.Decision) {
	m := it.Mutations[s]
	if m == nil {
		m = &pipeline.Mutation{Kind: pipeline.Update, Fields: pipeline.Values{}, Before: pipeline.Values{}}
		it.Mutations[s] = m
	}
	if m.Kind == pipeline.Create {
		if !d.After[s].IsNull() {
			m.Fields[name] = d.After[s]
		}
		return
	}
	m.Fields[name], m.Before[name] = d.After[s], d.Values[s]
}

// required refuses to empty a field that must hold something.
func required(c *pipeline.Cycle, it *pipeline.Item, s pipeline.Side, f pipeline.MappedField, v pipeline.Value) error {
	t, _ := c.About[s].Schema.Lookup(f.Fields[s])
	if !v.IsNull() || (!f.Required && !t.Required) {
		return nil
	}
	return &pipeline.Error{
		Code:    pipeline.CodeFieldRequired,
		Message: fmt.Sprintf("field %q must not be empty on %s", f.Fields[s], c.Definition.Sources[s]),
		Remedy:  fmt.Sprintf("Fill in %q on %s (record %s).", f.Fields[s.Other()], c.Definition.Sources[s.Other()], it.Keys[s.Other()]),
	}
}

// fixed is the error of a change that a system cannot follow, as a variant cannot go to another template.
func fixed(c *pipeline.Cycle, it *pipeline.Item, s pipeline.Side, f pipeline.MappedField, d pipeline.Decision) *pipeline.Error {
	o := s.Other()
	return &pipeline.Error{
		Code: pipeline.CodeVariantRejected,
		Message: fmt.Sprintf("%q of record %s on %s became %q, and its partner %s on %s cannot follow: there a variant keeps its parent",
			f.Fields[o], it.Keys[o], c.Definition.Sources[o], d.Values[o].String(), it.Keys[s], c.Definition.Sources[s]),
		Remedy: fmt.Sprintf("Take the change back, or archive %s on %s and make a new record of the other family on %s.",
			it.Keys[s], c.Definition.Sources[s], c.Definition.Sources[o]),
	}
}
