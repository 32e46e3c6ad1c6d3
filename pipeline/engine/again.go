package engine

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// named is a pair, or a record without a partner, that is looked at without having been detected.
type named struct {
	link           pipeline.LinkID
	keys           [2]pipeline.Key
	match          pipeline.Values
	absent, proven [2]bool // what complete listings said before
}

// again makes items as detection does, from what the state knows now, for at most a batch of records. An
// item whose pairing is another one by now fails.
func (r *run) again(ctx context.Context, these []named) ([]*pipeline.Item, error) {
	var ids []pipeline.LinkID
	for _, n := range these {
		if n.link != "" {
			ids = append(ids, n.link)
		}
	}
	links, err := r.Store.LinksByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	open, err := r.Store.ConflictsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	items := make([]*pipeline.Item, len(these))
	for i, n := range these {
		it := &pipeline.Item{
			Link: links[n.link], Keys: n.keys, Match: n.match, Hinted: [2]bool{true, true}, Absent: n.absent, Proven: n.proven,
		}
		for _, c := range open[n.link] {
			if it.Open == nil {
				it.Open = map[string]pipeline.Conflict{}
			}
			it.Open[c.Field] = c
		}
		if n.link != "" && (it.Link == nil || it.Link.Keys != n.keys) {
			it.Fail(moved("the two records are not the pair any more that they were"))
		}
		items[i] = it
	}
	for _, s := range pipeline.Sides() {
		if err := r.known(ctx, s, items); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// known adds what the state knows of the records of one side: their quarantine, and whether one that had
// no link has one now.
func (r *run) known(ctx context.Context, s pipeline.Side, items []*pipeline.Item) error {
	var keys []pipeline.Key
	for _, it := range items {
		if it.Keys[s] != "" {
			keys = append(keys, it.Keys[s])
		}
	}
	links, err := r.Store.LinksByKey(ctx, s, keys)
	if err != nil {
		return err
	}
	failed, err := r.Store.QuarantineOf(ctx, s, keys)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.Link == nil && links[it.Keys[s]] != nil {
			it.Fail(moved("it has a partner by now"))
		}
		if q, ok := failed[it.Keys[s]]; ok && it.Keys[s] != "" && it.Retry == nil {
			it.Retry = &q
		}
	}
	return nil
}

// stages runs the stages of those names, all for none.
func (r *run) stages(ctx context.Context, items []*pipeline.Item, names ...pipeline.StageName) error {
	for _, stage := range r.Stages {
		wanted := len(names) == 0
		for _, n := range names {
			wanted = wanted || n == stage.Name()
		}
		if !wanted {
			continue
		}
		if err := r.stage(ctx, stage, items); err != nil {
			return err
		}
	}
	return nil
}

func moved(why string) *pipeline.Error {
	return &pipeline.Error{Code: pipeline.CodeStale, Class: pipeline.Stale, Message: why}
}
