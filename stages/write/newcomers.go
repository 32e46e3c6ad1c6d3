package write

import (
	"context"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// newcomers are the records that changed on one side since detection began. Where a system cannot be
// searched, only they can be unknown to the pairing. Each poll goes on from the one before, so that a
// long load does not read its own creations again and again.
type newcomers struct {
	cycle  pipeline.CycleID
	batch  *batch // the last one that polled
	cursor string
	// byValue holds the records by match field and value.
	byValue map[string]map[string]pipeline.Record
}

// since returns the newcomers that hold one of the values in a match field of a side.
func (b *batch) since(ctx context.Context, side pipeline.Side, field string, values []pipeline.Value) ([]pipeline.Record, error) {
	n := &b.recent[side]
	if n.cycle != b.cycle.ID {
		*n = newcomers{cycle: b.cycle.ID, cursor: b.cycle.Since[side], byValue: map[string]map[string]pipeline.Record{}}
	}
	if n.batch != b {
		if err := b.poll(ctx, side, n); err != nil {
			return nil, err
		}
	}
	var found []pipeline.Record
	for _, v := range values {
		if r, ok := n.byValue[field][v.String()]; ok {
			found = append(found, r)
		}
	}
	return found, nil
}

// poll reads what is new since the last poll.
func (b *batch) poll(ctx context.Context, side pipeline.Side, n *newcomers) error {
	end := b.cycle.Endpoints[side]
	var fields []string
	for _, name := range b.cycle.Definition.Match {
		f, _ := b.cycle.Definition.Field(name)
		fields = append(fields, f.Fields[side])
	}
	var missing []pipeline.Key
	next, err := end.Changes(ctx, n.cursor, fields, func(changes []pipeline.Change) error {
		for _, c := range changes {
			switch {
			case c.Record != nil:
				b.remember(side, n, fields, *c.Record)
			case !c.Gone:
				missing = append(missing, c.Key)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for keys := range slices.Chunk(missing, b.cycle.BatchSize()) {
		records, err := end.Fetch(ctx, keys, fields)
		if err != nil {
			return err
		}
		for _, r := range records {
			b.remember(side, n, fields, r)
		}
	}
	n.cursor, n.batch = next, b
	return nil
}

func (b *batch) remember(side pipeline.Side, n *newcomers, fields []string, r pipeline.Record) {
	for _, name := range fields {
		v := b.canonical(side, name, r.Fields[name])
		if v.IsNull() {
			continue
		}
		if n.byValue[name] == nil {
			n.byValue[name] = map[string]pipeline.Record{}
		}
		n.byValue[name][v.String()] = r
	}
}
