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
