package write

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// conflicts opens, updates and closes the conflicts of an item that was merged.
func (l *ledger) conflicts(it *pipeline.Item, link *pipeline.Link) {
	if it.Err != nil {
		return
	}
	waiting := map[string]bool{}
	for _, d := range it.Decisions {
		if d.Verdict == pipeline.Wait {
			waiting[d.Field] = true
			l.wait(it, link, d)
		}
	}
	if !merged(it) {
		return
	}
	for _, field := range slices.Sorted(maps.Keys(it.Open)) {
		if !waiting[field] {
			l.Close = append(l.Close, it.Open[field].ID)
			if d := decisionOn(it, field); d == nil || d.By == "" {
				l.event(it, link, pipeline.Event{Kind: "close", Note: "the conflict about " + label(field) + " ended by itself"})
			}
		}
	}
}

// merged tells whether the item was looked at whole, so that what is open and not decided has ended.
func merged(it *pipeline.Item) bool {
	return len(it.Decisions) > 0 || (it.Records[0] != nil && it.Records[1] != nil)
}

func (l *ledger) wait(it *pipeline.Item, link *pipeline.Link, d pipeline.Decision) {
	c, open := it.Open[d.Field]
	if open && c.Resolution == nil && c.Values[0].Equal(d.Values[0]) && c.Values[1].Equal(d.Values[1]) &&
		pipeline.SameComputed(c.Computed, d.Computed) && c.Rule == d.Rule {
		return
	}
	if !open {
		c = pipeline.Conflict{ID: shortID(string(link.ID), d.Field), Since: l.Now()}
		it.NewConflicts++
		l.event(it, link, pipeline.Event{Kind: "conflict", Rule: d.Rule, Fields: []pipeline.FieldChange{
			{Name: d.Field, Base: d.Base, Values: d.Values, Computed: d.Computed, Rule: d.Rule},
		}})
	}
	c.Link, c.Keys, c.Match, c.Field = link.ID, link.Keys, it.Match, d.Field
	c.Base, c.Values, c.Computed, c.Rule, c.Resolution = d.Base, d.Values, d.Computed, d.Rule, nil
	for _, s := range pipeline.Sides() {
		c.Times[s] = time.Time{}
		if it.Records[s] != nil {
			c.Times[s] = it.Records[s].Modified
		}
	}
	l.Conflicts = append(l.Conflicts, c)
}

// retryAfter is how long a record that failed n times waits.
func retryAfter(e *pipeline.Error, n int) time.Duration {
	if e.Class == pipeline.Stale && n <= 3 {
		return 0 // it only has to be decided anew
	}
	steps := []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}
	return steps[min(n, len(steps))-1]
}

// failed puts the item into quarantine, unless its error is one of the side's and not of the record's.
func (l *ledger) failed(it *pipeline.Item) {
	switch it.Err.Class {
	case pipeline.Permanent, pipeline.Stale:
	default:
		return
	}
	if l.cycle.Kind == pipeline.CycleUndo || (l.cycle.Kind != "" && it.Err.Class == pipeline.Stale) {
		return // whoever asked is told; the next ordinary cycle has nothing to try again
	}
	q := pipeline.Quarantined{ID: l.quarantineID(it), Since: l.Now()}
	fresh := true
	if it.Retry != nil && it.Retry.ID == q.ID {
		fresh = it.Retry.Code != it.Err.Code
		q = *it.Retry
	}
	q.Keys, q.Match = it.Keys, it.Match
	if it.Link != nil {
		q.Link = it.Link.ID
	}
	q.Code, q.Message, q.Remedy = it.Err.Code, it.Err.Error(), pipeline.RemedyOf(it.Err)
	q.Attempts++
	q.Last = l.Now()
	q.NextTry = q.Last.Add(retryAfter(it.Err, q.Attempts))
	for _, s := range pipeline.Sides() {
		q.Seen[s] = ""
		if r := it.Records[s]; r != nil && r.Settled {
			q.Seen[s] = r.Stamp
		}
	}
	l.Failed = append(l.Failed, q)
	if fresh {
		l.event(it, it.Link, pipeline.Event{Kind: "quarantine", Note: string(q.Code) + ": " + q.Message})
	}
}

// heal ends whatever quarantine knows of the item's records.
func (l *ledger) heal(it *pipeline.Item) {
	if it.Retry == nil {
		return
	}
	l.Healed = append(l.Healed, it.Retry.ID)
	for _, s := range pipeline.Sides() {
		if it.Keys[s] != "" {
			if id := l.idOf(s, it.Keys[s]); id != it.Retry.ID {
				l.Healed = append(l.Healed, id)
			}
		}
	}
	l.event(it, it.Link, pipeline.Event{Kind: "release", Note: string(it.Retry.Code) + " is over"})
}

// quarantineID is the same each time for the same record.
func (l *ledger) quarantineID(it *pipeline.Item) string {
	if it.Retry != nil {
		return it.Retry.ID
	}
	for _, s := range pipeline.Sides() {
		if it.Keys[s] != "" {
			return l.idOf(s, it.Keys[s])
		}
	}
	return l.NewID()
}

func (l *ledger) idOf(s pipeline.Side, key pipeline.Key) string {
	return shortID(l.cycle.Definition.Name, l.cycle.Definition.Sources[s], string(key))
}

// shortID is short enough to type and the same for the same parts.
func shortID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

func label(field string) string {
	if field == "" {
		return "the record"
	}
	return field
}
