package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// moves are the decided changes of paths, by which the rename of a category is told from edits of products: a
// category was renamed where all products that were in it and below are to move alike. How many links there
// were in each category is counted when the decisions are complete.
type moves struct {
	to   [2]map[place]map[string]int // per side, how many records go from a place to a path
	lost bool                        // there were too many to remember; nothing is taken for a rename
}

// place is a path in one field, an index of Definition.Fields.
type place struct {
	field int
	path  string
}

// mostMoves bounds how many different moves are remembered.
const mostMoves = 5000

// add notes what is decided for an item. It tells whether a path moves.
func (m *moves) add(c *pipeline.Cycle, it *pipeline.Item) bool {
	if it.Err != nil || it.Link == nil {
		return false
	}
	moved := false
	for _, s := range pipeline.Sides() {
		for _, d := range it.Decisions {
			i := c.MovedPath(it, s, d)
			if i < 0 {
				continue
			}
			moved = true
			if m.to[s] == nil {
				m.to[s] = map[place]map[string]int{}
			}
			from := place{i, d.Values[s].AsText()}
			if m.to[s][from] == nil {
				if len(m.to[s]) == mostMoves {
					m.lost = true
					continue
				}
				m.to[s][from] = map[string]int{}
			}
			m.to[s][from][d.After[s].AsText()]++
		}
	}
	return moved
}

// several tells whether more than one record moves on a side. One that moves is an edit of it, and the links
// need not be counted.
func (m *moves) several() bool {
	for _, to := range m.to {
		n := 0
		for _, paths := range to {
			for _, records := range paths {
				n += records
			}
		}
		if n > 1 {
			return true
		}
	}
	return false
}

// renames are the categories that a cycle renames, and why others are moved product by product.
type renames struct {
	may []pipeline.CategoryRename
	// not are renames by their meaning that the side cannot carry out as such.
	not []obstacle
}

type obstacle struct {
	pipeline.CategoryRename
	why string
}

