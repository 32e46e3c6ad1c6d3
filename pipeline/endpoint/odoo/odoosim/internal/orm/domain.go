package orm

import (
	"slices"
)

// condition is a domain that can be asked of rows.
type condition struct {
	match func(*Row) bool
	// find returns rows among which all that match are, in no order and perhaps repeated; false if
	// there is no quicker way than to look at every row. nil is the same.
	find func() ([]int64, bool)
}

func (c condition) candidates() ([]int64, bool) {
	if c.find == nil {
		return nil, false
	}
	return c.find()
}

// constant matches every row, or none.
func constant(holds bool) condition {
	if holds {
		return condition{match: func(*Row) bool { return true }}
	}
	return condition{
		match: func(*Row) bool { return false },
		find:  func() ([]int64, bool) { return nil, true },
	}
}

// compile reads a domain: leaves [field, operator, value] and the operators "&", "|", "!" before what
// they connect. Leaves that nothing connects are joined by "&".
//
// Archived records are left out, unless the context or the domain itself speaks of them.
func (e *Env) compile(m *Model, domain []any) (condition, error) {
	c, err := e.terms(m, domain)
	if err == nil && m.hasActive() && e.ActiveTest() && !names(domain, "active") {
		c = all([]condition{c, {match: (*Row).Active}})
	}
	return c, err
}

// terms compiles the terms of a domain and joins them by "&".
func (e *Env) terms(m *Model, domain []any) (condition, error) {
	p := &domainParser{env: e, model: m, rest: domain}
	var parts []condition
	for len(p.rest) > 0 {
		c, err := p.term(false)
		if err != nil {
			return condition{}, err
		}
		parts = append(parts, c)
	}
	return all(parts), nil
}

// names tells whether a leaf of the domain itself (not a path through it) names the field.
func names(domain []any, field string) bool {
	return slices.ContainsFunc(domain, func(term any) bool {
		leaf, ok := term.([]any)
		return ok && len(leaf) == 3 && leaf[0] == field
	})
}

type domainParser struct {
	env   *Env
	model *Model
	rest  []any
}

// term reads one term; negated says that an odd number of "!" stand before it. As in Odoo the negation
// is carried into the leaves, so it does not make "no value" match.
func (p *domainParser) term(negated bool) (condition, error) {
	if len(p.rest) == 0 {
		return condition{}, Errorf("ValueError", "Domain is syntactically not correct: an operator lacks its operand")
	}
	token := p.rest[0]
	p.rest = p.rest[1:]
	switch token {
	case "!":
		return p.term(!negated)
	case "&", "|":
		a, err := p.term(negated)
		if err != nil {
			return condition{}, err
		}
		b, err := p.term(negated)
		if err != nil {
			return condition{}, err
		}
		if (token == "&") != negated {
			return all([]condition{a, b}), nil
		}
		return anyOf([]condition{a, b}), nil
	}
	leaf, ok := token.([]any)
	if !ok || len(leaf) != 3 {
		return condition{}, Errorf("ValueError", "Invalid leaf %s", Repr(token))
	}
	return p.env.leaf(p.model, leaf, negated)
}

func all(parts []condition) condition {
	if len(parts) == 1 {
		return parts[0]
	}
	return condition{
		match: func(r *Row) bool {
			for i := range parts {
				if !parts[i].match(r) {
					return false
				}
			}
			return true
		},
		find: func() ([]int64, bool) {
			var best []int64
			found := false
			for i := range parts {
				if ids, ok := parts[i].candidates(); ok && (!found || len(ids) < len(best)) {
					best, found = ids, true
				}
			}
			return best, found
		},
	}
}

func anyOf(parts []condition) condition {
	return condition{
		match: func(r *Row) bool {
			return slices.ContainsFunc(parts, func(c condition) bool { return c.match(r) })
		},
		find: func() ([]int64, bool) {
			var union []int64
			for i := range parts {
				ids, ok := parts[i].candidates()
				if !ok {
					return nil, false
				}
				union = append(union, ids...)
			}
			return union, true
		},
	}
}

func not(c condition) condition {
	return condition{match: func(r *Row) bool { return !c.match(r) }}
}

// Search returns the ids of the records that match, as the user of e sees them.
func (e *Env) Search(m *Model, domain []any, order string, offset, limit int) ([]int64, error) {
	if err := e.check(m, Read); err != nil {
		return nil, err
	}
	if err := e.checkLanguage(); err != nil {
		return nil, err
	}
	if m.Narrow != nil {
		domain = m.Narrow(e, domain)
	}
	c, err := e.compile(m, domain)
	if err != nil {
		return nil, err
	}
	if order == "" {
		order = m.Order
	}
	sorter, err := e.order(m, order)
	if err != nil {
		return nil, err
	}
	ids := sorter.take(m, m.matching(c), offset, limit)
	return ids, nil
}

// matching returns the ids that match, ascending.
func (m *Model) matching(c condition) []int64 {
	ids := []int64{}
	candidates, ok := c.candidates()
	if !ok {
		for r := range m.table.All() {
			if c.match(r) {
				ids = append(ids, r.ID)
			}
		}
		return ids
	}
	for _, id := range candidates {
		if r := m.Fetch(id); r != nil && c.match(r) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
