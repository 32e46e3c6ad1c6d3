package detect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// pairing is what the match keys say of the records without a link.
type pairing struct {
	// partner is per side, by index into scan.unlinked, the key of the partner; "" for none.
	partner [2][]pipeline.Key
	// ambiguous is per side, by index, why a record pairs with more than one.
	ambiguous [2][]*pipeline.Error
	// used are per side the records known from earlier cycles that have a partner now.
	used [2]map[pipeline.Key]bool
	// returned are the links of records that were proven gone and whose product has come back as another
	// record: by that record's key, on its side.
	returned map[returned]*pipeline.Link
}

type returned struct {
	side pipeline.Side
	key  pipeline.Key
}

// group is everything that holds one value of one match field.
type group struct {
	fresh [2][]int          // unlinked records of this cycle, by index
	idle  [2][]pipeline.Key // unlinked records known from earlier cycles
	taken [2][]pipeline.Key // records that have a partner already
	// unsure are records that an earlier field found ambiguous: whoever holds the same has no partner
	// that is certain, and is not alone either.
	unsure [2][]pipeline.Key
	// widowed are linked records whose partner is gone: only a record that is new on the partner's side
	// may take them.
	widowed [2][]*pipeline.Link
}

func (g *group) free(s pipeline.Side) int {
	return len(g.fresh[s]) + len(g.idle[s]) + len(g.widowed[s])
}

// placeWidowed makes those that nobody new can take records with a partner, as they were.
func (g *group) placeWidowed() {
	for _, s := range pipeline.Sides() {
		if len(g.fresh[s.Other()]) > 0 {
			continue
		}
		for _, l := range g.widowed[s] {
			g.taken[s] = append(g.taken[s], l.Keys[s])
		}
		g.widowed[s] = nil
	}
}

// pair tries the match fields in order: one free record on each side that hold the same value, and
// nobody else, are a pair. Several, or one that is linked already, are an ambiguity and nothing is done
// about it. Records that a field leaves alone are tried by the next.
func (r *run) pair(ctx context.Context) (*pairing, error) {
	p := &pairing{used: [2]map[pipeline.Key]bool{{}, {}}, returned: map[returned]*pipeline.Link{}}
	for _, s := range r.sides {
		p.partner[s.side] = make([]pipeline.Key, len(s.unlinked))
		p.ambiguous[s.side] = make([]*pipeline.Error, len(s.unlinked))
	}
	for _, field := range r.cycle.Definition.Match {
		groups, err := r.group(ctx, p, field)
		if err != nil {
			return nil, err
		}
		for _, value := range slices.Sorted(maps.Keys(groups)) {
			r.decide(p, field, value, groups[value])
		}
	}
	return p, r.pairFamilies(ctx, p)
}

// group collects, by value of one match field, who holds it.
func (r *run) group(ctx context.Context, p *pairing, field string) (map[string]*group, error) {
	groups := map[string]*group{}
	for _, s := range r.sides {
		for i, c := range s.unlinked {
			v := c.match[field]
			if v == "" || p.partner[s.side][i] != "" || p.ambiguous[s.side][i] != nil {
				continue
			}
			if groups[v] == nil {
				groups[v] = &group{}
			}
			groups[v].fresh[s.side] = append(groups[v].fresh[s.side], i)
		}
	}
	for _, s := range r.sides {
		for i, c := range s.unlinked {
			switch g := groups[c.match[field]]; {
			case g == nil:
			case p.partner[s.side][i] != "":
				g.taken[s.side] = append(g.taken[s.side], c.key) // found by an earlier field
			case p.ambiguous[s.side][i] != nil:
				g.unsure[s.side] = append(g.unsure[s.side], c.key)
			}
		}
	}
	for values := range slices.Chunk(slices.Sorted(maps.Keys(groups)), 500) {
		for _, s := range r.sides {
			if err := s.addOwners(ctx, p, groups, field, values); err != nil {
				return nil, err
			}
		}
	}
	return groups, nil
}

