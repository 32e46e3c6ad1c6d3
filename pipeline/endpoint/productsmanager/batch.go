package productsmanager

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/paging"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// batch is some writes that go with one request, of the products of those keys.
type batch struct {
	*endpoint
	request func(items []any) client.Request
	items   []any
	keys    []pipeline.Key

	start    time.Time                        // PM's clock before it took the first items
	done     []bool                           // by item: PM says that it wrote it
	status   []string                         // by item: in which word
	receipts []pipeline.Receipt               // by item: why not
	changed  map[pipeline.Key]product.Product // what PM listed after it
}

func (e *endpoint) newBatch(request func([]any) client.Request) *batch {
	return &batch{endpoint: e, request: request}
}

func (b *batch) add(key pipeline.Key, item map[string]any) {
	b.items, b.keys = append(b.items, item), append(b.keys, key)
	b.receipts, b.done = append(b.receipts, pipeline.Receipt{}), append(b.done, false)
	b.status = append(b.status, "")
}

// write sends the items from..to, and in halves what is refused as a whole.
func (b *batch) write(ctx context.Context, from, to int) {
	if from >= to {
		return
	}
	answer, err := b.client.Do(ctx, b.request(b.items[from:to]))
	if failed := pipeline.AsError(err); failed != nil {
		if failed.Code == pipeline.CodeRecordRejected && !failed.MaybeDone && to-from > 1 {
			middle := (from + to) / 2
			b.write(ctx, from, middle)
			b.write(ctx, middle, to)
			return
		}
		for i := from; i < to; i++ {
			b.receipts[i].Err = failed
		}
		return
	}
	if b.start.IsZero() {
		b.start = answer.Start
	}
	page, err := wire.ReadList(answer.JSON)
	if err != nil {
		page.Items = nil // taken, but it does not say how: each is in doubt
	}
	outcomes := map[pipeline.Key]product.Product{}
	for _, row := range page.Items {
		outcomes[outcomeKey(row)] = row
	}
	for i := from; i < to; i++ {
		outcome, told := outcomes[b.keys[i]]
		switch message, failed := failure(outcome); {
		case !told:
			b.receipts[i].Err = &pipeline.Error{
				Code: pipeline.CodeBadAnswer, Class: pipeline.Transient, MaybeDone: true, Cause: err,
				Message: fmt.Sprintf("the answer of %s to a batch does not say what became of the product %s", b.client.Host(), b.keys[i]),
			}
		case failed:
			b.receipts[i].Err = &pipeline.Error{
				Code: pipeline.CodeRecordRejected, Class: pipeline.Permanent,
				Message: "Products Manager refuses to write the product " + string(b.keys[i]) + ": " + message,
			}
		default:
			b.done[i], b.status[i] = true, outcome.Status()
		}
	}
}

// listFrom is from how many written items on they are read back from the list of changes, not one by one.
const listFrom = 8

// writeAll sends the items and, of a larger batch, reads what PM lists as changed since.
func (b *batch) writeAll(ctx context.Context) {
	b.write(ctx, 0, len(b.items))
	if _, feeds := b.surface.(feeder); !feeds || len(b.items) < listFrom || b.start.IsZero() {
		return
	}
	b.changed = map[pipeline.Key]product.Product{}
	since := b.start.Add(-time.Second)
	l := &listing{endpoint: b.endpoint, since: &since}
	err := paging.Read(ctx, paging.List{
		Size: pageSize, Fetch: l.fetch, Mark: l.identify,
		Sort: func(row paging.Row) string { s, _ := row["created_at"].(string); return s },
		Visit: func(fresh []paging.Row) error {
			for _, row := range fresh {
				if key := b.surface.key(row); slices.Contains(b.keys, key) {
					b.changed[key] = row
				}
			}
			return nil
		},
		Enough: func([]paging.Row) bool { return len(b.changed) == len(b.items) },
	})
	if err != nil { // one by one, then
		b.log.Debug("the list of changes does not show what was written", "error", err)
	}
}

// readBack makes the receipt of an item that was written.
func (b *batch) readBack(ctx context.Context, i int, fields pipeline.Values) pipeline.Receipt {
	paths, err := product.ParsePaths(b.schema, slices.Sorted(maps.Keys(fields)))
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	if p, listed := b.changed[b.keys[i]]; listed && !p.Trashed() && p.HoldsAll(paths) && b.shows(p, b.start, fields, paths) {
		return b.confirmed(b.keys[i], p, paths, false)
	}
	return b.receipt(ctx, b.keys[i], nil, b.start, fields)
}

