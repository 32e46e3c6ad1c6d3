package odoo

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// tokenModule is the module namespace of the external ids that tokens become. No module of that name
// exists, so no upgrade touches them.
const tokenModule = "__tandem__"

// Create implements pipeline.Endpoint. The external id is made in the same transaction as its record,
// and a repeated draft finds the record and leaves it as it is now.
//
// The context always holds archivedToo: without it, Odoo 16 loses the code, cost and weight of a record
// that is born archived.
func (e *Endpoint) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	s, err := e.session(ctx)
	if err != nil {
		return failedAll(make([]pipeline.Receipt, len(drafts)), err)
	}
	return divided(drafts, func(d pipeline.Draft) bool { return !d.Fields[parentField].IsNull() },
		func(some []pipeline.Draft) []pipeline.Receipt { return e.createTemplates(ctx, s, some) },
		func(some []pipeline.Draft) []pipeline.Receipt { return e.createMembers(ctx, s, some) })
}

// divided gives products and variants of families to what writes them, and puts the receipts into order.
func divided[T any](all []T, member func(T) bool, products, members func([]T) []pipeline.Receipt) []pipeline.Receipt {
	var parts [2][]T
	var places [2][]int
	for i, one := range all {
		part := 0
		if member(one) {
			part = 1
		}
		parts[part], places[part] = append(parts[part], one), append(places[part], i)
	}
	receipts := make([]pipeline.Receipt, len(all))
	for part, write := range [2]func([]T) []pipeline.Receipt{products, members} {
		if len(parts[part]) == 0 {
			continue
		}
		for i, r := range write(parts[part]) {
			receipts[places[part][i]] = r
		}
	}
	return receipts
}

func (e *Endpoint) createTemplates(ctx context.Context, s *session, drafts []pipeline.Draft) []pipeline.Receipt {
	var err error
	w := e.writer(s, "create", len(drafts))
	var lines []line
	for i, d := range drafts {
		l := line{index: i, token: d.Token}
		if l.values, err = s.canonical(templateFields(d.Fields)); err != nil {
			w.fail(l, err)
			continue
		}
		if l, err = s.storing(l); err != nil {
			w.fail(l, err)
			continue
		}
		if l, err = l.pictured(d.Images); err != nil {
			w.fail(l, err)
			continue
		}
		lines = append(lines, l)
	}
	lines = e.priced(ctx, s, e.placed(ctx, s, lines, w.fail), w.fail)
	for _, group := range imagesLast(byColumns(lines)) {
		columns, flags := group[0].columns(), archivedToo|findRepeats
		if group[0].counts() {
			flags |= counting | ownVariant
		}
		for some := range w.batches(ctx, group) {
			w.write(ctx, some, func(ctx context.Context, lines []line) ([]int64, []int, error) {
				rows := make([]any, len(lines))
				for i, l := range lines {
					rows[i] = append([]any{tokenModule + "." + l.token}, l.cells(columns)...)
				}
				return e.load(ctx, s, rpc.OpCreate, templateModel, append([]any{"id"}, lines[0].header(columns)...), rows, flags)
			})
		}
	}
	return w.receipts(ctx, lines, nil)
}

// byColumns puts lines together that have the same columns.
func byColumns(lines []line) [][]line {
	var groups [][]line
	for _, l := range lines {
		i := slices.IndexFunc(groups, func(g []line) bool { return slices.Equal(g[0].columns(), l.columns()) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], l)
	}
	return groups
}

func failedAll(receipts []pipeline.Receipt, err error) []pipeline.Receipt {
	for i := range receipts {
		receipts[i].Err = err
	}
	return receipts
}

// receipts reads back what was written and makes a receipt of each outcome.
//
// Invariant 2: what a receipt holds is what the server holds, not what was sent.
func (w *writer) receipts(ctx context.Context, lines []line, before map[int64]*variants) []pipeline.Receipt {
	return w.receiptsOf(ctx, fieldsOf(lines), before, keyOf)
}

// receiptsOf makes receipts of products, or of variants of families, by what makes a key of an id.
func (w *writer) receiptsOf(ctx context.Context, fields []string, before map[int64]*variants, key func(int64) pipeline.Key) []pipeline.Receipt {
	receipts := make([]pipeline.Receipt, len(w.out))
	var written []pipeline.Key
	for i, o := range w.out {
		receipts[i].Err = o.err
		if o.id != 0 {
			receipts[i].Key = key(o.id)
		}
		if o.err == nil && !slices.Contains(written, key(o.id)) {
			written = append(written, key(o.id))
		}
	}
	products, err := w.readKeys(ctx, w.s, written, fields)
	held := make(map[int64]product, len(products))
	for _, p := range products {
		held[p.id] = p
	}
	for i, o := range w.out {
		if o.err != nil {
			continue
		}
		p, ok := held[o.id]
		switch {
		case err != nil:
			lost := *pipeline.AsError(err)
			lost.MaybeDone = true // it was written, but what it is now is not known
			if lost.Class == pipeline.Permanent {
				lost.Class = pipeline.Transient
			}
			receipts[i].Err = &lost
		case !ok:
			receipts[i].Err = gone(o.id)
		default:
			receipts[i].Record = &p.Record
			receipts[i].Alone = p.edit.uid == w.s.uid && p.variants.untouched(w.s, before[p.id]) && w.kept(i, p)
		}
	}
	return receipts
}

// templateFields returns what a template can hold of a new product: its attributes come with its variants.
func templateFields(fields pipeline.Values) pipeline.Values {
	if _, ok := fields[attributesField]; !ok {
		return fields
	}
	fields = maps.Clone(fields)
	delete(fields, attributesField)
	return fields
}