// addOwners adds the records that the state knows to hold one of the values.
func (s *scan) addOwners(ctx context.Context, p *pairing, groups map[string]*group, field string, values []string) error {
	owners, err := s.State.Owners(ctx, s.side, field, values)
	if err != nil {
		return err
	}
	var keys []pipeline.Key
	for _, ks := range owners {
		keys = append(keys, ks...)
	}
	links, err := s.State.LinksByKey(ctx, s.side, keys)
	if err != nil {
		return err
	}
	failed, err := s.State.QuarantineOf(ctx, s.side, keys)
	if err != nil {
		return err
	}
	unlinked, err := s.State.UnlinkedByKey(ctx, s.side, keys)
	if err != nil {
		return err
	}
	for value, ks := range owners {
		g := groups[value]
		for _, k := range ks {
			switch _, fresh := s.known[k]; {
			case links[k] != nil && links[k].Gone[s.side]:
				// It is no more, so it holds nothing.
			case links[k] != nil && links[k].Gone[s.side.Other()] && !p.used[s.side][k]:
				g.widowed[s.side] = append(g.widowed[s.side], links[k])
			case links[k] != nil || p.used[s.side][k] || !fresh && s.promised(cmp.Or(failed[k].Keys[s.side.Other()], unlinked[k].Partner), g):
				g.taken[s.side] = append(g.taken[s.side], k)
			case !fresh:
				g.idle[s.side] = append(g.idle[s.side], k)
			}
		}
	}
	return nil
}

// promised tells whether a record has a partner that is none of the group: a pair that an earlier field
// found, and that could not be written yet or takes no part, stays a pair.
func (s *scan) promised(partner pipeline.Key, g *group) bool {
	other := s.side.Other()
	return partner != "" && !slices.ContainsFunc(g.fresh[other], func(i int) bool { return s.sides[other].unlinked[i].key == partner })
}

func (r *run) decide(p *pairing, field, value string, g *group) {
	g.placeWidowed()
	left, right := g.free(pipeline.Left), g.free(pipeline.Right)
	taken := len(g.taken[pipeline.Left]) + len(g.taken[pipeline.Right]) + len(g.unsure[pipeline.Left]) + len(g.unsure[pipeline.Right])
	switch {
	case left == 1 && right == 1 && taken == 0:
		r.match(p, g)
	case left+right == 1 && taken == 0:
		// Alone: the next field, or no partner at all.
	default:
		r.refuse(p, field, value, g)
	}
}

func (r *run) match(p *pairing, g *group) {
	for _, s := range pipeline.Sides() {
		if len(g.fresh[s]) == 0 {
			continue
		}
		o := s.Other()
		switch {
		case len(g.fresh[o]) == 1:
			p.partner[s][g.fresh[s][0]] = r.sides[o].unlinked[g.fresh[o][0]].key
		case len(g.idle[o]) == 1:
			p.partner[s][g.fresh[s][0]] = g.idle[o][0]
			p.used[o][g.idle[o][0]] = true
		default:
			link, key := g.widowed[o][0], r.sides[s].unlinked[g.fresh[s][0]].key
			p.partner[s][g.fresh[s][0]] = link.Keys[o]
			p.used[o][link.Keys[o]] = true
			p.returned[returned{s, key}] = link
		}
	}
}

// refuse marks every record of the group that this cycle saw as ambiguous, naming all candidates.
func (r *run) refuse(p *pairing, field, value string, g *group) {
	var held []string
	for _, s := range pipeline.Sides() {
		var keys []string
		for _, i := range g.fresh[s] {
			keys = append(keys, string(r.sides[s].unlinked[i].key))
		}
		for _, k := range g.idle[s] {
			keys = append(keys, string(k))
		}
		for _, l := range g.widowed[s] {
			keys = append(keys, string(l.Keys[s]))
		}
		for _, k := range g.taken[s] {
			keys = append(keys, string(k)+" (paired)")
		}
		for _, k := range g.unsure[s] {
			keys = append(keys, string(k)+" (ambiguous itself)")
		}
		if len(keys) > 0 {
			slices.Sort(keys)
			held = append(held, fmt.Sprintf("%s %s", r.cycle.Definition.Sources[s], strings.Join(clipList(keys, 8), ", ")))
		}
	}
	err := &pipeline.Error{
		Code:    pipeline.CodeAmbiguousMatch,
		Message: fmt.Sprintf("%s %q is held by %s", field, value, strings.Join(held, "; ")),
		Remedy:  fmt.Sprintf("Give each product its own %s, or archive the duplicate; or take %q out of `match`.", field, field),
	}
	for _, s := range pipeline.Sides() {
		for _, i := range g.fresh[s] {
			p.ambiguous[s][i] = err
		}
	}
}

func clipList(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clone(list[:n]), fmt.Sprintf("and %d more", len(list)-n))
}
