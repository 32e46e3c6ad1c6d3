package write

import (
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
)

// remember notes what the expressions of an item's records were given, where the link does not know it yet or where it
// makes no difference. It is called before any base moves, since what the pair agreed on is taken from there.
func (l *ledger) remember(it *pipeline.Item, link *pipeline.Link) {
	for _, s := range pipeline.Sides() {
		complete(link, s, l.cycle, it.Read[s])
		if it.Err != nil {
			continue
		}
		for _, name := range it.Reread[s] {
			link.Read[s][name] = it.Read[s][name]
		}
	}
}

// complete notes what a link does not know of the readings of a side. Of fields that are not mapped that is what they
// hold now: nobody can tell what they held when the pair agreed.
func complete(link *pipeline.Link, s pipeline.Side, c *pipeline.Cycle, now pipeline.Readings) {
	for i, f := range c.Definition.Fields {
		if !f.Follows(s) {
			continue
		}
		r := c.Agreed(link, s, i)
		for name, d := range now[f.Name].Given {
			if _, known := r.Given[name]; !known {
				r.Given[name] = d
			}
		}
		if len(r.Given) > 0 {
			link.Read[s][f.Name] = r
		}
	}
}

// reading returns what the expression of field i was given on side s, now that decision d is carried out; false where
// it reads nothing, or an undo leaves it as it is.
//
// On the side that a value was taken from it is what the value was made of. A field of that side that the same cycle
// wrote has moved since, and the next cycle works the expression out anew. On the side that was written, what the
// cycle wrote there belongs to what both agree on: Invariant 7. A new record that was given nothing in the field was
// not asked yet what it makes of the others.
func (b *batch) reading(it *pipeline.Item, j *job, s pipeline.Side, i int, d *pipeline.Decision) (pipeline.Reading, bool) {
	f := b.cycle.Definition.Fields[i]
	if !f.Follows(s) || d.Verdict == pipeline.Revert {
		return pipeline.Reading{}, false
	}
	r, looked := it.Read[s][f.Name]
	if j == nil {
		return r, looked
	}
	if d.Writes[s] {
		r.Gave = 0
	}
	made := j.m.Kind == pipeline.Create
	if !made && d.Verdict != pipeline.Taking(s.Other()) {
		return r, looked
	}
	given := maps.Clone(r.Given)
	if given == nil {
		given = map[string]pipeline.Digest{}
	}
	for _, name := range f.Reads[s] {
		v, ok := b.left(j, name)
		switch {
		case made && d.Values[s.Other()].IsNull():
			given[name] = b.cycle.DigestOn(s, name, pipeline.Value{})
		case ok:
			given[name] = b.cycle.DigestOn(s, name, v)
		}
	}
	if !maps.Equal(given, r.Given) {
		r = pipeline.Reading{Given: given}
	}
	return r, true
}

// left returns what a write left in a field of its side; false where it cannot tell this from an edit that somebody
// made meanwhile.
func (b *batch) left(j *job, name string) (pipeline.Value, bool) {
	for i, f := range b.cycle.Definition.Fields {
		if _, sent := j.m.Fields[name]; f.Fields[j.side] == name && (sent || j.m.Kind == pipeline.Create && f.Writes[j.side]) {
			return b.confirmed(j, i), true
		}
	}
	if r := j.receipt.Record; r != nil && (j.receipt.Alone || j.m.Kind == pipeline.Create) {
		v, read := r.Fields[name]
		return v, read
	}
	return pipeline.Value{}, false
}

// readings returns what the expressions of both sides will have been given once j took effect, of the fields that it
// writes.
func (b *batch) readings(j *job) [2]pipeline.Readings {
	var all [2]pipeline.Readings
	for i, f := range b.cycle.Definition.Fields {
		d := decisionOn(j.item, f.Name)
		if d == nil || !d.Writes[j.side] && j.m.Kind != pipeline.Create {
			continue
		}
		for _, s := range pipeline.Sides() {
			var own *job
			if s == j.side {
				own = j
			}
			if r, reads := b.reading(j.item, own, s, i, d); reads {
				if all[s] == nil {
					all[s] = pipeline.Readings{}
				}
				all[s][f.Name] = r
			}
		}
	}
	return all
}

// reverted brings what an undo wrote to a side into the readings there: it counts as agreed, so that nothing is
// worked out anew because of it (docs/adr/0010). What moved before and was not followed yet stays to be followed.
func reverted(link *pipeline.Link, s pipeline.Side, c *pipeline.Cycle, m *pipeline.Mutation) {
	for name, r := range link.Read[s] {
		given := maps.Clone(r.Given)
		for field, v := range m.Fields {
			if d, read := given[field]; read && d == c.DigestOn(s, field, m.Before[field]) {
				given[field] = c.DigestOn(s, field, v)
			}
		}
		if !maps.Equal(given, r.Given) {
			link.Read[s][name] = pipeline.Reading{Given: given}
		}
	}
}
