package detect

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// votes are by side, and by the index of a parent, the parents of the other side that its children name.
type votes [2]map[int]map[int]bool

func (v votes) add(left, right int) {
	for s, vote := range [2][2]int{{left, right}, {right, left}} {
		if v[s][vote[0]] == nil {
			v[s][vote[0]] = map[int]bool{}
		}
		v[s][vote[0]][vote[1]] = true
	}
}

// votes returns what the children say that were paired now.
func (r *run) votes(p *pairing, parents [2]map[int]family) votes {
	v, right := votes{{}, {}}, r.sides[pipeline.Right]
	for i, partner := range p.partner[pipeline.Left] {
		j, fresh := right.known[partner]
		l, lok := parents[pipeline.Left][i]
		rr, rok := parents[pipeline.Right][j]
		if partner != "" && fresh && lok && rok && l.fresh >= 0 && rr.fresh >= 0 {
			v.add(l.fresh, rr.fresh)
		}
	}
	return v
}

// votesOfLinked adds what the children say that were linked before their parents: by a kept plan, or by a cycle
// that was killed in between.
func (r *run) votesOfLinked(ctx context.Context, v votes) error {
	var fresh [2]map[string]int
	for _, s := range r.sides {
		if fresh[s.side], _ = s.freshParents(); len(fresh[s.side]) == 0 {
			return nil
		}
	}
	hinted := maps.Clone(r.sides[pipeline.Left].linked)
	maps.Copy(hinted, r.sides[pipeline.Right].linked)
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(hinted)), r.cycle.BatchSize()) {
		links, err := r.State.LinksByID(ctx, ids)
		if err != nil {
			return err
		}
		maps.DeleteFunc(links, func(_ pipeline.LinkID, l *pipeline.Link) bool {
			_, known := l.Base[pipeline.Left][r.cycle.Definition.Family.Parent]
			return known || l.Gone != [2]bool{}
		})
		var parents [2]map[pipeline.Key]string
		for _, s := range r.sides {
			if parents[s.side], err = s.named(ctx, links); err != nil {
				return err
			}
		}
		for _, l := range links {
			i, lok := fresh[pipeline.Left][parents[pipeline.Left][l.Keys[pipeline.Left]]]
			j, rok := fresh[pipeline.Right][parents[pipeline.Right][l.Keys[pipeline.Right]]]
			if lok && rok {
				v.add(i, j)
			}
		}
	}
	return nil
}

// named returns what the records of links name as their parents, by key.
func (s *scan) named(ctx context.Context, links map[pipeline.LinkID]*pipeline.Link) (map[pipeline.Key]string, error) {
	var keys []pipeline.Key
	for _, id := range slices.Sorted(maps.Keys(links)) {
		keys = append(keys, links[id].Keys[s.side])
	}
	parents := map[pipeline.Key]string{}
	for some := range slices.Chunk(keys, max(s.cycle.About[s.side].BatchSize, 1)) {
		records, err := s.cycle.Endpoints[s.side].Fetch(ctx, some, s.cycle.Definition.Wanted(s.side))
		if err != nil {
			return nil, err
		}
		for i := range records {
			if r := &records[i]; r.Err == nil {
				if parent, _ := s.member(s.cycle.OwnValues(s.side, r)); parent != "" {
					parents[r.Key] = parent
				}
			}
		}
	}
	return parents, nil
}

// pairParents pairs those parents of which every paired child says the same.
func (r *run) pairParents(p *pairing, v votes) {
	for i, named := range v[pipeline.Left] {
		for j := range named {
			if len(named) == 1 && len(v[pipeline.Right][j]) == 1 {
				join(p, r.sides[pipeline.Left], i, r.sides[pipeline.Right], j)
			}
		}
	}
}
