package odoo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// Update implements pipeline.Endpoint.
//
// Code, barcode, cost and weight are on the variant, and a write to the template reaches it only where
// the template shows that one variant: templates whose variant is archived are written with archivedToo.
// In that context, however, a return of the template leaves the variant behind, so the return is a
// write of its own, after the others: the record is never active with half of its values.
func (e *Endpoint) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	s, err := e.session(ctx)
	if err != nil {
		return failedAll(make([]pipeline.Receipt, len(patches)), err)
	}
	return divided(patches, func(p pipeline.Patch) bool { _, ok := memberOf(p.Key); return ok },
		func(some []pipeline.Patch) []pipeline.Receipt { return e.updateTemplates(ctx, s, some) },
		func(some []pipeline.Patch) []pipeline.Receipt { return e.updateMembers(ctx, s, some) })
}

func (e *Endpoint) updateTemplates(ctx context.Context, s *session, patches []pipeline.Patch) []pipeline.Receipt {
	var err error
	receipts := make([]pipeline.Receipt, len(patches))
	w := e.writer(s, "write", len(patches))
	lines := s.patchLines(w, patches)
	ids := make([]int64, len(lines))
	for i, l := range lines {
		ids[i] = l.id
	}
	before := map[int64]*variants{}
	if len(ids) > 0 {
		if before, _, err = e.variantsOf(ctx, s, ids, s.stocked(fieldsOf(lines))); err != nil {
			return failedAll(receipts, err)
		}
	}
	if lines, err = w.uncovered(ctx, lines, before); err != nil {
		return failedAll(receipts, err)
	}
	families, err := e.families(ctx, s, ids, before)
	if err != nil {
		return failedAll(receipts, err)
	}
	lines = e.priced(ctx, s, e.placed(ctx, s, lines, w.fail), w.fail)
	var active, archived, counts, back, familiesBack []line
	for _, l := range lines {
		v, f := before[l.id], families[l.id]
		if why := e.excluded(v, f); why != "" {
			w.fail(l, moved(l.id, why))
			continue
		}
		if f != nil {
			if v == nil {
				v = &variants{archived: true}
			}
			if l.touches(parentLacks()) {
				w.fail(l, moved(l.id, "it has variants now"))
				continue
			}
		}
		if l, err = s.counted(l, v); err != nil {
			w.fail(l, err)
			continue
		}
		w.out[l.index] = outcome{id: l.id}
		switch fields, returns := l.split(); {
		case v.archived && f != nil:
			// With its archived variants in sight, none of them comes back with the template.
			archived, familiesBack = appendFilled(archived, fields), appendFilled(familiesBack, returns)
		case v.archived:
			fields, count := s.countApart(fields)
			archived, counts, back = appendFilled(archived, fields), appendFilled(counts, count), appendFilled(back, returns)
		default:
			active = appendFilled(active, l)
		}
	}
	w.updateAll(ctx, active, before, 0)
	w.updateAll(ctx, archived, before, archivedToo)
	failed := func(l line) bool { return w.out[l.index].err != nil }
	w.updateAll(ctx, slices.DeleteFunc(counts, failed), before, archivedToo)
	w.updateAll(ctx, slices.DeleteFunc(back, failed), before, 0)
	w.updateAll(ctx, slices.DeleteFunc(familiesBack, failed), before, archivedToo)
	e.tellGone(ctx, w)
	return w.receipts(ctx, lines, before)
}

// patchLines makes lines of patches. The errors of those that cannot be sent go to w.
func (s *session) patchLines(w *writer, patches []pipeline.Patch) []line {
	var lines []line
	for i, p := range patches {
		l := line{index: i, presumed: p.Before}
		var ok bool
		var err error
		if l.id, ok = idOf(p.Key); !ok {
			w.fail(l, &pipeline.Error{Code: pipeline.CodeRecordGone, Class: pipeline.Stale, Message: fmt.Sprintf("%q is no key of an Odoo product", p.Key)})
			continue
		}
		if l.values, err = s.canonical(p.Fields); err != nil {
			w.fail(l, err)
			continue
		}
		if l, err = l.pictured(p.Images); err != nil {
			w.fail(l, err)
			continue
		}
		lines = append(lines, l)
	}
	return lines
}

