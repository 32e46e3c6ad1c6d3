package write

import (
	"context"
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
)

// ledger collects what the batch learned.
type ledger struct {
	*batch
	pipeline.Commit
	byItem map[*pipeline.Item]*[2]*job
}

// commit stores what the batch learned, atomically.
func (b *batch) commit(ctx context.Context) error {
	l := &ledger{batch: b, byItem: map[*pipeline.Item]*[2]*job{}}
	for _, side := range pipeline.Sides() {
		for _, j := range b.jobs[side] {
			if l.byItem[j.item] == nil {
				l.byItem[j.item] = &[2]*job{}
			}
			l.byItem[j.item][side] = j
		}
	}
	for _, it := range b.items {
		l.item(it)
	}
	return b.State.Commit(ctx, l.Commit)
}

func (l *ledger) item(it *pipeline.Item) {
	jobs := l.byItem[it]
	if jobs == nil {
		jobs = &[2]*job{}
	}
	for _, j := range jobs {
		if j != nil {
			l.settleIntent(it, j)
		}
	}
	switch {
	case it.Err != nil:
		l.failed(it)
		if it.Link == nil && !it.Wrote[0] && !it.Wrote[1] {
			l.unlinked(it, string(it.Err.Code))
			return
		}
	case it.LeftOut != "" && it.Link == nil:
		l.unlinked(it, it.LeftOut)
		l.heal(it)
		return
	default:
		l.heal(it)
	}
	if link := l.advance(it, jobs); link != nil {
		l.Links = append(l.Links, link)
	}
}

// settleIntent notes how a job ended. An intent whose outcome is unknown stays: Invariant 3.
func (l *ledger) settleIntent(it *pipeline.Item, j *job) {
	if j.done {
		it.Wrote[j.side] = true
		l.Intents = append(l.Intents, j.intent.ID)
		return
	}
	if j.err == nil {
		j.err = &pipeline.Error{Code: pipeline.CodeConnectionLost, Class: pipeline.Transient, Message: "it was not sent"}
	}
	it.Fail(j.err)
	if j.unclear {
		event := j.intent.Event
		event.Note = unclear
		l.History = append(l.History, event)
	}
	unknown := j.err.Class == pipeline.Transient || j.err.Class == pipeline.RateLimited || j.err.MaybeDone
	if !unknown && j.intent.ID != "" {
		l.Intents = append(l.Intents, j.intent.ID)
	}
}

// unlinked remembers the records of an item that has no link, so that a later partner finds them.
func (l *ledger) unlinked(it *pipeline.Item, why string) {
	for _, s := range pipeline.Sides() {
		switch r := it.Records[s]; {
		case it.Keys[s] == "":
		case r == nil:
			l.Forget[s] = append(l.Forget[s], it.Keys[s])
		default:
			u := pipeline.Unlinked{Side: s, Key: it.Keys[s], Match: it.MatchText[s], Why: why, Partner: it.Keys[s.Other()]}
			if it.Err == nil && r.Settled {
				u.Seen = r.Stamp
			}
			l.Unlinked = append(l.Unlinked, u)
		}
	}
}

// advance returns the item's link as it now is, nil when nothing about it changed.
func (l *ledger) advance(it *pipeline.Item, jobs *[2]*job) *pipeline.Link {
	link := l.start(it, jobs)
	if link == nil {
		return nil
	}
	before := it.Link
	if it.LeftOut == "" {
		l.remember(it, link)
		if dropped := l.removed(it, link, jobs); dropped {
			return nil
		}
		l.rebase(it, link, jobs)
		l.conflicts(it, link)
		l.history(it, link, jobs)
	}
	look(it, link, jobs)
	l.lookAgain(link)
	link.Outside = it.LeftOut != "" || link.Outside && it.Err != nil // Invariant 4: what took no part was not handled
	if before != nil && same(before, link) {
		return nil
	}
	link.Updated = l.Now()
	if before == nil {
		link.Created = link.Updated
	}
	for _, s := range pipeline.Sides() {
		if before == nil || before.Keys[s] != link.Keys[s] {
			l.Forget[s] = append(l.Forget[s], link.Keys[s])
		}
	}
	return link
}

