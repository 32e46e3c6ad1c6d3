package orm

import (
	"slices"
	"strings"
)

// operators are the operators of leaves, each with the one that stands for "not" it, "" for none.
func operators() map[string]string {
	return map[string]string{
		"=": "!=", "!=": "=", "in": "not in", "not in": "in",
		"like": "not like", "not like": "like", "ilike": "not ilike", "not ilike": "ilike",
		"<": ">=", ">=": "<", ">": "<=", "<=": ">",
		"=like": "", "=ilike": "", "child_of": "", "parent_of": "",
	}
}

// negative tells whether the operator holds for what has no value at all.
func negative(operator string) bool {
	switch operator {
	case "!=", "not in", "not like", "not ilike":
		return true
	}
	return false
}

// leaf compiles one condition on one field.
func (e *Env) leaf(m *Model, leaf []any, negated bool) (condition, error) {
	if n, ok := leaf[0].(int64); ok {
		return constant((n == 1) != negated), nil
	}
	name, _ := leaf[0].(string)
	operator, _ := leaf[1].(string)
	operator, value := normalise(operator, leaf[2])
	opposite, known := operators()[operator]
	if !known {
		return condition{}, Errorf("ValueError", "Invalid operator %s in domain term %s", Repr(leaf[1]), reprLeaf(leaf))
	}
	inverted := negated && opposite == ""
	if negated && !inverted {
		operator = opposite
	}
	c, err := e.fieldLeaf(m, name, operator, value, leaf)
	if inverted && err == nil {
		c = not(c)
	}
	return c, err
}

// normalise brings the pairs of operator and value that mean the same into one form.
func normalise(operator string, value any) (string, any) {
	if operator == "<>" {
		operator = "!="
	}
	_, list := value.([]any)
	if ids, ok := value.([]int64); ok {
		value, list = anyList(ids), true
	}
	switch {
	case list && operator == "=":
		operator = "in"
	case list && operator == "!=":
		operator = "not in"
	case !list && operator == "in":
		operator = "="
	case !list && operator == "not in":
		operator = "!="
	}
	if value == nil {
		value = false
	}
	return operator, value
}

func anyList(ids []int64) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	return list
}

func reprLeaf(leaf []any) string {
	return "(" + strings.TrimSuffix(strings.TrimPrefix(Repr(leaf), "["), "]") + ")"
}

func (e *Env) fieldLeaf(m *Model, name, operator string, value any, leaf []any) (condition, error) {
	first, rest, path := strings.Cut(name, ".")
	f := m.byName[first]
	switch {
	case f == nil:
		kind := "leaf"
		if e.Dialect().DatesBySecond {
			kind = "condition"
		}
		return condition{}, Errorf("ValueError", "Invalid field %s.%s in %s %s", m.Name, first, kind, reprLeaf(leaf))
	case f.inherited != nil:
		return e.through(m, m.byName[m.Inherits], name, operator, value)
	case !f.Stored && f.Type != One2many:
		return e.searched(m, f, rest, operator, value)
	case path:
		return e.through(m, f, rest, operator, value)
	case f.Name == "id" && (operator == "child_of" || operator == "parent_of"):
		ids, err := e.hierarchy(m, operator, value)
		return oneOf(f, ids), err
	}
	switch f.Type {
	case Many2one:
		return e.referenceLeaf(f, operator, value)
	case One2many, Many2many:
		return e.manyLeaf(f, operator, value)
	}
	return e.scalarLeaf(f, operator, value)
}

// searched compiles a condition on a field without a column: by the field's own rewriting, else it is
// ignored.
func (e *Env) searched(m *Model, f *Field, rest, operator string, value any) (condition, error) {
	if f.Search == nil {
		return constant(true), nil
	}
	if rest != "" {
		ids, err := e.Search(e.DB.models[f.Relation], []any{[]any{rest, operator, value}}, "id", 0, 0)
		if err != nil {
			return condition{}, err
		}
		operator, value = "in", anyList(ids)
	}
	return e.terms(m, f.Search(e, operator, value))
}

// through compiles a condition on what a relation leads to. Through a Many2one archived records count;
// to many they do only if the context says so.
func (e *Env) through(m *Model, link *Field, rest, operator string, value any) (condition, error) {
	other := e.DB.models[link.Relation]
	inner := e
	if link.Type == Many2one {
		inner = e.With("active_test", false)
	}
	c, err := inner.compile(other, []any{[]any{rest, operator, value}})
	if err != nil {
		return condition{}, err
	}
	switch link.Type {
	case Many2one:
		return condition{
			match: func(r *Row) bool {
				id, _ := r.column(link).(int64)
				target := other.Fetch(id)
				return target != nil && c.match(target)
			},
			find: func() ([]int64, bool) {
				if !link.Indexed {
					return nil, false
				}
				targets, ok := c.candidates()
				return m.pointing(link, targets), ok
			},
		}, nil
	case One2many:
		return childrenMatch(other, link, c), nil
	}
	return condition{match: func(r *Row) bool {
		ids, _ := r.column(link).([]int64)
		return slices.ContainsFunc(ids, func(id int64) bool {
			target := other.Fetch(id)
			return target != nil && c.match(target)
		})
	}}, nil
}

// pointing returns the rows of m whose indexed link leads to one of the targets.
func (m *Model) pointing(link *Field, targets []int64) []int64 {
	var ids []int64
	for _, id := range targets {
		ids = append(ids, m.table.Having(link.Name, id)...)
	}
	return ids
}

func childrenMatch(other *Model, link *Field, c condition) condition {
	inverse := other.byName[link.Inverse]
	return condition{
		match: func(r *Row) bool {
			return slices.ContainsFunc(other.table.Having(link.Inverse, r.ID), func(id int64) bool {
				return c.match(other.Fetch(id))
			})
		},
		find: func() ([]int64, bool) {
			children, ok := c.candidates()
			var owners []int64
			for _, id := range children {
				if child := other.Fetch(id); child != nil {
					owner, _ := child.column(inverse).(int64)
					owners = append(owners, owner)
				}
			}
			return owners, ok
		},
	}
}