// split divides the line of an archived template into its fields and its return, either of which may be
// empty.
func (l line) split() (fields, returns line) {
	fields, returns = l, l
	returns.image, returns.own = nil, 0
	if v, ok := l.values["active"]; !ok || !v.AsBool() {
		returns.values = nil
		return fields, returns
	}
	fields.values = maps.Clone(l.values)
	delete(fields.values, "active")
	returns.values = pipeline.Values{"active": l.values["active"]}
	return fields, returns
}

func appendFilled(lines []line, l line) []line {
	if len(l.values) == 0 {
		return lines
	}
	return append(lines, l)
}

// updateAll writes lines in as few transactions as their columns allow.
func (w *writer) updateAll(ctx context.Context, lines []line, before map[int64]*variants, flags flag) {
	for _, group := range imagesLast(grouped(lines)) {
		for some := range w.batches(ctx, group) {
			some = w.unmovedImages(ctx, w.unmoved(ctx, some, before))
			w.write(ctx, some, func(ctx context.Context, lines []line) ([]int64, []int, error) {
				return w.update(ctx, lines, flags)
			})
		}
	}
}

// update writes lines with the same columns in one transaction: by one write where they have all values
// in common, which is many times faster, else by load. Stock alone is counted without touching the product.
func (w *writer) update(ctx context.Context, lines []line, flags flag) (ids []int64, blamed []int, err error) {
	columns := lines[0].columns()
	if lines[0].counts() {
		if len(columns) == 1 {
			return w.countAll(ctx, lines, flags)
		}
		flags |= counting
	}
	ids = make([]int64, len(lines))
	for i, l := range lines {
		ids[i] = l.id
	}
	if w.together(lines) {
		_, err := w.client.Call(ctx, rpc.Call{
			Operation: rpc.OpUpdate, Model: w.model, Method: "write", Args: []any{anyOf(ids), lines[0].arguments()}, Writes: true,
			Options: map[string]any{"context": w.s.context(flags | quiet)},
		})
		return ids, nil, err
	}
	rows := make([]any, len(lines))
	for i, l := range lines {
		rows[i] = append([]any{string(keyOf(l.id))}, l.cells(columns)...)
	}
	_, blamed, err = w.load(ctx, w.s, rpc.OpUpdate, w.model, append([]any{".id"}, lines[0].header(columns)...), rows, flags)
	return ids, blamed, err
}

// together tells whether one write does for all lines.
func (w *writer) together(lines []line) bool {
	if lines[0].counts() {
		return false
	}
	if len(lines) == 1 {
		return true
	}
	if _, barcode := lines[0].values["barcode"]; barcode && !w.s.dialect.clearsBarcodesTogether {
		return false
	}
	if carried(lines) > 0 { // each was read by itself
		return false
	}
	first := lines[0].signature()
	return !slices.ContainsFunc(lines, func(l line) bool { return l.signature() != first })
}

// tellGone gives those outcomes a code of their own whose record is no longer there; Odoo says so in
// words alone, and in the user's language. If that cannot be found out, they stay as they are.
func (e *Endpoint) tellGone(ctx context.Context, w *writer) {
	out := w.out
	var failed []int64
	for _, o := range out {
		if class := pipeline.ClassOf(o.err); o.id != 0 && o.err != nil && (class == pipeline.Permanent || class == pipeline.Stale) {
			failed = append(failed, o.id)
		}
	}
	if len(failed) == 0 {
		return
	}
	there, _, err := e.searchIn(ctx, w.s, rpc.OpSearch, w.model, domain{where("id", "in", anyOf(failed))}, window{})
	if err != nil {
		return
	}
	for i, o := range out {
		if slices.Contains(failed, o.id) && !slices.Contains(there, o.id) {
			out[i].err = gone(o.id)
		}
	}
}

func gone(id int64) error {
	return &pipeline.Error{Code: pipeline.CodeRecordGone, Class: pipeline.Stale, Message: fmt.Sprintf("the product %d is no longer in Odoo", id)}
}

// moved is the error of a record that took part when it was decided upon, and no longer does.
func moved(id int64, why string) error {
	return &pipeline.Error{Code: pipeline.CodeStale, Class: pipeline.Stale, Message: fmt.Sprintf("the product %d of Odoo takes no part any more: %s", id, why)}
}

// touches tells whether the line writes one of the fields.
func (l line) touches(fields []string) bool {
	return slices.ContainsFunc(fields, func(name string) bool { _, ok := l.values[name]; return ok })
}
