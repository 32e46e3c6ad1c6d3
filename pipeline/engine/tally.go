package engine

import "github.com/tandem-sync/tandem/pipeline"

// tally counts what a cycle has decided.
type tally struct {
	items, errors int
	due           pipeline.BlastRadius // all of it
	beyond        pipeline.BlastRadius // without what was approved
}

func (t *tally) add(d *pipeline.Definition, approved pipeline.Fingerprints, it *pipeline.Item) {
	t.items++
	if it.Err != nil {
		t.errors++
		return
	}
	for _, d := range it.Decisions {
		if d.Verdict == pipeline.Wait {
			t.due.Conflicts++
		}
	}
	var due, beyond pipeline.BlastRadius
	for _, s := range pipeline.Sides() {
		m := it.Mutations[s]
		if m == nil {
			continue
		}
		count(&due, d, it, s)
		if !approved.Holds(pipeline.MutationPrint(s, it.Keys, m)) {
			count(&beyond, d, it, s)
		}
	}
	sum(&t.due, due)
	sum(&t.beyond, beyond)
}

// count adds one mutation of an item to n. A record that is updated on both sides counts once.
func count(n *pipeline.BlastRadius, d *pipeline.Definition, it *pipeline.Item, s pipeline.Side) {
	switch it.Mutations[s].Kind {
	case pipeline.Create:
		n.Creates++
	case pipeline.Remove:
		n.Removals++
	case pipeline.Update:
		n.Updates = 1
	}
	for _, decision := range it.Decisions {
		f, _ := d.Field(decision.Field)
		if f.Image && decision.Writes[s] && it.Mutations[s].Kind == pipeline.Update && decision.After[s].IsNull() && !decision.Values[s].IsNull() {
			n.Images++
		}
		if f.Stock && decision.Writes[s] && isZero(decision.After[s]) && !isZero(decision.Values[s]) {
			n.ZeroedStock++
		}
	}
}

// isZero: no quantity at all counts as zero too.
func isZero(v pipeline.Value) bool {
	return v.IsNull() || v.Kind() == pipeline.KindNumber && v.AsNumber().IsZero()
}

func sum(t *pipeline.BlastRadius, n pipeline.BlastRadius) {
	t.Updates += n.Updates
	t.Creates += n.Creates
	t.Removals += n.Removals
	t.ZeroedStock += n.ZeroedStock
	t.Images += n.Images
}
