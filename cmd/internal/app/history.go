package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// History implements web.Backend.
func (a *App) History(ctx context.Context, q view.HistoryQuery) ([]view.Event, error) {
	views := []view.Event{}
	known := q.Record == ""
	for _, r := range a.runners {
		links := []pipeline.LinkID{""}
		if q.Record != "" {
			var err error
			if links, err = r.linksOf(ctx, q.Record); err != nil {
				return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
			}
		}
		for _, link := range links {
			known = true
			events, err := r.store.History(ctx, link, q.Limit)
			if err != nil {
				return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
			}
			for _, e := range events {
				views = append(views, eventView(r.definition, e))
			}
		}
	}
	if !known {
		return nil, &pipeline.Error{Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("no linked record has the key or value %q", q.Record)}
	}
	slices.SortStableFunc(views, func(x, y view.Event) int { return y.At.Compare(x.At) })
	return views[:min(len(views), q.Limit)], nil
}

// linksOf returns the links of a record, named by its key on either side or by one of its match values.
func (r *runner) linksOf(ctx context.Context, name string) ([]pipeline.LinkID, error) {
	found := map[pipeline.LinkID]bool{}
	for _, side := range pipeline.Sides() {
		keys := []pipeline.Key{pipeline.Key(name)}
		for _, field := range r.definition.Match {
			owners, err := r.store.Owners(ctx, side, field, []string{name})
			if err != nil {
				return nil, err
			}
			keys = append(keys, owners[name]...)
		}
		links, err := r.store.LinksByKey(ctx, side, keys)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			found[l.ID] = true
		}
	}
	ids := make([]pipeline.LinkID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, cmp.Compare)
	return ids, nil
}

func eventView(d *pipeline.Definition, e pipeline.Event) view.Event {
	v := view.Event{
		Seq: e.Seq, At: e.At, Pipeline: d.Name, Cycle: e.Cycle, Kind: e.Kind,
		Keys: keysByLabel(d, e.Keys), Match: values(e.Match), Fields: []view.EventField{},
		Rule: e.Rule, By: e.By, Note: e.Note,
	}
	if e.Side != nil {
		v.Side = d.Sources[*e.Side]
	}
	for _, f := range e.Fields {
		v.Fields = append(v.Fields, view.EventField{
			Name: f.Name, Before: f.Before, After: f.After,
			Base: byLabel(d, f.Base), Values: byLabel(d, f.Values), Rule: f.Rule,
		})
	}
	return v
}
