package engine

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// target makes the cycle one of only what webhooks named, where that is enough. It is not where a call said that
// anything may have changed, and not while a brake holds back what an ordinary cycle found: only such a one
// shows the same again, which it must before the brake is released or what was approved passes. Nor is it where
// variants are linked.
//
// Invariant 3: a parent may have to be paired by variants that no call named, and would be made twice without them.
//
// Such a cycle goes through the same stages and brakes, and moves no cursor.
func (r *run) target() {
	c := r.cycle
	if c.DryRun || c.Full {
		return // everything is looked at anyway
	}
	any := false
	for _, s := range pipeline.Sides() {
		c.Hints[s] = slices.DeleteFunc(slices.Clone(r.opt.Hints[s]), func(h pipeline.Hint) bool { return h == pipeline.AnyRecord })
		any = any || len(c.Hints[s]) < len(r.opt.Hints[s])
	}
	if any || r.Definition.Family.Parent != "" || len(c.Hints[pipeline.Left])+len(c.Hints[pipeline.Right]) == 0 || r.engaged != nil && !r.engaged.Full {
		return
	}
	c.Targeted, r.report.Kind = true, pipeline.CycleHooks
}
