package odoo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// memberLine makes a line of what a variant is to hold. Of a new variant, what its template has is left out.
func (s *session) memberLine(l line, fields pipeline.Values, fresh bool) (line, map[string]string, error) {
	own := pipeline.Values{}
	var attributes map[string]string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var err error
		switch {
		case name == parentField && !fresh:
			return l, nil, rejected("Make a new product in the other family, and archive this one.", "a variant of Odoo cannot go to another template")
		case name == parentField:
		case name == attributesField:
			if attributes, err = tell(fields[name]); err != nil {
				return l, nil, err
			}
		case slices.Contains(ownFields(), name):
			own[name] = fields[name]
		case !fresh:
			return l, nil, &pipeline.Error{Code: pipeline.CodeMappingFailed, Message: fmt.Sprintf("the field %q is the template's, no variant has it", name)}
		}
	}
	var err error
	if l.values, err = s.canonical(own); err != nil {
		return l, nil, err
	}
	if price, ok := l.values[priceField]; ok {
		n := price.AsNumber()
		l.price = &n
		delete(l.values, priceField)
	}
	return l, attributes, nil
}

// createMembers makes variants: their templates are given the attributes first, and then each variant is made
// whole, with its code, barcode, cost, weight, stock and external id in one transaction with others.
func (e *Endpoint) createMembers(ctx context.Context, s *session, drafts []pipeline.Draft) []pipeline.Receipt {
	w := e.writer(s, "create", len(drafts))
	w.model = variantModel
	lines := map[int]line{}
	var all []told
	for i, d := range drafts {
		l := line{index: i, token: d.Token}
		var ok bool
		if l.template, ok = idOf(pipeline.Key(d.Fields[parentField].AsText())); !ok {
			w.fail(l, &pipeline.Error{Code: pipeline.CodeParentMissing, Message: fmt.Sprintf("%q is no template of Odoo", d.Fields[parentField].String())})
			continue
		}
		l, attributes, err := s.memberLine(l, d.Fields, true)
		if err == nil && attributes == nil {
			_, err = tell(pipeline.Value{})
		}
		if err == nil {
			l, err = s.countedNew(l)
		}
		if err != nil {
			w.fail(l, err)
			continue
		}
		lines[i] = l
		all = append(all, told{i, l.template, attributes})
	}
	if err := e.makeMembers(ctx, w, lines, all); err != nil {
		for _, t := range all {
			if w.out[t.index] == (outcome{}) {
				w.out[t.index].err = err
			}
		}
	}
	return w.receiptsOf(ctx, memberFields(lines), nil, memberKey)
}

