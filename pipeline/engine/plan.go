package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// plan decides everything and yields it.
//
// Invariant 10: a dry run writes nothing anywhere, state included.
func (r *run) plan(ctx context.Context, yield func(pipeline.PlannedChange) error) (totals pipeline.PlanTotals, err error) {
	totals = pipeline.PlanTotals{Writes: r.report.Writes}
	if err := r.begin(ctx, true); err != nil {
		return totals, err
	}
	moving := r.newMoving(yield, &totals)
	defer func() { err = errors.Join(err, moving.spool.Close()) }()
	unsettled, err := r.unsettled(ctx)
	if err != nil {
		return totals, err
	}
	keep, err := r.keeping(ctx)
	if err != nil {
		return totals, err
	}
	detected, err := r.decide(ctx, func(it *pipeline.Item) error {
		if moving.waits(it) {
			return moving.add(it)
		}
		changes := r.planned(it, unsettled)
		if len(changes) == 0 {
			totals.Unchanged++
		}
		for _, c := range changes {
			r.total(&totals, c)
			if err := yield(c); err != nil {
				return err
			}
		}
		return keep.add(it, changes)
	})
	if err != nil {
		err = r.shortListing(ctx, err)
		totals.BrakedBy = r.report.BrakedBy
		return totals, err
	}
	if err := moving.tell(ctx); err != nil {
		return totals, err
	}
	if b := r.limits.above(r.tally.beyond, r.linked); b != nil {
		totals.BrakedBy = &b.name
	}
	if r.changed {
		totals.Changed = &r.tally.due
	}
	return totals, keep.end(detected, totals)
}

// unsettled returns per side the records whose partner an interrupted cycle may have made already.
func (r *run) unsettled(ctx context.Context) (keys [2]map[pipeline.Key]bool, err error) {
	pending, err := r.Store.PendingIntents(ctx)
	keys = [2]map[pipeline.Key]bool{{}, {}}
	for _, in := range pending {
		if source := in.Side.Other(); in.Kind == pipeline.Create {
			keys[source][in.Keys[source]] = true
		}
	}
	return keys, err
}

// planned returns what an item would change.
func (r *run) planned(it *pipeline.Item, unsettled [2]map[pipeline.Key]bool) []pipeline.PlannedChange {
	if it.Err != nil {
		return []pipeline.PlannedChange{r.change(it, pipeline.Left, pipeline.PlanError, strings.TrimSuffix(it.Err.Error(), ".")+". "+pipeline.RemedyOf(it.Err))}
	}
	var changes []pipeline.PlannedChange
	for _, s := range pipeline.Sides() {
		m := it.Mutations[s]
		if m == nil {
			continue
		}
		if m.Kind == pipeline.Create && unsettled[s.Other()][it.Keys[s.Other()]] {
			changes = append(changes, r.change(it, s, pipeline.PlanError,
				"an interrupted cycle may have made this record already; the next cycle looks"))
			continue
		}
		changes = append(changes, r.change(it, s, action(m), ""))
	}
	for _, d := range it.Decisions {
		if d.Verdict != pipeline.Wait {
			continue
		}
		c := r.change(it, pipeline.Left, pipeline.PlanConflict, d.Rule)
		c.Fields = []pipeline.PlannedField{{Name: d.Field, Before: d.Values[pipeline.Left], After: d.Values[pipeline.Right], Rule: d.Rule}}
		changes = append(changes, c)
	}
	return changes
}

func action(m *pipeline.Mutation) pipeline.PlanAction {
	switch {
	case m.Kind == pipeline.Create:
		return pipeline.PlanCreate
	case m.Kind == pipeline.Update:
		return pipeline.PlanUpdate
	case m.Removal == pipeline.Delete:
		return pipeline.PlanDelete
	}
	return pipeline.PlanArchive
}

// change makes a planned change with the fields that are written to its side.
func (r *run) change(it *pipeline.Item, s pipeline.Side, action pipeline.PlanAction, note string) pipeline.PlannedChange {
	d := r.Definition
	c := pipeline.PlannedChange{
		Side: d.Sources[s], Action: action, Note: note, Match: maps.Clone(it.Match), Fields: []pipeline.PlannedField{},
		Keys: map[string]pipeline.Key{},
	}
	for _, side := range pipeline.Sides() {
		if it.Keys[side] != "" {
			c.Keys[d.Sources[side]] = it.Keys[side]
		}
	}
	if it.Mutations[s] == nil || action == pipeline.PlanConflict || action == pipeline.PlanError {
		return c
	}
	for _, decision := range it.Decisions {
		switch {
		case decision.Field == "":
			c.Note = decision.Rule
		case decision.Writes[s] && (action != pipeline.PlanCreate || !decision.After[s].IsNull()):
			c.Fields = append(c.Fields, pipeline.PlannedField{
				Name: decision.Field, Before: decision.Values[s], After: decision.After[s], Rule: decision.Rule,
			})
		}
	}
	return c
}

func (r *run) total(t *pipeline.PlanTotals, c pipeline.PlannedChange) {
	w := t.Writes[c.Side]
	switch c.Action {
	case pipeline.PlanCreate:
		w.Create++
	case pipeline.PlanUpdate, pipeline.PlanRename:
		w.Update++
	case pipeline.PlanArchive, pipeline.PlanDelete:
		w.Archive++
	case pipeline.PlanConflict:
		t.Conflicts++
	case pipeline.PlanError:
		t.Errors++
	}
	t.Writes[c.Side] = w
}

// PlanAll is Plan with all changes at once, for small plans.
func (e *Engine) PlanAll(ctx context.Context, opt Options) ([]pipeline.PlannedChange, pipeline.PlanTotals, error) {
	var all []pipeline.PlannedChange
	totals, err := e.Plan(ctx, opt, func(c pipeline.PlannedChange) error {
		all = append(all, c)
		return nil
	})
	return slices.Clip(all), totals, err
}
