package resolve

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// pairless decides a record without a link: it is made on the other side.
func pairless(c *pipeline.Cycle, it *pipeline.Item) {
	from := pipeline.Left
	if it.Records[from] == nil {
		from = pipeline.Right
	}
	to := from.Other()
	switch {
	case it.Records[from] == nil:
		it.LeftOut = "not there any more"
		return
	case it.Keys[to] != "":
		it.Fail(&pipeline.Error{
			Code: pipeline.CodeStale, Class: pipeline.Stale,
			Message: fmt.Sprintf("the partner %s on %s is gone", it.Keys[to], c.Definition.Sources[to]),
		})
		return
	case !c.Definition.Creates[to]:
		it.LeftOut = "the direction makes no records on " + c.Definition.Sources[to]
		return
	}
	makeAnew(c, it, from, "not on "+c.Definition.Sources[to]+" yet", "")
}

// makeAnew decides that a record is made on the other side of the one that has it.
func makeAnew(c *pipeline.Cycle, it *pipeline.Item, from pipeline.Side, rule, by string) {
	to := from.Other()
	it.Decisions = append(it.Decisions, pipeline.Decision{
		Verdict: pipeline.Taking(from), Rule: rule, By: by, Writes: sides(to),
	})
	for i, f := range c.Definition.Fields {
		d := pipeline.Decision{Field: f.Name, Verdict: pipeline.Taking(from), Rule: "new record"}
		d.Values[from], d.After[from] = it.Own[from][i], it.Own[from][i]
		if f.Writes[to] && it.Carried[to][i] != nil {
			d.After[to], d.Writes = *it.Carried[to][i], sides(to)
		} else {
			d.Verdict = pipeline.Hold
		}
		it.Decisions = append(it.Decisions, d)
	}
}

// oneSided decides a linked pair of which a record is not there.
func oneSided(c *pipeline.Cycle, it *pipeline.Item) {
	missing := pipeline.Left
	if it.Records[missing] != nil {
		missing = pipeline.Right
	}
	survivor := missing.Other()
	if it.Records[survivor] == nil {
		survivorless(it)
		return
	}
	open := it.Open[""]
	if !it.Proven[missing] && open.Resolution == nil {
		return // Invariant 5: not found is not gone; the full passes decide
	}
	d := edits(c, it, survivor)
	switch r := open.Resolution; {
	case r != nil && r.Seen[0].Equal(d.Values[0]) && r.Seen[1].Equal(d.Values[1]):
		settleRecord(c, it, missing, d, *r)
	case it.Link.Gone[missing] && !carries(c, survivor):
		// The survivor lives on by itself.
	case !d.Values[survivor].IsNull():
		it.Decisions = append(it.Decisions, d) // Invariant 6: a removal against an edit is a conflict
	case !it.Link.Gone[missing]:
		applyPolicy(c, it, missing)
	}
}

// survivorless decides a pair of which neither record was found.
func survivorless(it *pipeline.Item) {
	if it.Proven[pipeline.Left] && it.Proven[pipeline.Right] {
		it.Decisions = append(it.Decisions, pipeline.Decision{Verdict: pipeline.Agree, Rule: "removed on both sides"})
	}
}

// edits returns the conflict between a removal and the edits of the survivor. Base and Values of the
// survivor are objects of the fields that were edited; null if it is as it was.
func edits(c *pipeline.Cycle, it *pipeline.Item, survivor pipeline.Side) pipeline.Decision {
	missing := survivor.Other()
	d := pipeline.Decision{
		Verdict: pipeline.Wait, Conflict: true,
		Rule: fmt.Sprintf("removed on %s, edited on %s", c.Definition.Sources[missing], c.Definition.Sources[survivor]),
	}
	was, is := map[string]pipeline.Value{}, map[string]pipeline.Value{}
	for i, f := range c.Definition.Fields {
		if it.Records[survivor].Lacks(f.Fields[survivor]) {
			continue
		}
		if base, ok := it.Link.Base[survivor][f.Name]; ok && !base.Equal(it.Own[survivor][i]) {
			was[f.Name], is[f.Name] = base, it.Own[survivor][i]
		}
	}
	if len(is) > 0 {
		d.Base[survivor], d.Values[survivor] = pipeline.Object(was), pipeline.Object(is)
	}
	return d
}

// carries tells whether the removal of a record is carried over to its partner on that side.
func carries(c *pipeline.Cycle, to pipeline.Side) bool {
	return c.Definition.Deletes != pipeline.DeletesIgnore && c.Definition.Removes[to]
}

// applyPolicy carries a removal over to the survivor, by the `deletes` policy.
func applyPolicy(c *pipeline.Cycle, it *pipeline.Item, missing pipeline.Side) {
	survivor := missing.Other()
	d := pipeline.Decision{
		Verdict: pipeline.Taking(missing),
		Rule:    fmt.Sprintf("removed on %s; deletes = %q", c.Definition.Sources[missing], c.Definition.Deletes),
		Writes:  sides(survivor),
	}
	if !carries(c, survivor) {
		d.Verdict, d.Writes = pipeline.Hold, [2]bool{}
	}
	it.Decisions = append(it.Decisions, d)
}

// settleRecord carries out what somebody decided about a record that was removed here and edited there.
func settleRecord(c *pipeline.Cycle, it *pipeline.Item, missing pipeline.Side, d pipeline.Decision, r pipeline.Resolution) {
	survivor := missing.Other()
	switch {
	case r.Verdict == pipeline.Taking(missing) && c.Definition.Removes[survivor]:
		d.Verdict, d.Rule, d.By, d.Writes = r.Verdict, byHand, r.By, sides(survivor)
		it.Decisions = append(it.Decisions, d)
	case r.Verdict == pipeline.Taking(survivor) && c.Definition.Creates[missing]:
		makeAnew(c, it, survivor, byHand, r.By)
	default:
		d.Rule = "the direction does not allow what was decided by hand"
		it.Decisions = append(it.Decisions, d)
	}
}

// sides returns the set of one side.
func sides(s pipeline.Side) (set [2]bool) {
	set[s] = true
	return set
}
