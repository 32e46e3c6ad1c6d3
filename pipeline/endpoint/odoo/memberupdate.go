package odoo

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// updateMembers writes variants of families.
func (e *Endpoint) updateMembers(ctx context.Context, s *session, patches []pipeline.Patch) []pipeline.Receipt {
	w := e.writer(s, "write", len(patches))
	w.model = variantModel
	receipts := make([]pipeline.Receipt, len(patches))
	ids := make([]int64, len(patches))
	fields := []string{"active"}
	for i, p := range patches {
		ids[i], _ = memberOf(p.Key)
		fields = append(fields, slices.Collect(maps.Keys(p.Fields))...)
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	now, err := e.readMembers(ctx, s, ids, fields)
	if err != nil {
		return failedAll(receipts, err)
	}
	there, before := map[int64]product{}, map[int64]*variants{}
	for _, p := range now {
		there[p.id], before[p.id] = p, p.variants
	}
	lines := map[int]line{}
	var all []told
	for i, p := range patches {
		l := line{index: i, id: ids[i], template: there[ids[i]].template, presumed: p.Before}
		if before[l.id] == nil {
			w.fail(l, gone(l.id))
			continue
		}
		l, attributes, err := s.memberLine(l, p.Fields, false)
		if err == nil {
			l, err = s.counted(l, before[l.id])
		}
		if err != nil {
			w.fail(l, err)
			continue
		}
		w.out[i] = outcome{id: l.id}
		lines[i] = l
		if attributes != nil {
			all = append(all, told{i, l.template, attributes})
		}
	}
	if err := e.changeMembers(ctx, w, lines, all, before); err != nil {
		for i := range lines {
			if w.out[i].err == nil {
				w.out[i].err = err
			}
		}
	}
	e.tellGone(ctx, w)
	return w.receiptsOf(ctx, fields, before, memberKey)
}

// changeMembers writes the lines of variants that exist.
func (e *Endpoint) changeMembers(ctx context.Context, w *writer, lines map[int]line, all []told, before map[int64]*variants) error {
	c := &combiner{Endpoint: e, s: w.s}
	var templates []int64
	for _, l := range lines {
		if l.price != nil || len(all) > 0 {
			templates = append(templates, l.template)
		}
	}
	if len(templates) > 0 {
		slices.Sort(templates)
		if err := c.load(ctx, slices.Compact(templates)); err != nil {
			return err
		}
		fit, err := c.prepare(ctx, all, func(i int, err error) { w.fail(lines[i], err); delete(lines, i) })
		if err != nil {
			return err
		}
		for _, t := range fit {
			l := lines[t.index]
			l.combination = c.combination(t)
			if m := c.member(l); m != nil && m.id != l.id {
				w.fail(l, c.taken(l, *m))
				delete(lines, t.index)
				continue
			}
			l.values[attributesField] = pipeline.Text(combination(l.combination))
			lines[t.index] = l
		}
	}
	var plain, priced []line
	for _, i := range slices.Sorted(maps.Keys(lines)) {
		switch l := lines[i]; {
		case l.price != nil:
			priced = append(priced, l)
		case len(l.values) > 0:
			plain = append(plain, l)
		}
	}
	w.updateAll(ctx, plain, before, archivedToo)
	w.writeMembers(ctx, c, w.unmoved(ctx, priced, before))
	return c.dropFresh(ctx, nil)
}

// keepLast archives variants that are their templates' last ones, and returns the others: with its last variant
// Odoo would delete the template.
func (w *writer) keepLast(ctx context.Context, lines []line) ([]line, error) {
	var templates []int64
	for _, l := range lines {
		templates = append(templates, l.template)
	}
	known, _, err := w.variantsOf(ctx, w.s, templates, false)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	var rest, last []line
	for _, l := range lines {
		others := known[l.template] != nil && slices.ContainsFunc(known[l.template].members, func(m member) bool {
			return m.active && !slices.ContainsFunc(lines, func(l line) bool { return l.id == m.id })
		})
		if others {
			rest = append(rest, l)
		} else {
			last = append(last, l)
		}
	}
	w.write(ctx, last, w.removal(pipeline.Archive))
	return rest, nil
}
