package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/spool"
)

// PlanUndo tells what Undo of a cycle would write, and writes nothing. What cannot be taken back is told
// as an error of its record.
func (e *Engine) PlanUndo(ctx context.Context, cycle pipeline.CycleID, yield func(pipeline.PlannedChange) error) (pipeline.PlanTotals, error) {
	r := &asking{run: &run{Engine: e, report: e.newReport()}, Asked: Asked{Refused: yield}}
	totals := pipeline.PlanTotals{Writes: r.report.Writes}
	if err := e.take(ctx); err != nil {
		return totals, err
	}
	defer e.give()
	if err := r.begin(ctx, true); err != nil {
		return totals, err
	}
	err := r.undo(ctx, cycle, func(items []*pipeline.Item) error {
		for _, it := range items {
			for _, c := range r.planned(it, [2]map[pipeline.Key]bool{}) {
				r.total(&totals, c)
				if err := yield(c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	totals.Errors = r.report.Refused
	return totals, err
}

// Undo takes back what a cycle wrote: where a side still holds what the cycle left there, and the other
// side has not changed either, the former value is written back. A record that was made is archived, one
// that was archived is brought back, one that was deleted is gone. The other side stays as it is, and what
// both then hold counts as agreed, so that the next cycle does not do it all over again (docs/adr/0010).
//
// It always returns a report; a failure is told there. Like every cycle it can be undone.
func (e *Engine) Undo(ctx context.Context, cycle pipeline.CycleID, a Asked) pipeline.Report {
	return e.ask(ctx, pipeline.CycleUndo, a, func(ctx context.Context, r *asking) error {
		return r.undo(ctx, cycle, func(items []*pipeline.Item) error { return r.write(ctx, items) })
	})
}

// undo makes items of what a cycle wrote and gives them to carry, a batch at a time.
func (r *asking) undo(ctx context.Context, cycle pipeline.CycleID, carry func([]*pipeline.Item) error) (err error) {
	events := spool.New(r.SpoolDir)
	defer func() { err = errors.Join(err, events.Close()) }()
	written, err := r.writtenBy(ctx, cycle, events)
	if err != nil {
		return err
	}
	for at := 0; at < len(written); {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(r.cycle.BatchSize(), len(written)-at)
		batch := make([]*undone, n)
		for i := range batch {
			if batch[i], err = r.read(events, written[at+i], cycle); err != nil {
				return err
			}
		}
		at += n
		if err := r.undoBatch(ctx, batch, carry); err != nil {
			return err
		}
		r.progress(pipeline.StageWrite, at, len(written))
	}
	return nil
}

// writtenBy returns what the history tells of a cycle's writes, by link, the first one first; the events of
// a link come newest first.
func (r *asking) writtenBy(ctx context.Context, cycle pipeline.CycleID, events *spool.File) ([][]spool.Ref, error) {
	var byLink [][]spool.Ref
	index := map[string]int{}
	known := false
	err := r.Store.EachEvent(ctx, pipeline.EventQuery{Cycle: cycle}, func(e pipeline.Event) error {
		known = true
		if e.Side == nil {
			return nil
		}
		ref, err := events.Append(e)
		if err != nil {
			return err
		}
		name := string(e.Link)
		at, ok := index[name]
		if !ok {
			at = len(byLink)
			index[name] = at
			byLink = append(byLink, nil)
		}
		byLink[at] = append(byLink[at], ref)
		return nil
	})
	if err == nil && !known {
		err = &pipeline.Error{Code: pipeline.CodeCycleUnknown, Message: fmt.Sprintf("the history of pipeline %q tells of no cycle %q", r.Definition.Name, cycle)}
	}
	return byLink, err
}

// read returns what a cycle wrote to one pair.
func (r *asking) read(events *spool.File, refs []spool.Ref, cycle pipeline.CycleID) (*undone, error) {
	u := &undone{run: r.run, rule: "undo of " + string(cycle), by: r.By}
	for i := len(refs) - 1; i >= 0; i-- { // oldest first
		var e pipeline.Event
		if err := events.Read(refs[i], &e); err != nil {
			return nil, err
		}
		u.events = append(u.events, e)
	}
	return u, nil
}

func (r *asking) undoBatch(ctx context.Context, batch []*undone, carry func([]*pipeline.Item) error) error {
	these := make([]named, len(batch))
	for i, u := range batch {
		e := u.events[len(u.events)-1]
		these[i] = named{link: e.Link, keys: e.Keys, match: e.Match}
	}
	items, err := r.again(ctx, these)
	if err != nil {
		return err
	}
	if err := r.stages(ctx, items, pipeline.StageFetch); err != nil {
		return err
	}
	var due []*pipeline.Item
	for i, it := range items {
		batch[i].decide(it)
		for _, s := range pipeline.Sides() {
			if it.Records[s] != nil {
				r.report.Seen[r.Definition.Sources[s]]++
			}
		}
		for _, no := range batch[i].refused {
			if err := r.refuse(it, no.side, no.why); err != nil {
				return err
			}
		}
		if it.Mutations != [2]*pipeline.Mutation{} {
			due = append(due, it)
		}
	}
	return carry(due)
}
