package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// undone is what a cycle wrote to one pair, on its way back.
type undone struct {
	*run
	rule, by string
	events   []pipeline.Event // oldest first
	item     *pipeline.Item
	back     []back
	refused  []refusal
}

// refusal is why something that a cycle wrote to one side stays.
type refusal struct {
	side pipeline.Side
	why  string
}

// back is a field of one side that is to go back to what it held.
type back struct {
	field         int // index of Definition.Fields
	side          pipeline.Side
	before, after pipeline.Value // what it held before the cycle, and what the cycle left
}

// decide sets the item's decisions and mutations, by what both sides hold now.
func (u *undone) decide(it *pipeline.Item) {
	u.item = it
	it.Retry, it.Open = nil, nil // the next ordinary cycle sees to these
	if it.Err != nil || it.Link == nil {
		it.Err = nil
		u.unpaired()
		return
	}
	for _, s := range pipeline.Sides() {
		if r := it.Records[s]; r != nil {
			it.Own[s] = u.cycle.OwnValues(s, r)
			// Invariant 4: only the undone fields are looked at here, so the record is not handled.
			r.Settled = false
		}
	}
	for _, e := range u.events {
		u.event(e)
	}
	for i := range u.Definition.Fields {
		u.field(i)
	}
}

// unpaired refuses all that was written to a pair which is none any more.
func (u *undone) unpaired() {
	for _, e := range u.events {
		if e.Kind == string(pipeline.Delete) {
			u.deleted(*e.Side)
			return
		}
	}
	u.refuse(*u.events[0].Side, "the two records are not paired any more")
}

func (u *undone) deleted(side pipeline.Side) {
	u.refuse(side, "it was deleted from "+u.Definition.Sources[side]+", which cannot be undone")
}

// event notes what one write did.
func (u *undone) event(e pipeline.Event) {
	side := *e.Side
	source := u.Definition.Sources[side]
	switch {
	case e.Kind == string(pipeline.Delete):
		u.deleted(side)
	case u.item.Records[side] == nil:
		u.refuse(side, fmt.Sprintf("%s is gone from %s", u.item.Keys[side], source))
	case e.Kind == string(pipeline.Create):
		u.archive(side)
	case e.Kind == string(pipeline.Archive) && len(e.Fields) == 0:
		u.refuse(side, "it was archived on "+source+"; no field of the mapping can bring it back")
	default:
		u.changes(side, e.Fields)
	}
}

// changes notes fields that were written. Of several writes of one field the first knows what it held
// before, the last what was left.
func (u *undone) changes(side pipeline.Side, fields []pipeline.FieldChange) {
	for _, c := range fields {
		at := slices.IndexFunc(u.Definition.Fields, func(f pipeline.MappedField) bool { return f.Name == c.Name })
		if at < 0 {
			u.refuse(side, c.Name+" is not in the mapping any more")
			continue
		}
		known := slices.IndexFunc(u.back, func(b back) bool { return b.field == at && b.side == side })
		if known >= 0 {
			u.back[known].after = c.After
			continue
		}
		u.back = append(u.back, back{field: at, side: side, before: c.Before, after: c.After})
	}
}

// archive takes back a creation, if nobody touched the record since.
func (u *undone) archive(side pipeline.Side) {
	source := u.Definition.Sources[side]
	if !u.Definition.Removes[side] {
		u.refuse(side, "it was made on "+source+", where the direction removes nothing")
		return
	}
	m := &pipeline.Mutation{Kind: pipeline.Remove, Removal: pipeline.Archive, Before: pipeline.Values{}, Revert: true}
	for i, f := range u.Definition.Fields {
		own := u.item.Own[side][i]
		if base, ok := u.item.Link.Base[side][f.Name]; !ok || !base.Equal(own) {
			u.refuse(side, fmt.Sprintf("it was made on %s and edited since: %s", source, u.since(f.Name, side, base, own)))
			return
		}
		m.Before[f.Fields[side]] = own
	}
	u.item.Mutations[side] = m
	d := pipeline.Decision{Verdict: pipeline.Revert, Rule: u.rule, By: u.by}
	d.Writes[side] = true
	u.item.Decisions = append(u.item.Decisions, d)
}

// field decides one field, of both sides at once.
func (u *undone) field(i int) {
	f, it := u.Definition.Fields[i], u.item
	d := pipeline.Decision{Field: f.Name, Verdict: pipeline.Revert, Rule: u.rule, By: u.by}
	for _, s := range pipeline.Sides() {
		d.Base[s] = it.Link.Base[s][f.Name]
		d.Values[s] = d.Base[s]
		if it.Own[s] != nil {
			d.Values[s] = it.Own[s][i]
		}
		d.After[s] = d.Values[s]
	}
	for _, b := range u.back {
		if b.field != i || d.Values[b.side].Equal(b.before) {
			continue
		}
		if why := u.obstacle(b, d); why != "" {
			u.refuse(b.side, why)
			return
		}
		d.After[b.side], d.Writes[b.side] = b.before, true
	}
	if d.Writes == [2]bool{} {
		return
	}
	it.Decisions = append(it.Decisions, d)
	for _, s := range pipeline.Sides() {
		if !d.Writes[s] {
			continue
		}
		if it.Mutations[s] == nil {
			it.Mutations[s] = &pipeline.Mutation{Kind: pipeline.Update, Fields: pipeline.Values{}, Before: pipeline.Values{}, Revert: true}
		}
		it.Mutations[s].Fields[f.Fields[s]], it.Mutations[s].Before[f.Fields[s]] = d.After[s], d.Values[s]
	}
}

// obstacle tells why a field stays as it is; "" if nothing changed since the cycle wrote it.
func (u *undone) obstacle(b back, d pipeline.Decision) string {
	f, other := u.Definition.Fields[b.field], b.side.Other()
	switch {
	case !d.Values[b.side].Equal(b.after):
		return u.since(f.Name, b.side, b.after, d.Values[b.side])
	case !d.Values[other].Equal(d.Base[other]):
		return u.since(f.Name, other, d.Base[other], d.Values[other])
	case len(u.reread(b.field, other)) > 0:
		return fmt.Sprintf("%s on %s, which %s is computed from, changed since", strings.Join(u.reread(b.field, other), " and "), u.Definition.Sources[other], f.Name)
	case !f.Writes[b.side]:
		return fmt.Sprintf("the direction of %s lets nothing through to %s any more", f.Name, u.Definition.Sources[b.side])
	case f.Image && !b.before.IsNull():
		return fmt.Sprintf("%s replaced an image on %s (%s), of which Tandem keeps no copy", f.Name, u.Definition.Sources[b.side], inShort(b.before))
	}
	return ""
}

// reread returns what the expression of a field reads of a side and what has moved since both agreed: the field is about
// to be computed anew.
func (u *undone) reread(field int, from pipeline.Side) []string {
	r := u.item.Records[from]
	if r == nil {
		return nil
	}
	return u.cycle.Agreed(u.item.Link, from, field).Moved(u.cycle.Readings(from, r)[u.Definition.Fields[field].Name])
}

func (u *undone) refuse(side pipeline.Side, why string) {
	u.refused = append(u.refused, refusal{side, why})
}
