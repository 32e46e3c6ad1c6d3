package odoo

import (
	"context"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// Remove implements pipeline.Endpoint. Records are archived by a plain write: Odoo's own action answers
// with a fault although it succeeds.
func (e *Endpoint) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	s, err := e.session(ctx)
	if err != nil {
		receipts := make([]pipeline.Receipt, len(keys))
		for i, key := range keys {
			receipts[i].Key = key
		}
		return failedAll(receipts, err)
	}
	remove := func(model string) func([]pipeline.Key) []pipeline.Receipt {
		return func(some []pipeline.Key) []pipeline.Receipt {
			return e.remove(ctx, s, model, some, membersOf(keys), how)
		}
	}
	// Variants come first, so that a template whose variants go too has none left.
	return divided(keys, func(k pipeline.Key) bool { _, ok := memberOf(k); return !ok }, remove(variantModel), remove(templateModel))
}

// remove removes records of one model. along are all variants that the call is to remove.
func (e *Endpoint) remove(ctx context.Context, s *session, model string, keys []pipeline.Key, along []int64, how pipeline.Removal) []pipeline.Receipt {
	receipts := make([]pipeline.Receipt, len(keys))
	for i, key := range keys {
		receipts[i].Key = key
	}
	products, err := e.readKeys(ctx, s, keys, []string{"active"})
	if err != nil {
		return failedAll(receipts, err)
	}
	there := make(map[pipeline.Key]product, len(products))
	for _, p := range products {
		there[p.Key] = p
	}
	operation := "write"
	if how == pipeline.Delete {
		operation = "unlink"
	}
	w := e.writer(s, operation, len(keys))
	w.model = model
	var lines []line
	for i, key := range keys {
		p, ok := there[key]
		w.out[i] = outcome{id: p.id}
		if how == pipeline.Delete {
			if err := p.keeps(along); err != nil {
				w.fail(line{index: i, id: p.id}, err)
				continue
			}
		}
		if ok && (how == pipeline.Delete || p.Fields["active"].AsBool()) {
			lines = append(lines, line{index: i, id: p.id, template: p.template})
		}
	}
	if model == variantModel && how == pipeline.Delete {
		if lines, err = w.keepLast(ctx, lines); err != nil {
			return failedAll(receipts, err)
		}
	}
	for some := range slices.Chunk(lines, loadSize) {
		w.write(ctx, some, w.removal(how))
	}
	return e.removed(ctx, w, how, there, receipts)
}

// keeps returns why a template is not deleted: Odoo would delete variants with it that are none of along.
//
// Invariant 5: that a parent is gone does not say that its variants are.
func (p product) keeps(along []int64) error {
	if p.family == nil || p.variants == nil {
		return nil
	}
	for _, m := range p.variants.members {
		if len(m.values) > 0 && !slices.Contains(along, m.id) {
			return rejected("Delete its variants too, on the side where it was deleted, or delete the template in Odoo yourself.",
				"template %d is not deleted, since Odoo would delete its variant %d (%s) with it, which nobody deleted", p.id, m.id, m.code)
		}
	}
	return nil
}

// removal returns what removes lines in one transaction.
func (w *writer) removal(how pipeline.Removal) attempt {
	return func(ctx context.Context, lines []line) ([]int64, []int, error) {
		ids := make([]int64, len(lines))
		for i, l := range lines {
			ids[i] = l.id
		}
		call := rpc.Call{
			Operation: rpc.OpRemove, Model: w.model, Method: "write", Args: []any{anyOf(ids), map[string]any{"active": false}}, Writes: true,
			Options: map[string]any{"context": w.s.context(quiet)},
		}
		if how == pipeline.Delete {
			call.Method, call.Args = "unlink", []any{anyOf(ids)}
		}
		_, err := w.client.Call(ctx, call)
		return ids, nil, err
	}
}

// removed makes the receipts: what is archived is read back, what was gone already is fine.
func (e *Endpoint) removed(ctx context.Context, w *writer, how pipeline.Removal, there map[pipeline.Key]product, receipts []pipeline.Receipt) []pipeline.Receipt {
	e.tellGone(ctx, w)
	var archived []pipeline.Key
	for i, o := range w.out {
		failed := pipeline.AsError(o.err)
		switch {
		case o.id == 0 || failed != nil && failed.Code == pipeline.CodeRecordGone:
			w.out[i] = outcome{}
		case failed != nil && failed.Code == pipeline.CodeRecordRejected && how == pipeline.Delete:
			used := *failed
			used.Remedy = "Other documents use the product, so Odoo keeps it: set `deletes = \"archive\"` in the pipeline, or archive it in Odoo."
			receipts[i].Err = &used
		case failed != nil:
			receipts[i].Err = failed
		case how == pipeline.Archive:
			archived = append(archived, receipts[i].Key)
		}
	}
	if len(archived) == 0 {
		return receipts
	}
	products, err := e.readKeys(ctx, w.s, archived, []string{"active"})
	for i := range receipts {
		if err != nil && slices.Contains(archived, receipts[i].Key) {
			receipts[i].Err = err
		}
		for _, p := range products {
			if p.Key == receipts[i].Key {
				receipts[i].Record = &p.Record
				receipts[i].Alone = p.edit.uid == w.s.uid && p.variants.untouched(w.s, there[p.Key].variants)
			}
		}
	}
	return receipts
}
