package detect

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/spool"
)

// items makes items and yields them in batches.
type items struct {
	*run
	yield func([]*pipeline.Item) error
	batch []*pipeline.Item
}

// links yields the items of some links.
func (it *items) links(ctx context.Context, ids []pipeline.LinkID, absent map[pipeline.LinkID]absence) error {
	links, err := it.State.LinksByID(ctx, ids)
	if err != nil {
		return err
	}
	open, err := it.State.ConflictsOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		link := links[id]
		if link == nil {
			continue // dropped since it was quarantined
		}
		item := &pipeline.Item{Link: link, Keys: link.Keys, Absent: absent[id].absent, Proven: absent[id].proven}
		item.Open = byField(open[id])
		for _, s := range it.sides {
			h, ok := s.linked[id]
			item.Hinted[s.side] = ok || item.Absent[s.side]
			if item.Records[s.side], err = it.load(s.side, h.record); err != nil {
				return err
			}
		}
		if err := it.add(ctx, item); err != nil {
			return err
		}
	}
	return it.flush(ctx)
}

// unlinked yields the pairs, the records without a partner and the ambiguous ones.
// Parents come before their children, which are made below them.
func (it *items) unlinked(ctx context.Context, p *pairing) error {
	for _, children := range []bool{false, true} {
		if err := it.generation(ctx, p, children); err != nil {
			return err
		}
	}
	return it.flush(ctx)
}

func (it *items) generation(ctx context.Context, p *pairing, children bool) error {
	for _, s := range it.sides {
		for i, c := range s.unlinked {
			if (c.parent != "") != children {
				continue
			}
			other := it.sides[s.side.Other()]
			partner := p.partner[s.side][i]
			j, fresh := other.known[partner]
			if partner != "" && fresh && it.behind(s, other.unlinked[j], c) {
				continue // comes with its partner
			}
			item := &pipeline.Item{}
			if err := it.set(item, s.side, c); err != nil {
				return err
			}
			if err := p.ambiguous[s.side][i]; err != nil {
				item.Fail(err)
			}
			switch {
			case partner != "" && fresh:
				if err := it.set(item, other.side, other.unlinked[j]); err != nil {
					return err
				}
			case partner != "":
				item.Keys[other.side], item.Hinted[other.side] = partner, true
				if link := p.returned[returned{s.side, c.key}]; link != nil {
					if err := it.again(ctx, item, link); err != nil {
						return err
					}
				}
			}
			if err := it.add(ctx, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// behind tells whether a record comes with its fresh partner: with the one that is no child, else with the
// left one.
func (*items) behind(s *scan, partner, c candidate) bool {
	if (partner.parent == "") != (c.parent == "") {
		return c.parent != ""
	}
	return s.side == pipeline.Right
}

// again gives an item the link of the record that came back as another one.
func (it *items) again(ctx context.Context, item *pipeline.Item, link *pipeline.Link) error {
	l := *link
	l.Keys = item.Keys
	item.Link = &l
	open, err := it.State.ConflictsOf(ctx, []pipeline.LinkID{l.ID})
	item.Open = byField(open[l.ID])
	return err
}

func byField(conflicts []pipeline.Conflict) map[string]pipeline.Conflict {
	if len(conflicts) == 0 {
		return nil
	}
	fields := make(map[string]pipeline.Conflict, len(conflicts))
	for _, c := range conflicts {
		fields[c.Field] = c
	}
	return fields
}

func (it *items) set(item *pipeline.Item, side pipeline.Side, c candidate) (err error) {
	item.Keys[side], item.Hinted[side] = c.key, true
	item.Records[side], err = it.load(side, c.record)
	return err
}

func (it *items) load(side pipeline.Side, ref spool.Ref) (*pipeline.Record, error) {
	if ref.IsZero() {
		return nil, nil
	}
	var r pipeline.Record
	return &r, it.spool[side].Read(ref, &r)
}

func (it *items) add(ctx context.Context, item *pipeline.Item) error {
	it.batch = append(it.batch, item)
	if len(it.batch) < it.cycle.BatchSize() {
		return nil
	}
	return it.flush(ctx)
}

// flush adds what quarantine knows of the records, and yields the batch.
func (it *items) flush(ctx context.Context) error {
	batch := it.batch
	it.batch = nil
	if len(batch) == 0 {
		return nil
	}
	for _, s := range pipeline.Sides() {
		var keys []pipeline.Key
		for _, item := range batch {
			if item.Keys[s] != "" {
				keys = append(keys, item.Keys[s])
			}
		}
		failed, err := it.State.QuarantineOf(ctx, s, keys)
		if err != nil {
			return err
		}
		for _, item := range batch {
			if q, ok := failed[item.Keys[s]]; ok && item.Keys[s] != "" && item.Retry == nil && about(q, item) {
				item.Retry = &q
			}
		}
	}
	return it.yield(batch)
}

// about tells whether a quarantine entry is about the item: about no record that is another one's.
func about(q pipeline.Quarantined, item *pipeline.Item) bool {
	for _, s := range pipeline.Sides() {
		if q.Keys[s] != "" && item.Keys[s] != "" && q.Keys[s] != item.Keys[s] {
			return false
		}
	}
	return true
}
