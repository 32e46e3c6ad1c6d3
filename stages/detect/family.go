package detect

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// family is the parent of a record without a link: by its index among those without one, or by its link.
type family struct {
	fresh int // -1 if it is linked
	link  pipeline.LinkID
}

// member returns which record a record names as its parent, and by which attributes it is told from others.
func (s *scan) member(own []pipeline.Value) (parent, attributes string) {
	d := s.cycle.Definition
	if d.Family.Parent == "" {
		return "", ""
	}
	for i, f := range d.Fields {
		switch f.Name {
		case d.Family.Parent:
			parent = own[i].String()
		case d.Family.Attributes:
			attributes = own[i].String()
		}
	}
	if parent == "" {
		return "", ""
	}
	return parent, attributes
}

// pairFamilies pairs what the match fields could not: parents whose children are pairs, since a product with
// variants may have no code of its own; then children of paired parents that have the same attributes.
func (r *run) pairFamilies(ctx context.Context, p *pairing) error {
	if r.cycle.Definition.Family.Parent == "" {
		return nil
	}
	var parents [2]map[int]family
	for _, s := range r.sides {
		var err error
		if parents[s.side], err = s.parents(ctx); err != nil {
			return err
		}
	}
	votes := r.votes(p, parents)
	if err := r.votesOfLinked(ctx, votes); err != nil {
		return err
	}
	r.pairParents(p, votes)
	if err := r.pairPromised(ctx, p); err != nil {
		return err
	}
	r.pairChildren(p, parents)
	return nil
}

// pairPromised pairs again what an earlier cycle paired by its family alone and could not link: its children are
// pairs by now and say nothing a second time, or the partner was not changed since and is not seen.
//
// Invariant 3: without it, such a record would be made again.
func (r *run) pairPromised(ctx context.Context, p *pairing) error {
	for _, s := range r.sides {
		o := r.sides[s.side.Other()]
		at := map[pipeline.Key]int{}
		for i, c := range s.unlinked {
			if p.partner[s.side][i] == "" && p.ambiguous[s.side][i] == nil {
				at[c.key] = i
			}
		}
		for keys := range slices.Chunk(slices.Sorted(maps.Keys(at)), 500) {
			promises, err := s.promises(ctx, keys)
			if err != nil {
				return err
			}
			for _, key := range keys {
				partner, i := promises[key], at[key]
				switch j, fresh := o.known[partner]; {
				case partner == "" || p.used[o.side][partner]:
				case fresh && s.side == pipeline.Left:
					join(p, s, i, o, j)
				case !fresh:
					p.partner[s.side][i], p.used[o.side][partner] = partner, true
				}
			}
		}
	}
	return nil
}

// promises returns, by key, the partners that an earlier cycle found by families and that are free. What was paired
// by a match field is for the match fields to say again.
func (s *scan) promises(ctx context.Context, keys []pipeline.Key) (map[pipeline.Key]pipeline.Key, error) {
	mine, err := s.State.UnlinkedByKey(ctx, s.side, keys)
	if err != nil {
		return nil, err
	}
	var partners []pipeline.Key
	for _, key := range keys {
		if k := mine[key].Partner; k != "" {
			partners = append(partners, k)
		}
	}
	if len(partners) == 0 {
		return nil, nil
	}
	theirs, err := s.State.UnlinkedByKey(ctx, s.side.Other(), partners)
	if err != nil {
		return nil, err
	}
	found := map[pipeline.Key]pipeline.Key{}
	for key, u := range mine {
		if t, free := theirs[u.Partner]; free && t.Partner == key && !alike(u.Match, t.Match) {
			found[key] = u.Partner
		}
	}
	return found, nil
}

// alike tells whether a match field holds the same in both.
func alike(a, b map[string]string) bool {
	for field, v := range a {
		if v != "" && b[field] == v {
			return true
		}
	}
	return false
}

