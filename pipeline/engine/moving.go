package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/spool"
)

// moving holds back what a plan tells of records whose path moves, until it is known whether a category is
// renamed. A plan that is kept is carried out record by record, so it holds nothing back.
type moving struct {
	*run
	yield  func(pipeline.PlannedChange) error
	totals *pipeline.PlanTotals
	spool  *spool.File
	refs   []spool.Ref
}

func (r *run) newMoving(yield func(pipeline.PlannedChange) error, totals *pipeline.PlanTotals) *moving {
	return &moving{run: r, yield: yield, totals: totals, spool: spool.New(r.SpoolDir)}
}

// waits tells whether an item is to be held back.
func (m *moving) waits(it *pipeline.Item) bool {
	if m.opt.Keep != nil || it.Err != nil || it.Link == nil {
		return false
	}
	for _, s := range pipeline.Sides() {
		for _, d := range it.Decisions {
			if m.cycle.MovedPath(it, s, d) >= 0 {
				return true
			}
		}
	}
	return false
}

func (m *moving) add(it *pipeline.Item) error {
	ref, err := m.spool.Append(slim(it))
	m.refs = append(m.refs, ref)
	return err
}

// tell tells the renames, and of the records what is left.
func (m *moving) tell(ctx context.Context) error {
	if len(m.refs) == 0 {
		return nil
	}
	found, err := m.renames(ctx)
	if err != nil {
		return err
	}
	for _, c := range found.may {
		if err := m.pass(m.renamed(c)); err != nil {
			return err
		}
	}
	for _, ref := range m.refs {
		it := &pipeline.Item{}
		if err := m.spool.Read(ref, it); err != nil {
			return err
		}
		notes := m.strip(it, found)
		for _, c := range m.planned(it, [2]map[pipeline.Key]bool{}) {
			if note := notes[c.Side]; note != "" && c.Note == "" {
				c.Note = note
			}
			if err := m.pass(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *moving) pass(c pipeline.PlannedChange) error {
	m.total(m.totals, c)
	return m.yield(c)
}

// renamed is the one change that a rename is.
func (m *moving) renamed(c pipeline.CategoryRename) pipeline.PlannedChange {
	f := m.Definition.Fields[c.Field]
	return pipeline.PlannedChange{
		Side: m.Definition.Sources[c.Side], Action: pipeline.PlanRename, Keys: map[string]pipeline.Key{}, Match: map[string]pipeline.Value{},
		Fields: []pipeline.PlannedField{{
			Name: f.Name, Before: c.From, After: c.To, Rule: "renamed on " + m.Definition.Sources[c.Side.Other()],
		}},
		Note: fmt.Sprintf("the category itself is written, for the %d products in it and below", c.Records),
	}
}

// strip takes out of an item what renames do, and returns by source why others are none.
func (m *moving) strip(it *pipeline.Item, found renames) map[string]string {
	notes := map[string]string{}
	for i := range it.Decisions {
		d := &it.Decisions[i]
		for _, s := range pipeline.Sides() {
			field := m.cycle.MovedPath(it, s, *d)
			if field < 0 {
				continue
			}
			for _, c := range found.may {
				if m.carriesOut(c, s, field, *d) {
					d.Writes[s] = false
					delete(it.Mutations[s].Fields, c.Name)
					break
				}
			}
			for _, o := range found.not {
				if m.carriesOut(o.CategoryRename, s, field, *d) {
					notes[m.Definition.Sources[s]] = fmt.Sprintf("%s → %s is not one change: %s", m.bare(o, o.From), m.bare(o, o.To), o.why)
					break
				}
			}
			if len(it.Mutations[s].Fields) == 0 {
				it.Mutations[s] = nil
			}
		}
	}
	return notes
}

func (m *moving) carriesOut(c pipeline.CategoryRename, s pipeline.Side, field int, d pipeline.Decision) bool {
	if c.Side != s || c.Field != field {
		return false
	}
	to, moves := c.Moves(m.cycle.Types[s][field], d.Values[s])
	return moves && to.Equal(d.After[s])
}

// bare is a path without the root.
func (m *moving) bare(o obstacle, path pipeline.Value) string {
	return strings.Join(m.cycle.Types[o.Side][o.Field].Below(path), "/")
}
