package orm

import (
	"maps"
	"slices"
	"strings"
)

// nestedCell is a cell of a record below the one that its row is about: column "f/sub".
type nestedCell struct {
	sub  string
	cell any
}

// child reads the one record that a row holds below a One2many, which may have such records itself. Column
// "f/.id" names one that exists.
func (l *loader) child(f *Field, cells []nestedCell) (any, error) {
	m := l.DB.models[f.Relation]
	values, below := Values{}, map[string][]nestedCell{}
	var id int64
	for _, c := range cells {
		name, rest, _ := strings.Cut(c.sub, "/")
		g := m.byName[name]
		switch {
		case name == ".id":
			n, err := convertInteger(c.cell)
			if id, _ = n.(int64); err != nil || m.Fetch(id) == nil {
				return nil, badCellf("No matching record found for database id '%s' in field '%s'", pythonText(c.cell), f.Label)
			}
		case g == nil:
			return nil, badCellf("Unknown sub-field “%s”", name)
		case g.Type == One2many:
			below[name] = append(below[name], nestedCell{rest, c.cell})
		case !Truthy(c.cell):
			values[name] = false
		default:
			v, err := l.cell(g, rest, c.cell)
			if err != nil {
				return nil, err
			}
			values[name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(below)) {
		v, err := l.child(m.byName[name], below[name])
		if err != nil {
			return nil, err
		}
		values[name] = v
	}
	kind := int64(commandCreate)
	if id != 0 {
		kind = commandUpdate
	}
	return []any{[]any{kind, id, values}}, nil
}
