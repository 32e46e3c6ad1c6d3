package app

import (
	"cmp"
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

// Explain implements web.Backend. A pipeline that cannot be asked, as where a source does not answer, says so beside the
// others; where none of the others knows the record, the error tells it.
func (a *App) Explain(ctx context.Context, record string) ([]view.Explanation, error) {
	l := a.hold()
	defer a.drop(l)
	views, unasked := []view.Explanation{}, []view.Explanation{}
	var first error
	for _, r := range l.runners {
		found, err := r.explainAll(ctx, record)
		if err != nil {
			err = fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
			if ctx.Err() != nil {
				return nil, err
			}
			first = cmp.Or(first, err)
			unasked = append(unasked, unaskedView(r.definition, err))
			continue
		}
		views = append(views, found...)
	}
	switch {
	case len(views) > 0:
		return append(views, unasked...), nil
	case len(unasked) == len(l.runners) && first != nil:
		return nil, first
	}
	return nil, &pipeline.Error{
		Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("no record has the key or value %q", record), Cause: first,
		Remedy: "Give the SKU, the EAN or the id of either side as that side shows it.",
	}
}

// explainAll explains all that one pipeline knows by that name.
func (r *runner) explainAll(ctx context.Context, record string) ([]view.Explanation, error) {
	pairs, err := r.find(ctx, record)
	if err != nil {
		return nil, err
	}
	var views []view.Explanation
	for _, p := range pairs {
		v, err := r.explain(ctx, p)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// unaskedView says of a pipeline why it tells nothing.
func unaskedView(d *pipeline.Definition, err error) view.Explanation {
	v := emptyExplanation(d)
	e := view.ErrorOf(err)
	v.Error = &pipeline.Problem{Code: e.Code, Message: e.Message, Remedy: e.Remedy}
	return v
}

// emptyExplanation has no list that JSON would write as null.
func emptyExplanation(d *pipeline.Definition) view.Explanation {
	return view.Explanation{
		Pipeline: d.Name, Sources: d.Sources, Keys: map[string]pipeline.Key{}, Match: pipeline.Values{}, Modified: map[string]*time.Time{},
		Missing: []string{}, Fields: []view.ExplainedField{}, Changes: []pipeline.PlannedChange{},
		Conflicts: []view.Conflict{}, History: []view.Event{},
	}
}

func (r *runner) explain(ctx context.Context, p pair) (view.Explanation, error) {
	x, err := r.engine.Explain(ctx, p.link, p.keys)
	if err != nil {
		return view.Explanation{}, err
	}
	d, it := r.definition, x.Item
	v := emptyExplanation(d)
	v.Keys, v.Match, v.Linked, v.LeftOut = keysByLabel(d, it.Keys), values(it.Match), it.Link != nil, it.LeftOut
	v.Changes = append(v.Changes, x.Changes...)
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
