package transform

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// relate finds out what the references of the items' records become on the other side.
func (s Stage) relate(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	if s.links == nil {
		return nil
	}
	for _, i := range c.References() {
		for _, from := range pipeline.Sides() {
			named := map[string]bool{}
			for _, it := range items {
				if it.Own[from] != nil && !it.Own[from][i].IsNull() {
					named[it.Own[from][i].String()] = true
				}
			}
			if len(named) == 0 {
				continue
			}
			related, err := c.Relate(ctx, s.links, from, i, slices.Sorted(maps.Keys(named)))
			if err != nil {
				return err
			}
			for _, it := range items {
				if it.Own[from] != nil && !it.Own[from][i].IsNull() {
					place(c, it, from, i, related)
				}
			}
		}
	}
	return nil
}

// place gives an item what became of its reference. One that names a record without a partner is pending
// where a record is to be made of it; at a pair, what is new waits for that partner, and an edit is an error.
func place(c *pipeline.Cycle, it *pipeline.Item, from pipeline.Side, i int, related pipeline.Related) {
	to, own := from.Other(), it.Own[from][i]
	v, found := related.Found[own.String()]
	if !found && it.Own[to] == nil {
		v, found = pipeline.Pending(own), true
	}
	if found {
		if it.Related[to] == nil {
			it.Related[to] = map[int]pipeline.Value{}
		}
		it.Related[to][i] = v
		return
	}
	var base pipeline.Value
	var known bool
	if it.Link != nil {
		base, known = it.Link.Base[from][c.Definition.Fields[i].Name]
	}
	switch {
	case !known:
		if !slices.Contains(it.Unrelated, i) {
			it.Unrelated = append(it.Unrelated, i)
		}
	case !base.Equal(own):
		it.Fail(related.Missing[own.String()])
	}
}
