package orm

import (
	"slices"
	"strings"
)

// referenceLeaf compiles a condition on a Many2one itself: by id, by name, or by place in a tree.
func (e *Env) referenceLeaf(f *Field, operator string, value any) (condition, error) {
	other := e.DB.models[f.Relation]
	if operator == "child_of" || operator == "parent_of" {
		ids, err := e.hierarchy(other, operator, value)
		return oneOf(f, ids), err
	}
	names := textsOf(value)
	if len(names) == 0 {
		return e.scalarLeaf(f, operator, value)
	}
	positive := operator
	if negative(operator) {
		positive = operators()[operator]
	}
	if positive == "in" {
		positive = "="
	}
	var ids []any
	for _, name := range names {
		found, err := e.NameFind(other, name, positive, nil, 0)
		if err != nil {
			return condition{}, err
		}
		ids = append(ids, anyList(found)...)
	}
	if negative(operator) {
		return e.scalarLeaf(f, "not in", ids)
	}
	return e.scalarLeaf(f, "in", ids)
}

// textsOf returns v as texts if it is one or consists of some.
func textsOf(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	list, _ := v.([]any)
	var texts []string
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil
		}
		texts = append(texts, s)
	}
	return texts
}

// manyLeaf compiles a condition on a One2many or Many2many itself.
func (e *Env) manyLeaf(f *Field, operator string, value any) (condition, error) {
	other := e.DB.models[f.Relation]
	holds := func(r *Row) []int64 {
		if f.Type == One2many {
			return other.table.Having(f.Inverse, r.ID)
		}
		ids, _ := r.column(f).([]int64)
		return ids
	}
	var c condition
	if value == false {
		c = condition{match: func(r *Row) bool { return len(holds(r)) == 0 }}
		if operator != "=" {
			c = not(c)
		}
		return c, nil
	}
	wanted := IDs(value)
	for _, name := range textsOf(value) {
		found, err := e.NameFind(other, name, strings.TrimPrefix(strings.TrimPrefix(operator, "not "), "!"), nil, 0)
		if err != nil {
			return condition{}, err
		}
		wanted = append(wanted, found...)
	}
	c = condition{match: func(r *Row) bool {
		return slices.ContainsFunc(holds(r), func(id int64) bool { return slices.Contains(wanted, id) })
	}}
	if negative(operator) {
		c = not(c)
	}
	return c, nil
}

// hierarchy returns the records below (or above) those that value names, themselves included.
func (e *Env) hierarchy(m *Model, operator string, value any) ([]int64, error) {
	ids := IDs(value)
	for _, name := range textsOf(value) {
		found, err := e.NameFind(m, name, "ilike", nil, 0)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	if m.Parent == "" {
		return ids, nil
	}
	reached := map[int64]bool{}
	for len(ids) > 0 {
		id := ids[0]
		ids = ids[1:]
		r := m.Fetch(id)
		if r == nil || reached[id] {
			continue
		}
		reached[id] = true
		if operator == "parent_of" {
			ids = append(ids, r.Ref(m.Parent))
		} else {
			ids = append(ids, m.table.Having(m.Parent, id)...)
		}
	}
	var found []int64
	for id := range reached {
		found = append(found, id)
	}
	slices.Sort(found)
	return found, nil
}
