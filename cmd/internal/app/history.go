package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// History implements web.Backend.
func (a *App) History(ctx context.Context, q view.HistoryQuery) ([]view.Event, error) {
	l := a.hold()
	defer a.drop(l)
	views := []view.Event{}
	for _, r := range l.runners {
		if q.Pipeline != "" && q.Pipeline != r.definition.Name {
			continue
		}
		events, err := r.history(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		views = append(views, events...)
	}
	if len(views) == 0 && q.Record != "" {
		if err := l.recordKnown(ctx, q.Record); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(views, func(x, y view.Event) int { return y.At.Compare(x.At) })
	views = views[min(len(views), q.Skip):]
	return views[:min(len(views), q.Limit)], nil
}

// keeps tells whether what the store does not select by fits an event.
func (r *runner) keeps(q view.HistoryQuery, e pipeline.Event) bool {
	return (q.Side == "" || e.Side != nil && r.definition.Sources[*e.Side] == q.Side) &&
		(q.Until.IsZero() || e.At.Before(q.Until)) &&
		(q.Field == "" || slices.ContainsFunc(e.Fields, func(f pipeline.FieldChange) bool { return f.Name == q.Field }))
}

// recordKnown returns an error when no pipeline has a link of the record.
func (l *live) recordKnown(ctx context.Context, record string) error {
	for _, r := range l.runners {
		links, err := r.linksOf(ctx, record)
		if len(links) > 0 || err != nil {
			return err
		}
	}
	return &pipeline.Error{Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("no linked record has the key or value %q, and the history knows none", record)}
}

func (r *runner) history(ctx context.Context, q view.HistoryQuery) (views []view.Event, err error) {
	selects := pipeline.EventQuery{Cycle: q.Cycle, Since: q.Since}
	n, keep := q.Skip+q.Limit, func(e pipeline.Event) bool { return r.keeps(q, e) }
	if q.Record == "" {
		return r.events(ctx, selects, n, keep)
	}
	links, err := r.linksOf(ctx, q.Record)
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		selects.Link = link
		events, err := r.events(ctx, selects, n, keep)
		if err != nil {
			return nil, err
		}
		views = append(views, events...)
	}
	if len(links) > 0 {
		return views, nil
	}
	// It has no link (any more): what was told of it is found by its name alone.
	return r.events(ctx, selects, n, func(e pipeline.Event) bool { return goesBy(e, q.Record) && keep(e) })
}

func goesBy(e pipeline.Event, name string) bool {
	if string(e.Keys[0]) == name || string(e.Keys[1]) == name {
		return true
	}
	for _, v := range e.Match {
		if v.String() == name {
			return true
		}
	}
	return false
}

// story returns the latest events of a pair, newest first.
func (r *runner) story(ctx context.Context, p pair, q pipeline.EventQuery, n int) ([]view.Event, error) {
	if q.Link = p.link; q.Link != "" {
		return r.events(ctx, q, n, nil)
	}
	return r.events(ctx, q, n, func(e pipeline.Event) bool {
		return p.keys[0] != "" && e.Keys[0] == p.keys[0] || p.keys[1] != "" && e.Keys[1] == p.keys[1]
	})
}

// events returns the latest n events that q and keep select, newest first; a nil keep keeps all.
func (r *runner) events(ctx context.Context, q pipeline.EventQuery, n int, keep func(pipeline.Event) bool) (views []view.Event, err error) {
	err = r.store.EachEvent(ctx, q, func(e pipeline.Event) error {
		if keep == nil || keep(e) {
			views = append(views, eventView(r.definition, e))
		}
		if len(views) >= n {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return views, err
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
			Base: byLabel(d, f.Base), Values: byLabel(d, f.Values), Computed: computedByLabel(d, f.Computed), Rule: f.Rule,
		})
	}
	return v
}