// parents returns the families of the unlinked children, by their index.
func (s *scan) parents(ctx context.Context) (map[int]family, error) {
	fresh, via := s.freshParents()
	found, elsewhere := map[int]family{}, map[string][]int{}
	for at, c := range s.unlinked {
		if c.parent == "" {
			continue
		}
		if parent, ok := fresh[c.parent]; ok {
			found[at] = family{fresh: parent}
		} else {
			elsewhere[c.parent] = append(elsewhere[c.parent], at)
		}
	}
	return found, s.linkedParents(ctx, via, elsewhere, found)
}

// freshParents returns the unlinked records that are nobody's child by what their children call them, and the mapped
// field that holds it, "" for the key.
func (s *scan) freshParents() (fresh map[string]int, via string) {
	i := slices.IndexFunc(s.cycle.Definition.Fields, func(f pipeline.MappedField) bool { return f.Name == s.cycle.Definition.Family.Parent })
	for _, f := range s.cycle.Definition.Fields {
		if name := s.cycle.Types[s.side][i].Via; name != "" && f.Fields[s.side] == name {
			via = f.Name
		}
	}
	fresh = map[string]int{}
	for at, c := range s.unlinked {
		name := string(c.key)
		if s.cycle.Types[s.side][i].Via != "" {
			name = c.match[via]
		}
		if _, taken := fresh[name]; name != "" && c.parent == "" && !taken {
			fresh[name] = at
		}
	}
	return fresh, via
}

// linkedParents adds the families whose parents are linked.
func (s *scan) linkedParents(ctx context.Context, via string, children map[string][]int, found map[int]family) error {
	names := slices.Sorted(maps.Keys(children))
	if len(names) == 0 {
		return nil
	}
	owners := map[string][]pipeline.Key{}
	if via == "" {
		for _, name := range names {
			owners[name] = []pipeline.Key{pipeline.Key(name)}
		}
	} else {
		var err error
		if owners, err = s.State.Owners(ctx, s.side, via, names); err != nil {
			return err
		}
	}
	var keys []pipeline.Key
	for _, ks := range owners {
		keys = append(keys, ks...)
	}
	links, err := s.State.LinksByKey(ctx, s.side, keys)
	if err != nil {
		return err
	}
	for name, ks := range owners {
		for _, k := range ks {
			if l := links[k]; l != nil && len(ks) == 1 {
				for _, at := range children[name] {
					found[at] = family{fresh: -1, link: l.ID}
				}
			}
		}
	}
	return nil
}

// pairChildren pairs, within paired parents, the two records that have the same attributes.
func (r *run) pairChildren(p *pairing, parents [2]map[int]family) {
	type place struct {
		family     family
		attributes string
	}
	at := [2]map[place][]int{{}, {}}
	right := r.sides[pipeline.Right]
	for _, s := range r.sides {
		for i, f := range parents[s.side] {
			if s.unlinked[i].attributes == "" {
				continue
			}
			if s.side == pipeline.Left && f.fresh >= 0 { // named as on the right
				j, ok := right.known[p.partner[s.side][f.fresh]]
				if !ok {
					continue
				}
				f.fresh = j
			}
			key := place{f, s.unlinked[i].attributes}
			at[s.side][key] = append(at[s.side][key], i)
		}
	}
	for key, is := range at[pipeline.Left] {
		if js := at[pipeline.Right][key]; len(is) == 1 && len(js) == 1 {
			join(p, r.sides[pipeline.Left], is[0], right, js[0])
		}
	}
}

// join pairs two records that have no partner and no doubt about one.
func join(p *pairing, left *scan, i int, right *scan, j int) {
	if p.partner[pipeline.Left][i] != "" || p.partner[pipeline.Right][j] != "" || p.ambiguous[pipeline.Left][i] != nil || p.ambiguous[pipeline.Right][j] != nil {
		return
	}
	p.partner[pipeline.Left][i], p.partner[pipeline.Right][j] = right.unlinked[j].key, left.unlinked[i].key
}
