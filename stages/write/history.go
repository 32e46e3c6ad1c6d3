package write

import "github.com/tandem-sync/tandem/pipeline"

// event adds a line to the history.
func (l *ledger) event(it *pipeline.Item, link *pipeline.Link, e pipeline.Event) {
	e.At, e.Cycle, e.Keys, e.Match = l.Now(), l.cycle.ID, it.Keys, it.Match
	l.asked(&e)
	if link != nil {
		e.Link, e.Keys = link.ID, link.Keys
	}
	l.History = append(l.History, e)
}

// asked notes who asked for the cycle, where the event is nobody else's.
func (b *batch) asked(e *pipeline.Event) {
	if e.By == "" {
		e.By = b.cycle.By
	}
	if e.Note == "" {
		e.Note = b.cycle.Note
	}
}

// history tells what was written and what was agreed.
//
// Invariant 6 (no silent loss): each field that was written keeps the base and what both sides held, so
// the value that lost can be read here.
func (l *ledger) history(it *pipeline.Item, link *pipeline.Link, jobs *[2]*job) {
	if it.Link == nil && created(jobs) == nil {
		l.event(it, link, pipeline.Event{Kind: "link", Rule: "paired by match"})
	}
	for _, s := range pipeline.Sides() {
		if it.Link != nil && it.Link.Gone[s] && !link.Gone[s] && it.Records[s] != nil {
			l.event(it, link, pipeline.Event{Kind: "link", Rule: "came back on " + l.cycle.Definition.Sources[s]})
		}
		if j := jobs[s]; j != nil && j.done {
			e := l.written(j, func(i int) pipeline.Value { return l.confirmed(j, i) })
			e.Fields = append(e.Fields, l.archived(it, j, e.Rule)...)
			e.Note = j.changes(e.Note)
			l.event(it, link, e)
		}
	}
	l.tellMoves(it, link)
	for _, d := range it.Decisions {
		switch {
		case d.Field == "" && d.Verdict == pipeline.Agree:
			l.event(it, link, pipeline.Event{Kind: "unlink", Rule: d.Rule})
		case d.Verdict == pipeline.Agree && it.Link != nil && (d.By != "" || !d.Base[0].Equal(d.Values[0]) && !d.Base[1].Equal(d.Values[1])):
			l.event(it, link, pipeline.Event{Kind: "agree", Rule: d.Rule, By: d.By, Fields: []pipeline.FieldChange{
				{Name: d.Field, Base: d.Base, Values: d.Values, Computed: d.Computed, Rule: d.Rule},
			}})
		}
	}
}

// written tells one write; after gives what a field, by index, is on the side written.
func (b *batch) written(j *job, after func(i int) pipeline.Value) pipeline.Event {
	side := j.side
	e := pipeline.Event{Kind: string(j.m.Kind), Side: &side, Cycle: b.cycle.ID, Keys: j.item.Keys, Match: j.item.Match}
	if j.item.Link != nil {
		e.Link = j.item.Link.ID
	}
	if j.m.Kind == pipeline.Remove {
		e.Kind = string(j.m.Removal)
	}
	for i, f := range b.cycle.Definition.Fields {
		d := decisionOn(j.item, f.Name)
		if d == nil || !d.Writes[side] {
			continue
		}
		v := after(i)
		if j.m.Kind == pipeline.Create && v.IsNull() {
			continue
		}
		e.Fields = append(e.Fields, pipeline.FieldChange{
			Name: f.Name, Base: d.Base, Values: d.Values, Computed: d.Computed, Before: d.Values[side], After: v, Rule: d.Rule,
		})
		if d.By != "" {
			e.By = d.By
		}
	}
	if d := decisionOn(j.item, ""); d != nil {
		e.Rule, e.By = d.Rule, d.By
	}
	b.asked(&e)
	return e
}

// archived returns what archiving changed of the mapped fields, by which it can be taken back.
func (l *ledger) archived(it *pipeline.Item, j *job, rule string) (changes []pipeline.FieldChange) {
	if j.m.Removal != pipeline.Archive || j.receipt.Record == nil || it.Link == nil {
		return nil
	}
	for i, v := range l.cycle.OwnValues(j.side, j.receipt.Record) {
		name := l.cycle.Definition.Fields[i].Name
		before, known := it.Link.Base[j.side][name]
		if !known || before.Equal(v) {
			continue
		}
		c := pipeline.FieldChange{Name: name, Base: baseOf(it.Link, name), Before: before, After: v, Rule: rule}
		c.Values = c.Base
		changes = append(changes, c)
	}
	return changes
}

func baseOf(l *pipeline.Link, name string) [2]pipeline.Value {
	return [2]pipeline.Value{l.Base[pipeline.Left][name], l.Base[pipeline.Right][name]}
}

// unclear is the note of a write of which only the intent is known.
const unclear = "the answer was lost and the record holds something else by now: somebody edited it since, or it took no effect"
