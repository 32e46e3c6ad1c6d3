package simulation

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// operators run Tandem: they change its configuration between two cycles, settle conflicts, and let pass
// what a brake stopped. Somebody also renames categories, which moves no date of any product.
type operators struct {
	*world
	versions int
	// carries are all transforms that the price ever had: a pair that nobody edits stays as an earlier
	// one made it.
	carries [][2]pipeline.Transform
	renamed bool
}

func (o *operators) act(ctx context.Context) error {
	if o.chance(15) {
		if err := o.reconfigure(ctx); err != nil {
			return err
		}
	}
	if o.chance(40) {
		if err := o.settleOne(ctx); err != nil {
			return err
		}
	}
	if o.chance(40) {
		if err := o.approve(ctx); err != nil {
			return err
		}
	}
	if o.shelves.IntN(100) < 30 {
		o.relabel()
	}
	if o.chance(10) {
		o.rename(pick(o.rand, pipeline.Left, pipeline.Right))
	}
	return nil
}

// reconfigure stops the process in an orderly way and starts it with another definition: other
// strategies, another transform, other limits.
func (o *operators) reconfigure(ctx context.Context) error {
	d := *o.def
	d.Fields = slices.Clone(d.Fields)
	o.versions++
	d.Hash = fmt.Sprintf("changed %d", o.versions)
	for i := range d.Fields {
		f := &d.Fields[i]
		if o.chance(30) {
			f.Strategy = o.strategy()
		}
		if f.Name == "price" && o.chance(50) {
			rate := pick(o.rand, "1.1", "1.2", "1")
			f.Carry = [2]pipeline.Transform{vat{rate, false}, vat{rate, true}}
			o.carries = append(o.carries, f.Carry)
		}
	}
	if o.chance(30) {
		o.limits = pick(o.rand, pipeline.Limits{}, pipeline.Limits{Updates: pipeline.CountLimit(1)},
			pipeline.Limits{Updates: pipeline.CountLimit(4), Deletes: pipeline.CountLimit(0)})
		d.Limits = o.limits
		if o.mutant.Brakes != nil {
			d.Limits = o.mutant.Brakes(d.Limits)
		}
	}
	o.def = &d
	o.stats.Reconfigured++
	if err := o.state.Close(); err != nil {
		return err
	}
	return o.start(ctx)
}

// settleOne settles a conflict as somebody at a terminal does: with a side, or with a third value.
func (o *operators) settleOne(ctx context.Context) error {
	conflicts, err := o.store.Conflicts(ctx)
	if err != nil {
		return err
	}
	conflicts = slices.DeleteFunc(conflicts, func(c pipeline.Conflict) bool { return c.Resolution != nil })
	if len(conflicts) == 0 {
		return nil
	}
	c := pick(o.rand, conflicts...)
	r := pipeline.Resolution{Verdict: pick(o.rand, pipeline.TakeLeft, pipeline.TakeRight), Seen: c.Values, Computed: c.Computed, By: "operator", At: o.now}
	switch c.Field {
	case "title", "price", "note":
		if o.chance(40) {
			r.Verdict, r.Value = pipeline.TakeValue, o.people.value(c.Field)
		}
	}
	o.stats.Settled++
	return o.store.Settle(ctx, c.ID, r)
}

// approve lets pass what is braked, if anything is.
func (o *operators) approve(ctx context.Context) error {
	b, err := o.store.Brake(ctx)
	if err != nil || b == nil || b.Approved != nil {
		return err
	}
	o.stats.Approved++
	_, err = o.engine.Approve(ctx, "operator")
	return err
}

func (o *operators) rename(s pipeline.Side) {
	names := [2][][2]string{
		{{"All/Shoes", "All/Boots"}, {"Tools", "Gear"}, {"All/Boots", "All/Shoes"}},
		{{"All / Shoes", "All / Boots"}, {"All / Tools", "All / Gear"}, {"All / Gear", "All / Tools"}},
	}
	from := pick(o.rand, names[s]...)
	if o.systems[s].RenamePath("category", from[0], from[1]) > 0 {
		o.stats.Renamed++
		o.renamed = true
		o.watch.look(s)
	}
}

// relabel renames a category of the left side, whose products hold it as a text: each of them is edited, all in
// one transaction.
func (o *operators) relabel() {
	all := o.systems[pipeline.Left].Snapshot()
	if len(all) == 0 {
		return
	}
	from := pick(o.shelves, all...).Fields["category"].AsText()
	if from == "" || from == "All" {
		return
	}
	to := fmt.Sprintf("%s %d", from, o.shelves.IntN(1000))
	tx := o.systems[pipeline.Left].Begin()
	edited := map[string]pipeline.Values{}
	busy := map[string]bool{}
	for _, l := range o.people.open {
		busy[l.uid] = true
	}
	f := schema(pipeline.Left).Fields["category"]
	r := pipeline.CategoryRename{From: pipeline.Text(from), To: pipeline.Text(to)}
	for _, p := range all {
		path, moved := r.Moves(f, p.Fields["category"])
		if uid := p.Fields["uid"].AsText(); moved && !busy[uid] {
			edited[uid] = pipeline.Values{"category": path}
			tx.Edit(p.Key, edited[uid])
		}
	}
	if tx.Commit() != nil {
		return
	}
	o.stats.Relabelled += len(edited)
	for _, uid := range slices.Sorted(maps.Keys(edited)) {
		o.people.remember(pipeline.Left, uid, edited[uid])
	}
}

func (o *operators) strategy() pipeline.Strategy {
	return pick(o.rand,
		pipeline.Strategy{}, pipeline.Strategy{}, pipeline.Strategy{Kind: pipeline.StrategyLatest},
		pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Left},
		pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Right})
}

// allowance is how many records a cycle may update and remove.
type allowance struct {
	limits   []pipeline.Limits
	approved pipeline.BlastRadius // that much comes on top
}

// allowance tells what the next cycle is held against: the limits of this definition, those of the last
// one that was handled if this is another, and what an operator approved.
func (o *operators) allowance(ctx context.Context) (a allowance, err error) {
	a.limits = []pipeline.Limits{o.limits}
	position, err := o.store.Position(ctx)
	if err != nil {
		return a, err
	}
	if position.Definition != "" && position.Definition != o.def.Hash {
		a.limits = append(a.limits, position.Limits)
	}
	b, err := o.store.Brake(ctx)
	if b != nil && b.Approved != nil {
		a.approved = b.Due
	}
	return a, err
}

// check is invariant 9: no cycle goes above its limits.
func (o *operators) check(a allowance, report pipeline.Report, before [2]memory.Counts) {
	removed, updates := 0, 0
	for s, b := range before {
		removed += o.systems[s].Counts().Removed - b.Removed
	}
	for _, n := range report.Writes {
		updates += n.Update
	}
	removed -= a.approved.Removals
	updates = (updates+1)/2 - a.approved.Updates // one record may be updated on both sides and counts once
	for _, l := range a.limits {
		if removed > 0 && !l.Deletes.Allows(removed, 0) {
			o.watch.fail(9, "a cycle removed %d records more than was approved, the limit is %s", removed, l.Deletes)
		}
		if updates > 0 && !l.Updates.Allows(updates, 0) {
			o.watch.fail(9, "a cycle updated %d records more than was approved, the limit is %s", updates, l.Updates)
		}
	}
}
