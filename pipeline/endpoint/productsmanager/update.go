package productsmanager

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// Update writes the patches one by one, several at once.
func (e *endpoint) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	return e.fanOut(len(patches), func(i int) pipeline.Receipt {
		r := e.update(ctx, patches[i])
		r.Key = patches[i].Key
		return r
	})
}

func (e *endpoint) update(ctx context.Context, patch pipeline.Patch) pipeline.Receipt {
	var current product.Product
	if product.NeedsCurrent(patch.Fields) {
		read, err := e.read(ctx, patch.Key)
		if err == nil && read.product == nil {
			err = inTrash(patch.Key)
		}
		if err != nil {
			return pipeline.Receipt{Err: err}
		}
		current = read.product
	}
	body, err := e.writer.Update(patch.Fields, current)
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	return e.put(ctx, patch.Key, body, patch.Fields)
}

// put sends a partial update and reads back the fields.
func (e *endpoint) put(ctx context.Context, key pipeline.Key, body map[string]any, fields pipeline.Values) pipeline.Receipt {
	answer, err := e.client.Do(ctx, e.surface.update(key, body))
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	answered, _ := wire.ReadOne(answer.JSON)
	return e.receipt(ctx, key, answered, answer.Start, fields)
}

// receipt makes the receipt of a write that PM took when its clock showed start or later. What PM
// answered to it is the state right after the write; an answer that does not hold every field that was
// written is followed by a read, which others may have come before (Invariant 2).
func (e *endpoint) receipt(ctx context.Context, key pipeline.Key, answered product.Product, start time.Time, fields pipeline.Values) pipeline.Receipt {
	paths, err := product.ParsePaths(e.schema, slices.Sorted(maps.Keys(fields)))
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	alone := answered.ID() == string(key) && answered.HoldsAll(paths)
	if !alone {
		read, err := e.read(ctx, key)
		if err == nil && (read.product == nil || !e.shows(read.product, start, fields, paths)) {
			err = &pipeline.Error{
				Code: pipeline.CodeStaleRead, Class: pipeline.Transient, MaybeDone: true,
				Message: fmt.Sprintf("Products Manager still shows the product %s as it was before it was written", key),
			}
		}
		if err != nil {
			return pipeline.Receipt{Err: afterWrite(err, key)}
		}
		answered = read.product
	}
	e.wrote.updated(answered)
	return pipeline.Receipt{Key: key, Record: e.record(answered, paths, time.Time{}), Alone: alone}
}

// shows tells whether a product was read after the write that PM took at start or later, and not from a
// cache that is older: its date says so, or it holds what was written.
func (e *endpoint) shows(p product.Product, start time.Time, fields pipeline.Values, paths []product.Path) bool {
	updated := p.Updated()
	if updated.IsZero() || start.IsZero() || !updated.Before(start.Truncate(time.Second)) {
		return true
	}
	for _, path := range paths {
		f, _ := e.schema.Lookup(path.String())
		if want, err := f.Canonical(fields[path.String()]); err != nil || !want.Equal(p.Get(path)) {
			return false
		}
	}
	return true
}

// afterWrite says of a failed read that the write before it was taken.
func afterWrite(err error, key pipeline.Key) error {
	failed := *pipeline.AsError(err)
	failed.MaybeDone = true
	if failed.Code == pipeline.CodeRecordGone || failed.Class == pipeline.Permanent {
		failed.Class = pipeline.Transient
		failed.Message = fmt.Sprintf("the product %s was written, but cannot be read back: %s", key, failed.Message)
	}
	return &failed
}

func inTrash(key pipeline.Key) error {
	return &pipeline.Error{
		Code: pipeline.CodeRecordGone, Class: pipeline.Stale,
		Message: fmt.Sprintf("the product %s is in the trash of Products Manager", key),
	}
}

// Remove deactivates the products or moves them to PM's trash.
func (e *endpoint) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	gone := make([]bool, len(keys))
	receipts := e.fanOut(len(keys), func(i int) pipeline.Receipt {
		var r pipeline.Receipt
		if how == pipeline.Delete {
			r = e.delete(ctx, keys[i])
		} else {
			r = e.put(ctx, keys[i], map[string]any{"is_active": false, "status": product.StatusInactive}, pipeline.Values{
				"is_active": pipeline.Bool(false), "status": pipeline.Text(product.StatusInactive),
			})
		}
		if gone[i] = isGone(r.Err); gone[i] {
			r = pipeline.Receipt{}
		}
		r.Key = keys[i]
		return r
	})
	if !slices.Contains(gone, true) {
		return receipts
	}
	if err := e.alive(ctx); err != nil { // Invariant 5: a module that is off is no proof that a product is gone
		for i := range receipts {
			if gone[i] {
				receipts[i].Err = err
			}
		}
	}
	return receipts
}

func (e *endpoint) delete(ctx context.Context, key pipeline.Key) pipeline.Receipt {
	answer, err := e.client.Do(ctx, e.surface.remove(key))
	if err == nil {
		e.wrote.deleted(key, answer.Start)
	}
	return pipeline.Receipt{Err: err}
}