// start returns a copy of the item's link, or a new one for a pair that was found or made.
func (l *ledger) start(it *pipeline.Item, jobs *[2]*job) *pipeline.Link {
	if it.Link != nil {
		link := *it.Link
		for _, s := range pipeline.Sides() {
			if link.Base[s] = maps.Clone(link.Base[s]); link.Base[s] == nil {
				link.Base[s] = pipeline.Values{}
			}
			if link.Read[s] = maps.Clone(link.Read[s]); link.Read[s] == nil {
				link.Read[s] = pipeline.Readings{}
			}
			if it.Keys[s] != "" {
				link.Keys[s] = it.Keys[s] // another one for a record that came back under a new key
			}
			if j := jobs[s]; j != nil && j.done && j.m.Kind == pipeline.Create {
				link.Keys[s] = j.receipt.Key
			}
		}
		return &link
	}
	link := &pipeline.Link{Keys: it.Keys, Base: [2]pipeline.Values{{}, {}}, Read: [2]pipeline.Readings{{}, {}}}
	for _, s := range pipeline.Sides() {
		if j := jobs[s]; j != nil && j.done && j.m.Kind == pipeline.Create {
			link.ID, link.Keys[s] = j.intent.Link, j.receipt.Key
		}
	}
	if link.Keys[0] == "" || link.Keys[1] == "" {
		return nil
	}
	if link.ID == "" {
		link.ID = pipeline.LinkID(l.NewID())
	}
	return link
}

// removed brings removals and absences into the link; true means that the link is dropped.
func (l *ledger) removed(it *pipeline.Item, link *pipeline.Link, jobs *[2]*job) (dropped bool) {
	for _, s := range pipeline.Sides() {
		made := jobs[s] != nil && jobs[s].done && jobs[s].m.Kind == pipeline.Create
		switch {
		case it.Records[s] != nil || made:
			link.Missing[s] = ""
			link.Gone[s] = link.Gone[s] && it.Err != nil // until all that its coming back means is written
		case it.Absent[s] && link.Missing[s] == "":
			link.Missing[s] = l.cycle.ID
		}
	}
	if it.Err != nil {
		return false
	}
	for _, d := range it.Decisions {
		if d.Field != "" || it.Link == nil {
			continue
		}
		switch d.Verdict {
		case pipeline.Agree:
			return l.drop(it, link, jobs)
		case pipeline.TakeLeft, pipeline.TakeRight:
			gone := pipeline.Left
			if d.Verdict == pipeline.TakeRight {
				gone = pipeline.Right
			}
			j := jobs[gone.Other()]
			if j == nil || j.m.Kind != pipeline.Remove {
				continue
			}
			if j.m.Removal == pipeline.Delete {
				return l.drop(it, link, jobs)
			}
			link.Gone[gone] = true
			l.rebaseArchived(link, j)
		case pipeline.Revert:
			for _, j := range jobs {
				if j != nil && j.done && j.m.Kind == pipeline.Remove {
					l.rebaseArchived(link, j)
				}
			}
		case pipeline.Hold:
			for _, s := range pipeline.Sides() {
				link.Gone[s] = link.Gone[s] || it.Proven[s]
			}
		}
	}
	return false
}

// rebaseArchived moves the base of a record that was archived to what it holds since.
func (l *ledger) rebaseArchived(link *pipeline.Link, j *job) {
	if j.receipt.Record == nil {
		return
	}
	for i, v := range l.cycle.OwnValues(j.side, j.receipt.Record) {
		link.Base[j.side][l.cycle.Definition.Fields[i].Name] = v
	}
	for name, reading := range l.cycle.Readings(j.side, j.receipt.Record) {
		link.Read[j.side][name] = reading
	}
}

func (l *ledger) drop(it *pipeline.Item, link *pipeline.Link, jobs *[2]*job) bool {
	l.Drop = append(l.Drop, link.ID)
	for _, c := range it.Open {
		l.Close = append(l.Close, c.ID)
	}
	l.history(it, link, jobs)
	return true
}

