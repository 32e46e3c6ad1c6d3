package starter

import (
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// listed is how many categories a comment lists.
const listed = 30

// categories are those of both systems, held against each other.
type categories struct {
	// Same is the number that both have under one path.
	Same int
	// Renamed are those that differ in case, accents, blanks or signs alone; Near look like a slip of the pen.
	Renamed, Near []renamed
	// PMOnly and OdooOnly are the paths of the others, the first ones; the counts are of all.
	PMOnly, OdooOnly   []string
	PMCount, OdooCount int
}

// More tells how many are not listed.
func (c categories) More(count int, listed []string) int { return count - len(listed) }

// renamed is a category that has another name on the other side, as each writes it.
type renamed struct{ PM, Odoo string }

// place is the categories of one system and how it writes them.
type place struct {
	field pipeline.Field
	all   [][]string
}

func (p place) path(levels []string) string {
	return p.field.UnderRoot(p.field.Path(levels)).AsText()
}

// with returns the categories and all that are above them, each once, the highest first.
func (p place) with() [][]string {
	var all [][]string
	for _, levels := range p.all {
		for n := range levels {
			all = append(all, levels[:n+1])
		}
	}
	slices.SortFunc(all, func(a, b []string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return slices.Compare(a, b)
	})
	return slices.CompactFunc(all, slices.Equal)
}

// key names a list of levels in a map.
func key(levels []string) string { return strings.Join(levels, "\x00") }

// looks is the key of what people take for the same category.
func looks(levels []string) string {
	out := make([]string, len(levels))
	for i, l := range levels {
		out[i] = alike(l)
	}
	return key(out)
}

// categoriesOf compares, from the highest level down: a line of the table holds for all that is below.
func categoriesOf(pm, odoo place) categories {
	var out categories
	both := odoo.with()
	there, similar := map[string]bool{}, map[string][]string{}
	for _, levels := range both {
		there[key(levels)], similar[looks(levels)] = true, levels
	}
	exact := map[string]bool{} // which Products Manager has, and nothing else is to stand for
	for _, levels := range pm.with() {
		exact[key(levels)] = true
	}
	table := map[string][]string{} // the counterpart in Odoo of each category of Products Manager
	met := map[string]bool{}       // counterparts
	var missing [][]string
	for _, levels := range pm.with() {
		above := levels[:len(levels)-1]
		if to, moved := table[key(above)]; moved {
			above = to
		}
		expected := slices.Concat(above, levels[len(levels)-1:])
		alike := similar[looks(expected)]
		switch {
		case there[key(expected)]:
			out.Same++
		case alike != nil && !met[key(alike)] && !exact[key(alike)]:
			out.Renamed = append(out.Renamed, renamed{pm.path(levels), odoo.path(alike)})
			expected = alike
		default:
			missing = append(missing, levels)
		}
		table[key(levels)], met[key(expected)] = expected, true
	}
	for _, levels := range both {
		if !met[key(levels)] {
			out.OdooCount++
			if len(out.OdooOnly) < listed {
				out.OdooOnly = append(out.OdooOnly, odoo.path(levels))
			}
		}
	}
	for _, levels := range missing {
		out.PMCount++
		if len(out.PMOnly) < listed {
			out.PMOnly = append(out.PMOnly, pm.path(levels))
		}
		if near := nearest(table[key(levels)], both, met); near != nil && len(out.Near) < listed {
			out.Near = append(out.Near, renamed{pm.path(levels), odoo.path(near)})
			met[key(near)] = true
		}
	}
	return out
}

// nearest returns the category of Odoo beside that one whose name is spelt most like it, of those that nothing meets.
func nearest(levels []string, all [][]string, met map[string]bool) []string {
	above := levels[:len(levels)-1]
	var names []string
	for _, o := range all {
		if len(o) == len(levels) && slices.Equal(o[:len(o)-1], above) && !met[key(o)] {
			names = append(names, o[len(o)-1])
		}
	}
	name := levels[len(levels)-1]
	if near := pipeline.Nearest(name, names); near != "" && len([]rune(name)) > 3 {
		return slices.Concat(above, []string{near})
	}
	return nil
}