// outcomeKey returns the EAN of the item that a row of the answer is about. Rows are not told by their
// places: PM does not promise an order.
func outcomeKey(row product.Product) pipeline.Key {
	if ean := row.EAN(); ean != "" {
		return pipeline.Key(ean)
	}
	ref, _ := row["ref"].(string)
	return pipeline.Key(product.NormalEAN(ref))
}

// failure tells whether a row of the answer reports a failure, and in which words.
func failure(row product.Product) (message string, failed bool) {
	status := row.Status()
	failed = slices.Contains([]string{"error", "errors", "failed", "failure", "rejected", "invalid", "not_found", "notfound"}, status) || row["error"] != nil
	for _, key := range []string{"message", "error", "detail", "reason"} {
		if text, ok := row[key].(string); ok && text != "" {
			return wire.Clip(text, 200), failed
		}
	}
	return status, failed
}

// createTogether makes the products in one batch. The batch writes to what already has the same EAN or
// reference instead of making a product, so nobody may hold either; each is looked for first.
func (e *endpoint) createTogether(ctx context.Context, b batcher, drafts []pipeline.Draft, made []pipeline.Key) []pipeline.Receipt {
	bodies, fields := make([]map[string]any, len(drafts)), make([]pipeline.Values, len(drafts))
	receipts := e.fanOut(len(drafts), func(i int) (r pipeline.Receipt) {
		if made[i] != "" {
			return e.adopt(ctx, made[i], drafts[i])
		}
		if fields[i], r.Err = addressed(ctx, drafts[i].Fields, drafts[i].Images); r.Err != nil {
			return r
		}
		if bodies[i], r.Err = e.writer.Create(fields[i]); r.Err == nil {
			r = e.unclaimed(ctx, drafts[i])
		}
		return r
	})
	sent := e.newBatch(b.sync)
	var at []int
	claimed := map[string]bool{}
	for i, d := range drafts {
		if receipts[i].Err != nil || receipts[i].Key != "" {
			continue
		}
		ean, sku := product.NormalEAN(d.Fields["ean"].String()), d.Fields["sku"].String()
		if claimed[ean] || (sku != "" && claimed["\x00"+sku]) {
			receipts[i].Err = alreadyHeld("another product of the same batch", ean, sku)
			continue
		}
		claimed[ean], claimed["\x00"+sku] = true, true
		if _, mapped := bodies[i]["external_id"]; !mapped {
			bodies[i]["external_id"] = tokenPrefix + d.Token
		}
		e.tokens.note(d.Token, "")
		sent.add(pipeline.Key(ean), bodies[i])
		at = append(at, i)
	}
	sent.writeAll(ctx)
	read := e.fanOut(len(at), func(j int) pipeline.Receipt {
		d := drafts[at[j]]
		if !sent.done[j] {
			if err := pipeline.AsError(sent.receipts[j].Err); !err.MaybeDone {
				e.tokens.forget(d.Token)
			}
			return judged(sent.receipts[j], fields[at[j]], nil)
		}
		e.tokens.note(d.Token, sent.keys[j])
		if sent.status[j] == "updated" {
			e.log.Warn("a product that somebody made in the same moment was written over", "key", sent.keys[j])
		}
		r := judged(sent.readBack(ctx, j, fields[at[j]]), fields[at[j]], nil)
		r.Key = sent.keys[j]
		return r
	})
	for j, i := range at {
		receipts[i] = read[j]
	}
	return receipts
}

// unclaimed returns an error if a product has the draft's EAN or reference, the draft's own receipt if it
// is that very draft's, and an empty one if there is none.
func (e *endpoint) unclaimed(ctx context.Context, d pipeline.Draft) pipeline.Receipt {
	ean, sku := product.NormalEAN(d.Fields["ean"].String()), d.Fields["sku"].String()
	holder, err := e.holder(ctx, ean)
	if err == nil && holder == nil && sku != "" {
		holder, err = e.referred(ctx, sku)
	}
	switch {
	case err != nil:
		return pipeline.Receipt{Err: err}
	case holder == nil:
		return pipeline.Receipt{}
	}
	if id, known := holder.ExternalID(); known && id == tokenPrefix+d.Token {
		return e.adopt(ctx, e.surface.key(holder), d)
	}
	refused := alreadyHeld("the product "+string(e.surface.key(holder)), ean, sku)
	if !d.Since.IsZero() && e.client.Server(d.Since).Before(latest(holder.Updated(), holder.Created())) {
		refused.Class = pipeline.Stale
	}
	return pipeline.Receipt{Err: refused}
}

