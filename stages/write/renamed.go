package write

import (
	"context"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// renamed takes out of the mutations what renames of categories did already, after a look at each record:
// one that is somewhere else was moved by somebody in between, and is left to the next cycle.
//
// Invariant 2: the base follows from what the records hold now.
func (b *batch) renamed(ctx context.Context) error {
	for _, r := range b.cycle.Renamed {
		items := map[pipeline.Key]*pipeline.Item{}
		var keys []pipeline.Key
		for _, it := range b.items {
			if b.movedBy(r, it) >= 0 {
				items[it.Keys[r.Side]] = it
				keys = append(keys, it.Keys[r.Side])
			}
		}
		if len(keys) == 0 {
			continue
		}
		records, err := b.cycle.Endpoints[r.Side].Fetch(ctx, keys, []string{r.Name})
		if err != nil {
			return err
		}
		for i := range records {
			it := items[records[i].Key]
			if it == nil || records[i].Err != nil {
				continue // nil: the system gave it twice
			}
			b.moveDone(r, it, records[i].Fields[r.Name])
			delete(items, records[i].Key)
		}
		for key, it := range items {
			it.Fail(stale(fmt.Sprintf("%s is gone from %s", key, b.cycle.Definition.Sources[r.Side])))
		}
	}
	return nil
}

// movedBy returns the index of the item's decision that a rename carries out, -1 if there is none.
func (b *batch) movedBy(r pipeline.CategoryRename, it *pipeline.Item) int {
	if it.Err != nil {
		return -1
	}
	return slices.IndexFunc(it.Decisions, func(d pipeline.Decision) bool {
		if b.cycle.MovedPath(it, r.Side, d) != r.Field {
			return false
		}
		to, moved := r.Moves(b.cycle.Types[r.Side][r.Field], d.Values[r.Side])
		return moved && to.Equal(d.After[r.Side])
	})
}

func (b *batch) moveDone(r pipeline.CategoryRename, it *pipeline.Item, now pipeline.Value) {
	d := &it.Decisions[b.movedBy(r, it)]
	source := b.cycle.Definition.Sources[r.Side]
	if !b.canonical(r.Side, r.Name, now).Equal(d.After[r.Side]) {
		it.Fail(stale(fmt.Sprintf("%s of %s on %s changed meanwhile", r.Name, it.Keys[r.Side], source)))
		return
	}
	side := r.Side
	b.moved = append(b.moved, move{it, pipeline.Event{
		Kind: string(pipeline.Update), Side: &side,
		Note: fmt.Sprintf("by renaming the category %q of %s to %q", r.From.AsText(), source, r.To.AsText()),
		Fields: []pipeline.FieldChange{{
			Name: d.Field, Base: d.Base, Values: d.Values, Before: d.Values[side], After: d.After[side], Rule: d.Rule,
		}},
	}})
	d.Values[side], d.Writes[side] = d.After[side], false
	m := it.Mutations[side]
	delete(m.Fields, r.Name)
	delete(m.Before, r.Name)
	if len(m.Fields) == 0 {
		it.Mutations[side] = nil
	}
}

// move is what a rename of a category did to an item.
type move struct {
	item  *pipeline.Item
	event pipeline.Event
}

// tellMoves adds to the history what renames of categories did to the item.
func (l *ledger) tellMoves(it *pipeline.Item, link *pipeline.Link) {
	for _, m := range l.moved {
		if m.item == it {
			l.event(it, link, m.event)
		}
	}
}