// memberFields are the fields that lines write, those that they hold elsewhere included.
func memberFields(lines map[int]line) []string {
	names := map[string]bool{"name": true, parentField: true, attributesField: true, priceField: true}
	for _, l := range lines {
		for name := range l.values {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// countedNew fills in how the quantity of a new variant is counted.
func (s *session) countedNew(l line) (line, error) {
	want, ok := l.values[stockField]
	switch {
	case !ok || s.warehouse == nil:
		return l, nil
	case want.AsNumber().IsZero():
		return l.without(), nil
	case !s.warehouse.mayCount:
		return l, s.mayNotCount()
	}
	l.place, l.count = s.warehouse.main, want.AsNumber()
	return l, nil
}

// makeMembers makes the variants of lines.
func (e *Endpoint) makeMembers(ctx context.Context, w *writer, lines map[int]line, all []told) error {
	c := &combiner{Endpoint: e, s: w.s}
	var templates []int64
	for _, t := range all {
		templates = append(templates, t.template)
	}
	slices.Sort(templates)
	templates = slices.Compact(templates)
	if len(templates) == 0 {
		return nil
	}
	if err := c.load(ctx, templates); err != nil {
		return err
	}
	all, err := c.alreadyMade(ctx, w, lines, all)
	if err != nil {
		return err
	}
	fail := func(i int, err error) { w.fail(lines[i], err) }
	if all, err = c.prepare(ctx, all, fail); err != nil {
		return err
	}
	var fresh, kept []line
	for _, t := range all {
		l := lines[t.index]
		l.combination = c.combination(t)
		if len(l.combination) != len(t.attributes) {
			fail(t.index, rejected("Look at the attributes of the template in Odoo.", "Odoo did not take its attributes"))
			continue
		}
		switch m := c.member(l); {
		case m == nil:
			l.values[attributesField] = pipeline.Text(combination(l.combination))
			fresh = append(fresh, l)
		case m.fresh, m.joined:
			for _, name := range []string{"default_code", "barcode"} { // what it holds is the parent's
				if _, given := l.values[name]; !given && m.joined {
					l.values[name] = pipeline.Value{}
				}
			}
			l.id = m.id
			kept = append(kept, l)
		case m.isOf(l): // an earlier attempt at it
			w.out[l.index] = outcome{id: m.id}
		default:
			fail(t.index, c.taken(l, *m))
		}
	}
	if fresh, err = w.priceNew(ctx, c, fresh); err != nil {
		return err
	}
	w.loadMembers(ctx, fresh)
	w.writeMembers(ctx, c, kept)
	return c.dropFresh(ctx, slices.DeleteFunc(kept, func(l line) bool { return w.out[l.index].err != nil }))
}

// isOf tells whether the variant has the code, or the barcode, that a line is to give it.
func (m member) isOf(l line) bool {
	code, barcode := l.values["default_code"].AsText(), l.values["barcode"].AsText()
	return code != "" && code == m.code || code == "" && barcode != "" && barcode == m.barcode
}

// alreadyMade takes those out that an earlier attempt made.
func (c *combiner) alreadyMade(ctx context.Context, w *writer, lines map[int]line, all []told) ([]told, error) {
	var ids []int64
	for _, v := range c.known {
		for _, m := range v.members {
			ids = append(ids, m.id)
		}
	}
	if len(ids) == 0 {
		return all, nil
	}
	slices.Sort(ids)
	made, err := c.tokens(ctx, c.s, variantModel, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(t told) bool {
		id, ok := made[lines[t.index].token]
		if ok {
			w.out[t.index] = outcome{id: id}
		}
		return ok
	}), nil
}

// member returns the variant of the template that a line's combination has already.
func (c *combiner) member(l line) *member {
	v := c.known[l.template]
	if v == nil {
		return nil
	}
	for i := range v.members {
		if combination(v.members[i].values) == combination(l.combination) {
			return &v.members[i]
		}
	}
	return nil
}

func (c *combiner) taken(l line, m member) error {
	what := "the variant"
	if !m.active {
		what = "the archived variant"
	}
	return rejected("Give one of the two other attributes, or the same SKU if they are one product.",
		"%s %d of template %d (%s) has the attributes %s already", what, m.id, l.template, m.code, c.families[l.template].told(m.values).String())
}

// loadMembers makes new variants.
func (w *writer) loadMembers(ctx context.Context, lines []line) {
	for _, group := range byColumns(lines) {
		columns, flags := group[0].columns(), archivedToo|findRepeats
		if group[0].counts() {
			flags |= counting
		}
		for some := range slices.Chunk(group, loadSize) {
			w.write(ctx, some, func(ctx context.Context, lines []line) ([]int64, []int, error) {
				rows := make([]any, len(lines))
				for i, l := range lines {
					rows[i] = append([]any{tokenModule + "." + l.token, string(keyOf(l.template))}, l.cells(columns)...)
				}
				return w.load(ctx, w.s, rpc.OpCreate, variantModel, append([]any{"id", parentField + "/.id"}, lines[0].header(columns)...), rows, flags)
			})
		}
	}
}

// dropFresh deletes the variants that Odoo made of its own accord, of combinations that nobody asked for.
func (c *combiner) dropFresh(ctx context.Context, kept []line) error {
	var ids []int64
	for _, v := range c.known {
		for _, m := range v.members {
			if m.fresh && len(m.values) > 0 && !slices.ContainsFunc(kept, func(l line) bool { return l.id == m.id }) {
				ids = append(ids, m.id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	_, err := c.client.Call(ctx, rpc.Call{
		Operation: rpc.OpRemove, Model: variantModel, Method: "unlink", Args: []any{anyOf(ids)}, Writes: true,
		Options: map[string]any{"context": c.s.context(quiet)},
	})
	return err
}