// renames finds out which of the decided moves are renames of categories. It writes nothing.
func (r *run) renames(ctx context.Context) (renames, error) {
	var found renames
	if r.moves.lost || !r.moves.several() {
		return found, nil
	}
	held, err := r.held(ctx)
	if err != nil {
		return found, err
	}
	for _, s := range pipeline.Sides() {
		for i := range r.Definition.Fields {
			if err := r.renamesOf(ctx, s, i, held[s], &found); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// held counts the links by the place that their base has on a side, in the fields in which a path moves.
func (r *run) held(ctx context.Context) (held [2]map[place]int, err error) {
	fields := [2]map[int]bool{{}, {}}
	for _, s := range pipeline.Sides() {
		held[s] = map[place]int{}
		for from := range r.moves.to[s] {
			fields[s][from.field] = true
		}
	}
	return held, r.Store.EachLink(ctx, func(l *pipeline.Link) error {
		for _, s := range pipeline.Sides() {
			for i := range fields[s] {
				if !l.Gone[s] {
					held[s][place{i, l.Base[s][r.Definition.Fields[i].Name].AsText()}]++
				}
			}
		}
		return nil
	})
}

// renamesOf looks for renames in one field of one side: the highest category first, so that what is below goes
// with it.
func (r *run) renamesOf(ctx context.Context, s pipeline.Side, field int, held map[place]int, found *renames) error {
	var from []string
	for p := range r.moves.to[s] {
		if p.field == field {
			from = append(from, p.path)
		}
	}
	slices.Sort(from)
	done := map[string]bool{}
	for _, path := range from {
		if done[path] || len(r.moves.to[s][place{field, path}]) != 1 {
			continue
		}
		var not []obstacle
		for _, c := range r.candidates(s, field, path) {
			inside, all := r.movedAlike(c, held)
			if !all {
				continue
			}
			for _, p := range inside {
				c.Records += held[place{field, p}]
			}
			if c.Records < 2 { // one product that moves is an edit of it
				continue
			}
			why, err := r.obstacle(ctx, c)
			if err != nil {
				return err
			}
			if why != "" {
				not = append(not, obstacle{c, why})
				continue
			}
			found.may = append(found.may, c)
			not = nil
			for _, p := range inside {
				done[p] = true
			}
			break
		}
		if len(not) > 0 { // the nearest to the products says it best
			found.not = append(found.not, not[len(not)-1])
		}
	}
	return nil
}

// candidates are the renames that would bring about the one move from a path, of the highest category first:
// the levels at the end that stay as they are may be those of categories below.
func (r *run) candidates(s pipeline.Side, field int, path string) []pipeline.CategoryRename {
	f := r.cycle.Types[s][field]
	from := f.Levels(pipeline.Text(path))
	var to []string
	for p := range r.moves.to[s][place{field, path}] {
		to = f.Levels(pipeline.Text(p))
	}
	root := 0
	if f.Root != "" && len(from) > 0 && from[0] == f.Root {
		root = 1 // it is never renamed itself
	}
	same := 0
	for same < len(from)-root-1 && same < len(to)-1 && from[len(from)-1-same] == to[len(to)-1-same] {
		same++
	}
	var all []pipeline.CategoryRename
	for n := same; n >= 0; n-- {
		c := pipeline.CategoryRename{
			Side: s, Field: field, Name: r.Definition.Fields[field].Fields[s],
			From: f.Path(from[:len(from)-n]), To: f.Path(to[:max(len(to)-n, 0)]),
		}
		if len(from) > root && len(to) > n && !c.From.Equal(c.To) {
			all = append(all, c)
		}
	}
	return all
}

// movedAlike returns the places of links in and below a category, and whether all of them move as its rename
// would have it.
func (r *run) movedAlike(c pipeline.CategoryRename, held map[place]int) (inside []string, all bool) {
	f := r.cycle.Types[c.Side][c.Field]
	for p, n := range held {
		if p.field != c.Field {
			continue
		}
		to, moved := c.Moves(f, pipeline.Text(p.path))
		if !moved {
			continue
		}
		if r.moves.to[c.Side][p][to.AsText()] != n {
			return nil, false
		}
		inside = append(inside, p.path)
	}
	return inside, true
}

// obstacle tells why a side cannot rename a category, "" if it can.
func (r *run) obstacle(ctx context.Context, c pipeline.CategoryRename) (string, error) {
	end, ok := r.Endpoints[c.Side].(pipeline.CategoryRenamer)
	if !ok {
		return noRenames(r.Definition.Sources[c.Side]), nil
	}
	return end.CanRename(ctx, c)
}

func noRenames(source string) string {
	return fmt.Sprintf("categories of %s are texts of its products, which are written one by one", source)
}

// renameAll carries out the renames; products of one that fails are written one by one after all.
//
// Invariant 3: a rename has no intent, since it makes nothing. What became of one that was interrupted is
// found by looking: both sides of its products then hold the same, and agree.
func (r *run) renameAll(ctx context.Context) error {
	found, err := r.renames(ctx)
	if err != nil {
		return err
	}
	for _, c := range found.not {
		r.Logger.Info("a category is renamed product by product", "cycle", r.cycle.ID, "source", r.Definition.Sources[c.Side],
			"from", c.From.AsText(), "to", c.To.AsText(), "records", c.Records, "why", c.why)
	}
	for _, c := range found.may {
		log := r.Logger.With("cycle", r.cycle.ID, "source", r.Definition.Sources[c.Side], "from", c.From.AsText(), "to", c.To.AsText(), "records", c.Records)
		if err := r.Endpoints[c.Side].(pipeline.CategoryRenamer).Rename(ctx, c); err != nil {
			if class := pipeline.ClassOf(err); class == pipeline.Auth || class == pipeline.Fatal || ctx.Err() != nil {
				return err
			}
			log.Warn("a category could not be renamed; its products are written", "error", err)
			continue
		}
		log.Info("renamed a category")
		r.cycle.Renamed = append(r.cycle.Renamed, c)
		source := r.Definition.Sources[c.Side]
		w := r.report.Writes[source]
		w.Update++
		r.report.Writes[source] = w
		r.Metrics.wrote(r.Definition.Name, source, string(pipeline.Update))
	}
	return nil
}