// referred returns the product that has the text as its reference; nil if there is none.
func (e *endpoint) referred(ctx context.Context, sku string) (product.Product, error) {
	answer, err := e.client.Do(ctx, e.surface.get(pipeline.Key(sku)))
	if isGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found, ok := wire.ReadOne(answer.JSON)
	if !ok {
		return nil, e.client.Unknown(client.Get, fmt.Errorf("a product was expected, but the answer is %s", wire.Shape(answer.JSON)))
	}
	return found, nil
}

func alreadyHeld(holder, ean, sku string) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeDuplicate, Class: pipeline.Permanent,
		Message: fmt.Sprintf("%s in Products Manager already has the EAN %q or the reference %q, and would be written over", holder, ean, sku),
		Remedy:  "Give each product an EAN and a reference of its own.",
	}
}

// updateTogether writes the patches of one same field in a batch, if there are several, and the others
// one by one: which fields of a larger batch PM leaves alone is not documented.
func (e *endpoint) updateTogether(ctx context.Context, b batcher, patches []pipeline.Patch) []pipeline.Receipt {
	receipts := make([]pipeline.Receipt, len(patches))
	byField := map[string][]int{}
	for i, p := range patches {
		field := batchField(b, p)
		byField[field] = append(byField[field], i)
	}
	for _, field := range slices.Sorted(maps.Keys(byField)) {
		at := byField[field]
		some := make([]pipeline.Patch, len(at))
		for j, i := range at {
			some[j] = patches[i]
		}
		var got []pipeline.Receipt
		if field == "" || len(at) == 1 {
			got = e.updateEach(ctx, some)
		} else {
			got = e.updateColumn(ctx, func(items []any) client.Request { return *b.column(field, items) }, some)
		}
		for j, i := range at {
			receipts[i] = got[j]
		}
	}
	return receipts
}

// batchField returns the field that is all of a patch, if there is a batch for it. "No value" goes in none.
func batchField(b batcher, p pipeline.Patch) string {
	if len(p.Fields) == 1 {
		for field, v := range p.Fields {
			if !v.IsNull() && b.column(field, nil) != nil {
				return field
			}
		}
	}
	return ""
}

func (e *endpoint) updateColumn(ctx context.Context, request func([]any) client.Request, patches []pipeline.Patch) []pipeline.Receipt {
	receipts := make([]pipeline.Receipt, len(patches))
	sent := e.newBatch(request)
	var at []int
	for i, p := range patches {
		receipts[i].Key = p.Key
		item, err := e.writer.Update(p.Fields, nil)
		if err != nil {
			receipts[i].Err = err
			continue
		}
		item["ean"] = string(p.Key)
		sent.add(p.Key, item)
		at = append(at, i)
	}
	sent.writeAll(ctx)
	read := e.fanOut(len(at), func(j int) pipeline.Receipt {
		if !sent.done[j] {
			return e.refusedItem(ctx, sent.keys[j], sent.receipts[j].Err)
		}
		return sent.readBack(ctx, j, patches[at[j]].Fields)
	})
	for j, i := range at {
		receipts[i] = read[j]
		receipts[i].Key = patches[i].Key
	}
	return receipts
}

// refusedItem says of a refused item that its product is gone, if that is why.
func (e *endpoint) refusedItem(ctx context.Context, key pipeline.Key, refused error) pipeline.Receipt {
	if failed := pipeline.AsError(refused); failed.Code != pipeline.CodeRecordRejected {
		return pipeline.Receipt{Err: refused}
	}
	read, err := e.read(ctx, key)
	switch {
	case isGone(err):
		return pipeline.Receipt{Err: err}
	case err == nil && read.product == nil:
		return pipeline.Receipt{Err: inTrash(key)}
	}
	return pipeline.Receipt{Err: refused}
}
