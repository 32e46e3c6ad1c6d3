package pipeline

import "strings"

// Place is a category that has another name on the other side: one line of a mapping's table. What is below
// it on one side goes below its counterpart.
type Place struct {
	Paths  [2]string // per side, as its own paths are written, with or without the root
	Source string    // where it stands: "shop.hcl:41"
}

// Places is a table of categories, ready to be looked up. A nil one is empty.
type Places struct {
	to [2]map[string][]string // per side its levels, by the other side's
}

// BindPlaces makes per mapped field, by index of Definition.Fields, the table as both sides write paths; nil
// for fields that are not paths on both.
func BindPlaces(d *Definition, types [2][]Field) []*Places {
	tables := make([]*Places, len(d.Fields))
	if len(d.Places) == 0 {
		return tables
	}
	for i := range d.Fields {
		left, right := types[Left][i], types[Right][i]
		if left.Type != TypePath || right.Type != TypePath {
			continue
		}
		t := &Places{to: [2]map[string][]string{{}, {}}}
		for _, p := range d.Places {
			l, r := left.Below(Text(p.Paths[Left])), right.Below(Text(p.Paths[Right]))
			t.to[Right][placeKey(l)], t.to[Left][placeKey(r)] = r, l
		}
		tables[i] = t
	}
	return tables
}

func placeKey(levels []string) string { return strings.Join(levels, "\x00") }

// carry returns the levels, below the root, that side to has for those of the other: the line of the longest
// beginning counts.
func (p *Places) carry(to Side, levels []string) []string {
	if p == nil {
		return levels
	}
	for n := len(levels); n > 0; n-- {
		if there, ok := p.to[to][placeKey(levels[:n])]; ok {
			return append(append([]string{}, there...), levels[n:]...)
		}
	}
	return levels
}

// CarryPath rewrites the other side's path in field i, an index of Definition.Fields, in the terms of side to:
// by the table of categories, the root left out and put in front. Other values pass unchanged. A level whose
// name to cannot hold is an *Error of code category_mapping_failed.
func (c *Cycle) CarryPath(v Value, to Side, i int) (Value, error) {
	var table *Places
	if c.Places != nil {
		table = c.Places[i]
	}
	return table.CarryPath(v, to, c.Types[to.Other()][i], c.Types[to][i])
}
