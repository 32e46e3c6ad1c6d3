package app

import (
	"context"
	"errors"
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
	views := []view.Explanation{}
	for _, r := range a.runners {
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

// pair names what is explained: a link, or records that have none.
type pair struct {
	link pipeline.LinkID
	keys [2]pipeline.Key
}

// find returns the pairs and records that go by a name: in the state, or else as the two systems find them.
func (r *runner) find(ctx context.Context, name string) ([]pair, error) {
	var pairs []pair
	links, err := r.linksOf(ctx, name)
	if err != nil {
		return nil, err
	}
	byID, err := r.store.LinksByID(ctx, links)
	if err != nil {
		return nil, err
	}
	for _, id := range links {
		if l := byID[id]; l != nil {
			pairs = append(pairs, pair{id, l.Keys})
		}
	}
	if len(pairs) > 0 {
		return pairs, nil
	}
	var keys [2][]pipeline.Key
	for _, s := range pipeline.Sides() {
		if keys[s], err = r.unpaired(ctx, s, name); err != nil {
			return nil, err
		}
	}
	if len(keys[0]) == 1 && len(keys[1]) == 1 {
		return []pair{{keys: [2]pipeline.Key{keys[0][0], keys[1][0]}}}, nil
	}
	for _, s := range pipeline.Sides() {
		for _, k := range keys[s] {
			p := pair{}
			p.keys[s] = k
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}

// unpaired returns the records of a side that go by a name, asking the system itself.
func (r *runner) unpaired(ctx context.Context, s pipeline.Side, name string) ([]pipeline.Key, error) {
	end := r.engine.Endpoints[s]
	var keys []pipeline.Key
	for _, field := range r.definition.Match {
		f, _ := r.definition.Field(field)
		found, err := end.Find(ctx, f.Fields[s], []pipeline.Value{pipeline.Text(name)}, []string{f.Fields[s]})
		if errors.Is(err, pipeline.ErrCannotFind) {
			owners, err := r.store.Owners(ctx, s, field, []string{name})
			if err != nil {
				return nil, err
			}
			keys = append(keys, owners[name]...)
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, record := range found {
			keys = append(keys, record.Key)
		}
	}
	if len(keys) == 0 {
		found, err := end.Fetch(ctx, []pipeline.Key{pipeline.Key(name)}, r.definition.Wanted(s))
		if err != nil && pipeline.ClassOf(err) != pipeline.Permanent { // a name need not look like a key
			return nil, err
		}
		for _, record := range found {
			keys = append(keys, record.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}
