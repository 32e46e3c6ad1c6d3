package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/spool"
)

// limits are those that hold for a cycle.
//
// Invariant 9: after a change of what decides what is written, those of the definition before hold too, so
// that an edit cannot let through in one go what it causes.
type limits struct {
	now    pipeline.Limits
	before *pipeline.Limits
}

// braked is a limit that a cycle is above.
type braked struct {
	name  string
	n     int
	limit pipeline.Limit
	old   bool // the limit is that of the definition before
}

// above returns the first limit that due is above; nil if it is within all of them.
func (l limits) above(due pipeline.BlastRadius, linked int) *braked {
	check := func(l pipeline.Limits, old bool) *braked {
		for _, b := range []braked{
			{pipeline.BrakeDeletes, due.Removals + due.Images, l.Deletes, old},
			{pipeline.BrakeZeroedStock, due.ZeroedStock, l.ZeroedStock, old},
			{pipeline.BrakeUpdates, due.Updates, l.Updates, old},
			{pipeline.BrakeCreates, due.Creates, l.Creates, old},
		} {
			if !b.limit.Allows(b.n, linked) {
				return &b
			}
		}
		return nil
	}
	b := check(l.now, false)
	if b == nil && l.before != nil {
		b = check(*l.before, true)
	}
	return b
}

// loadBrake learns which limits hold, and what was approved.
func (r *run) loadBrake(ctx context.Context, position pipeline.Position) (err error) {
	d := r.Definition
	r.limits.now = d.Limits
	if r.changed = position.Definition != "" && d.ChangedSince(position); r.changed {
		r.limits.before = &position.Limits
	}
	if r.engaged, err = r.Store.Brake(ctx); err != nil || r.engaged == nil || r.engaged.Approved == nil {
		return err
	}
	r.approved, err = r.Store.BrakedPlan(ctx)
	return err
}

// brake stops the cycle when what was decided is above a limit. What was approved does not count.
//
// Invariant 9 (brakes fail closed): it is called before the first write of the cycle.
func (r *run) brake(ctx context.Context, decided *spool.File, refs []spool.Ref) error {
	if r.changed {
		r.report.Changed = &r.tally.due
		r.Logger.Warn("the definition changed", "cycle", r.cycle.ID, "due", r.tally.due.String())
	}
	b := r.limits.above(r.tally.beyond, r.linked)
	if b == nil {
		return nil
	}
	plan, some, err := r.due(decided, refs)
	if err != nil {
		return err
	}
	return r.engage(ctx, pipeline.Brake{
		Name: b.name, Message: r.describe(b), Due: r.tally.due, Some: some,
	}, plan)
}

func (r *run) describe(b *braked) string {
	what := fmt.Sprintf("%d %s", b.n, map[string]string{
		pipeline.BrakeDeletes: "removals", pipeline.BrakeZeroedStock: "quantities that become zero",
		pipeline.BrakeUpdates: "updates", pipeline.BrakeCreates: "creations",
	}[b.name])
	if n := r.tally.beyond.Images; n > 0 && b.name == pipeline.BrakeDeletes {
		what += fmt.Sprintf(", %d of them of images,", n)
	}
	if len(r.approved) > 0 {
		what += " beyond what was approved"
	}
	what += fmt.Sprintf(" are due with %d linked records; the limit %q is %s", r.linked, b.name, b.limit)
	if r.changed {
		what = fmt.Sprintf("the definition changed: %s are due. Of these, %s", r.tally.due, what)
		if b.old {
			what += " as it was before that change, which still holds for the first cycle after it"
		}
	}
	return what
}

// due returns what the decided items are about to write, and some of it for people.
func (r *run) due(decided *spool.File, refs []spool.Ref) (plan pipeline.Fingerprints, some []pipeline.PlannedChange, err error) {
	for _, ref := range refs {
		it := &pipeline.Item{}
		if err := decided.Read(ref, it); err != nil {
			return nil, nil, err
		}
		if it.Err != nil {
			continue
		}
		for _, s := range pipeline.Sides() {
			if m := it.Mutations[s]; m != nil {
				plan = append(plan, pipeline.MutationPrint(s, it.Keys, m))
				if len(some) < pipeline.BrakeSample {
					some = append(some, r.change(it, s, action(m), ""))
				}
			}
		}
	}
	return plan.Sorted(), some, nil
}

// shortListing brakes a full pass whose detection refused a listing.
func (r *run) shortListing(ctx context.Context, err error) error {
	var short *pipeline.ShortListing
	if !errors.As(err, &short) {
		return err
	}
	message := ""
	for _, s := range pipeline.Sides() {
		if short.Short[s] {
			if message != "" {
				message += "; "
			}
			message += fmt.Sprintf("the listing of %s holds %d of the %d linked records that were there before",
				r.Definition.Sources[s], short.Listed[s], short.Known[s])
		}
	}
	return r.engage(ctx, pipeline.Brake{
		Name: pipeline.BrakeListing, Message: message, Due: pipeline.BlastRadius{Absent: len(short.Absent)},
	}, short.Absent)
}

// engage stores what was stopped, so that it can be approved, and returns the error that ends the cycle.
// A brake that stops the very same again stays the one that it is.
func (r *run) engage(ctx context.Context, b pipeline.Brake, plan pipeline.Fingerprints) error {
	b.Cycle, b.Full = r.report.Cycle, r.cycle.Full
	r.report.BrakedBy = &b.Name
	stopped := &pipeline.Error{
		Code: pipeline.CodeBraked, Message: b.Message,
		Remedy: fmt.Sprintf("Nothing was written. See what is due with `tandem plan%s %s`; if it is right, `tandem approve %s` lets exactly that pass, once.",
			map[bool]string{true: " --full"}[b.Full], r.Definition.Name, r.Definition.Name),
	}
	if b.Name == pipeline.BrakeListing {
		stopped.Remedy = fmt.Sprintf("Nothing was taken as deleted. See why the source shows so little (rights, a filter, another company); if it is right, `tandem approve %s` lets exactly that pass, once.", r.Definition.Name)
	}
	if r.cycle.DryRun {
		return stopped
	}
	b.Since = r.report.Started
	old := r.engaged
	known := old != nil && old.Name == b.Name && old.Approved == nil
	if known {
		b.Since = old.Since
		before, err := r.Store.BrakedPlan(ctx)
		if err != nil {
			return err
		}
		if old.Full == b.Full && slices.Equal(before, plan) {
			return stopped
		}
	}
	var event *pipeline.Event
	if !known {
		event = &pipeline.Event{At: r.Now(), Cycle: b.Cycle, Kind: "brake", Rule: b.Name, Note: b.Message}
	}
	if err := r.Store.SetBrake(ctx, &b, plan, event); err != nil {
		return err
	}
	r.engaged = &b
	return stopped
}

// release ends the brake that the cycle has passed: what was approved is used up. A brake of a full pass
// stays engaged until a full pass is within the limits.
func (r *run) release(ctx context.Context) error {
	if r.engaged == nil || r.engaged.Full && !r.cycle.Full {
		return nil
	}
	r.engaged = nil
	return r.Store.SetBrake(ctx, nil, nil, nil)
}
