package fetch

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// Stage is the stage.
type Stage struct{}

// New returns the stage.
func New() Stage { return Stage{} }

// Name implements pipeline.Stage.
func (Stage) Name() pipeline.StageName { return pipeline.StageFetch }

// Process implements pipeline.Stage. It fails only when a side cannot be read.
func (Stage) Process(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	first := func(it *pipeline.Item, s pipeline.Side) bool { return it.Link == nil || it.Hinted[s] }
	if err := fetch(ctx, c, items, first); err != nil {
		return err
	}
	failUnreadable(items)
	second := func(it *pipeline.Item, s pipeline.Side) bool {
		return it.Err == nil && !it.Hinted[s] && needsBoth(c, it)
	}
	err := fetch(ctx, c, items, second)
	failUnreadable(items)
	return err
}

// needsBoth tells whether a linked pair must be merged: something about it is not as it was.
func needsBoth(c *pipeline.Cycle, it *pipeline.Item) bool {
	if it.Link == nil || it.Retry != nil || it.Link.Outside || it.Link.Gone != [2]bool{} || len(it.Open) > 0 {
		return true
	}
	for _, s := range pipeline.Sides() {
		if !it.Hinted[s] {
			continue
		}
		r := it.Records[s]
		if r == nil || !c.Unchanged(it.Link, s, c.OwnValues(s, r)) || c.ReadsMoved(it.Link, s, r) {
			return true
		}
	}
	return false
}

// fetch reads, on both sides at once, the records that want asks for and that are not there yet.
func fetch(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item, want func(*pipeline.Item, pipeline.Side) bool) error {
	return c.Both(func(s pipeline.Side) error {
		byKey := map[pipeline.Key]*pipeline.Item{}
		var keys []pipeline.Key
		for _, it := range items {
			if it.Keys[s] != "" && it.Records[s] == nil && want(it, s) {
				byKey[it.Keys[s]] = it
				keys = append(keys, it.Keys[s])
			}
		}
		if len(keys) == 0 {
			return nil
		}
		records, err := c.Endpoints[s].Fetch(ctx, keys, c.Definition.Wanted(s))
		if err != nil {
			return err
		}
		for i := range records {
			if it := byKey[records[i].Key]; it != nil {
				it.Records[s] = &records[i]
			}
		}
		return nil
	})
}

// failUnreadable fails the items of records that could not be read though others could.
func failUnreadable(items []*pipeline.Item) {
	for _, it := range items {
		for _, s := range pipeline.Sides() {
			if r := it.Records[s]; r != nil && r.Err != nil {
				it.Fail(r.Err)
				it.Records[s] = nil
			}
		}
	}
}
