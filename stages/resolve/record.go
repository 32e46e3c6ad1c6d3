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
	if !it.Proven[missing] {
		return // Invariant 5: not found is not gone; the full passes decide
	}
	if open, ok := it.Open[""]; ok && open.Resolution != nil {
		settleRecord(c, it, missing, *open.Resolution)
		return
	}
	if edited(c, it, survivor) {
		it.Decisions = append(it.Decisions, pipeline.Decision{
			Verdict: pipeline.Wait, Conflict: true,
			Rule: fmt.Sprintf("removed on %s, edited on %s", c.Definition.Sources[missing], c.Definition.Sources[survivor]),
		})
		return
	}
	if !it.Link.Gone[missing] {
		applyPolicy(c, it, missing)
	}
}

// survivorless decides a pair of which neither record was found.
func survivorless(it *pipeline.Item) {
	if it.Proven[pipeline.Left] && it.Proven[pipeline.Right] {
		it.Decisions = append(it.Decisions, pipeline.Decision{Verdict: pipeline.Agree, Rule: "removed on both sides"})
	}
}

// edited tells whether the survivor differs from its base.
func edited(c *pipeline.Cycle, it *pipeline.Item, survivor pipeline.Side) bool {
	for i, f := range c.Definition.Fields {
		if base, ok := it.Link.Base[survivor][f.Name]; ok && !base.Equal(it.Own[survivor][i]) {
			return true
		}
	}
	return false
}

// applyPolicy carries a removal over to the survivor, by the `deletes` policy.
func applyPolicy(c *pipeline.Cycle, it *pipeline.Item, missing pipeline.Side) {
	survivor := missing.Other()
	d := pipeline.Decision{
		Verdict: pipeline.Taking(missing),
		Rule:    fmt.Sprintf("removed on %s; deletes = %q", c.Definition.Sources[missing], c.Definition.Deletes),
		Writes:  sides(survivor),
	}
	if c.Definition.Deletes == pipeline.DeletesIgnore || !c.Definition.Removes[survivor] {
		d.Verdict, d.Writes = pipeline.Hold, [2]bool{}
	}
	it.Decisions = append(it.Decisions, d)
}

// settleRecord carries out what somebody decided about a record that was removed here and edited there.
func settleRecord(c *pipeline.Cycle, it *pipeline.Item, missing pipeline.Side, r pipeline.Resolution) {
	survivor := missing.Other()
	switch {
	case r.Verdict == pipeline.Taking(missing) && c.Definition.Removes[survivor]:
		it.Decisions = append(it.Decisions, pipeline.Decision{
			Verdict: r.Verdict, Conflict: true, Rule: "settled by hand", By: r.By, Writes: sides(survivor),
		})
	case r.Verdict == pipeline.Taking(survivor) && c.Definition.Creates[missing]:
		makeAnew(c, it, survivor, "settled by hand", r.By)
	default:
		it.Decisions = append(it.Decisions, pipeline.Decision{
			Verdict: pipeline.Wait, Conflict: true, Rule: "the direction does not allow what was decided by hand",
		})
	}
}

// sides returns the set of one side.
func sides(s pipeline.Side) (set [2]bool) {
	set[s] = true
	return set
}
