package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// storyLength is how many events of a record an explanation tells.
const storyLength = 500

// Explain implements web.Backend.
func (a *App) Explain(ctx context.Context, record string) ([]view.Explanation, error) {
	l := a.hold()
	defer a.drop(l)
	views := []view.Explanation{}
	for _, r := range l.runners {
		pairs, err := r.find(ctx, record)
		if err != nil {
			return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		for _, p := range pairs {
			v, err := r.explain(ctx, p)
			if err != nil {
				return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
			}
			views = append(views, v)
		}
	}
	if len(views) == 0 {
		return nil, &pipeline.Error{
			Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("no record has the key or value %q", record),
			Remedy: "Give the SKU, the EAN or the id of either side as that side shows it.",
		}
	}
	return views, nil
}

func (r *runner) explain(ctx context.Context, p pair) (view.Explanation, error) {
	x, err := r.engine.Explain(ctx, p.link, p.keys)
	if err != nil {
		return view.Explanation{}, err
	}
	d, it := r.definition, x.Item
	v := view.Explanation{
		Pipeline: d.Name, Sources: d.Sources, Keys: keysByLabel(d, it.Keys), Match: values(it.Match), Linked: it.Link != nil,
		Missing: []string{}, LeftOut: it.LeftOut, Fields: []view.ExplainedField{}, Changes: x.Changes, Conflicts: []view.Conflict{}, History: []view.Event{},
	}
	if x.Changes == nil {
		v.Changes = []pipeline.PlannedChange{}
	}
	if it.Link != nil {
		v.PairedAt = &it.Link.Created
	}
	if it.Err != nil {
		v.Error = &pipeline.Problem{Code: it.Err.Code, Message: it.Err.Error(), Remedy: pipeline.RemedyOf(it.Err)}
	}
	var modified [2]time.Time
	for _, s := range pipeline.Sides() {
		switch record := it.Records[s]; {
		case record != nil:
			modified[s] = record.Modified
		case it.Keys[s] != "":
			v.Missing = append(v.Missing, d.Sources[s])
		}
	}
	v.Modified = timesByLabel(d, modified)
	for i := range d.Fields {
		v.Fields = append(v.Fields, explainedField(d, x, i))
	}
	for _, c := range x.Conflicts {
		v.Conflicts = append(v.Conflicts, conflictView(d, c))
	}
	if x.Quarantined != nil {
		q := quarantinedView(d, *x.Quarantined)
		v.Quarantine = &q
	}
	events, err := r.story(ctx, p, pipeline.EventQuery{}, storyLength)
	slices.Reverse(events)
	v.History = append(v.History, events...)
	return v, err
}

func explainedField(d *pipeline.Definition, x *engine.Explained, i int) view.ExplainedField {
	f, it := d.Fields[i], x.Item
	v := view.ExplainedField{
		Name: f.Name, Names: byLabel(d, f.Fields), Mapping: f.Source, Rule: f.Rule, Writes: []string{},
		Base: map[string]pipeline.Value{}, Values: map[string]pipeline.Value{}, Mapped: map[string]pipeline.Value{},
	}
	for _, s := range pipeline.Sides() {
		label := d.Sources[s]
		if it.Link != nil {
			if base, ok := it.Link.Base[s][f.Name]; ok {
				v.Base[label] = base
			}
		}
		if it.Own[s] != nil {
			v.Values[label] = it.Own[s][i]
		}
		if m := x.Mapped[s]; m != nil && m[i] != nil {
			v.Mapped[label] = *m[i]
		}
	}
	for _, decision := range it.Decisions {
		if decision.Field != f.Name {
			continue
		}
		v.Decision, v.Rule = decision.Verdict, decision.Rule
		for _, s := range pipeline.Sides() {
			if decision.Writes[s] {
				v.Writes = append(v.Writes, d.Sources[s])
			}
		}
	}
	return v
}