// rebase moves the base of every field whose decision is carried out.
//
// Invariant 2: what a write left behind is taken from the read back, never from what was sent. Where
// the endpoint cannot vouch that nobody edited the record in between, a field that differs from what
// was sent keeps what was sent as its base, so that the difference is noticed as an edit.
func (l *ledger) rebase(it *pipeline.Item, link *pipeline.Link, jobs *[2]*job) {
	for _, j := range jobs {
		if j != nil && j.done && j.m.Revert {
			reverted(link, j.side, l.cycle, j.m)
		}
	}
	for i, f := range l.cycle.Definition.Fields {
		d := decisionOn(it, f.Name)
		created := created(jobs)
		if d != nil && d.Verdict == pipeline.Wait && it.Link != nil && it.Link.Gone != [2]bool{} {
			// What a record that came back has in common with its partner is for people to say.
			delete(link.Base[0], f.Name)
			delete(link.Base[1], f.Name)
		}
		if d == nil || d.Verdict == pipeline.Wait || (d.Verdict == pipeline.Hold && created == nil) {
			continue
		}
		var base [2]pipeline.Value
		ok := true
		for _, s := range pipeline.Sides() {
			base[s] = d.Values[s]
			j := jobs[s]
			switch {
			case d.Writes[s] && (j == nil || !j.done):
				ok = false
			case d.Writes[s] || (created != nil && created.side == s):
				base[s] = l.confirmed(j, i)
				ok = ok && !(j.lookalike && d.Writes[s] && !l.holds(j, i, base[s])) // new to the pair, see recovered
				ok = ok && !(d.Writes[s] && j.ignored(f.Fields[s]))
			}
		}
		if ok {
			link.Base[0][f.Name], link.Base[1][f.Name] = base[0], base[1]
			for _, s := range pipeline.Sides() {
				if r, reads := l.reading(it, jobs[s], s, i, d); reads {
					link.Read[s][f.Name] = r
				}
			}
			if it.Link != nil && created == nil {
				link.Takes = l.takes(it, link.Takes, d)
			}
		}
	}
}

// takes notes what a field has taken; one that somebody settled counts anew.
func (l *ledger) takes(it *pipeline.Item, t pipeline.Takes, d *pipeline.Decision) pipeline.Takes {
	switch {
	case it.Open[d.Field].Resolution != nil:
		return t.Without(d.Field)
	case d.Writes == [2]bool{} || d.Verdict != pipeline.TakeLeft && d.Verdict != pipeline.TakeRight:
		return t
	}
	return t.With(d.Field, pipeline.TakeOf(l.cycle.Started, d.After[pipeline.Left]))
}

// confirmed returns what field i is on the side that j wrote.
func (b *batch) confirmed(j *job, i int) pipeline.Value {
	f := b.cycle.Definition.Fields[i]
	name := f.Fields[j.side]
	sent := b.canonical(j.side, name, j.m.Fields[name]) // an empty field of a new record is not sent at all
	if j.receipt.Record == nil {
		return sent
	}
	held, read := j.receipt.Record.Fields[name]
	if !read {
		return sent
	}
	held = b.canonical(j.side, name, held)
	// What a record lacks was not written: a variant has the title of its parent, whatever was sent.
	if !f.Writes[j.side] || j.receipt.Alone || j.held[name] || j.receipt.Record.Lacks(name) {
		return held
	}
	return sent
}

// holds tells whether the record that j read back holds v in field i.
func (l *ledger) holds(j *job, i int, v pipeline.Value) bool {
	name := l.cycle.Definition.Fields[i].Fields[j.side]
	return j.receipt.Record != nil && l.canonical(j.side, name, j.receipt.Record.Fields[name]).Equal(v)
}

// look sets the stamps: a side that was written, or read before its stamp was settled, is looked at
// again in the next cycle.
func look(it *pipeline.Item, link *pipeline.Link, jobs *[2]*job) {
	for _, s := range pipeline.Sides() {
		switch r := it.Records[s]; {
		case jobs[s] != nil || it.Err != nil:
			link.Seen[s] = ""
		case r == nil:
		case r.Settled:
			link.Seen[s] = r.Stamp
		default:
			link.Seen[s] = ""
		}
	}
}

// lookAgain lets the next cycle look at a pair whose parents were no pair yet.
func (l *ledger) lookAgain(link *pipeline.Link) {
	for _, i := range l.cycle.References() {
		if _, known := link.Base[pipeline.Left][l.cycle.Definition.Fields[i].Name]; !known {
			link.Seen = [2]string{}
		}
	}
}

func same(a, b *pipeline.Link) bool {
	return a.Keys == b.Keys && a.Seen == b.Seen && a.Outside == b.Outside && a.Missing == b.Missing && a.Gone == b.Gone &&
		maps.EqualFunc(a.Base[0], b.Base[0], pipeline.Value.Equal) &&
		maps.EqualFunc(a.Base[1], b.Base[1], pipeline.Value.Equal) &&
		a.Read[0].Equal(b.Read[0]) && a.Read[1].Equal(b.Read[1])
}

func decisionOn(it *pipeline.Item, field string) *pipeline.Decision {
	for i := range it.Decisions {
		if it.Decisions[i].Field == field {
			return &it.Decisions[i]
		}
	}
	return nil
}

func created(jobs *[2]*job) *job {
	for _, j := range jobs {
		if j != nil && j.m.Kind == pipeline.Create {
			return j
		}
	}
	return nil
}
