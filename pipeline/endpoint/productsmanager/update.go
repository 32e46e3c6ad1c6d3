package productsmanager

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

// Update writes the patches one by one, several at once, but those of the same single field together where
// there is a request for that.
func (e *endpoint) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	if b, ok := e.surface.(batcher); ok {
		return e.updateTogether(ctx, b, patches)
	}
	return e.updateEach(ctx, patches)
}

func (e *endpoint) updateEach(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	return e.fanOut(len(patches), func(i int) pipeline.Receipt {
		r := e.update(ctx, patches[i])
		r.Key = patches[i].Key
		return r
	})
}

func (e *endpoint) update(ctx context.Context, patch pipeline.Patch) pipeline.Receipt {
	patch, err := e.withoutKey(patch)
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	fields, err := addressed(ctx, patch.Fields, patch.Images)
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	var current product.Product
	if product.NeedsCurrent(fields) {
		read, err := e.read(ctx, patch.Key)
		if err == nil && read.product == nil {
			err = inTrash(patch.Key)
		}
		if err != nil {
			return pipeline.Receipt{Err: err}
		}
		current = read.product
	}
	if _, image := fields[product.MainImage]; image {
		if err := e.unmoved(patch, current); err != nil {
			return pipeline.Receipt{Err: err}
		}
	}
	body, err := e.writer.Update(fields, current)
	if err != nil {
		return pipeline.Receipt{Err: err}
	}
	if active, alone := fields["is_active"]; alone && len(fields) == 1 && len(body) > 1 {
		return e.turn(ctx, patch.Key, active.AsBool(), body, fields)
	}
	return judged(e.put(ctx, patch.Key, body, fields), fields, current)
}

// withoutKey takes an EAN that is the product's key out of a patch, and refuses another one.
func (e *endpoint) withoutKey(patch pipeline.Patch) (pipeline.Patch, error) {
	if !e.surface.can().byEAN {
		return patch, nil
	}
	for _, name := range []string{"ean", "barcode"} {
		ean, given := patch.Fields[name]
		if given && product.NormalEAN(ean.String()) != string(patch.Key) {
			return patch, &pipeline.Error{
				Code: pipeline.CodeRecordRejected, Class: pipeline.Permanent,
				Message: fmt.Sprintf("the EAN of the product %s cannot be changed by the API %q of Products Manager, which calls products by it", patch.Key, e.settings.API),
				Remedy:  "Change the EAN back, or change it in Products Manager too; or set `api = \"app\"` in the source block.",
			}
		}
	}
	return patch, nil
}

// turn switches a product on or off; body says the same as a partial update.
func (e *endpoint) turn(ctx context.Context, key pipeline.Key, on bool, body map[string]any, fields pipeline.Values) pipeline.Receipt {
	if b, ok := e.surface.(batcher); ok {
		return e.send(ctx, key, b.turn(key, on), fields)
	}
	return e.put(ctx, key, body, fields)
}

// put sends a partial update and reads back the fields.
func (e *endpoint) put(ctx context.Context, key pipeline.Key, body map[string]any, fields pipeline.Values) pipeline.Receipt {
	update := e.surface.update(key, body)
	r := e.send(ctx, key, update, fields)
	if f, ok := e.surface.(fallback); ok && client.StatusOf(r.Err) == http.StatusMethodNotAllowed {
		if other, ok := f.instead(update); ok {
			return e.send(ctx, key, other, fields)
		}
	}
	return r
}

func (e *endpoint) send(ctx context.Context, key pipeline.Key, request client.Request, fields pipeline.Values) pipeline.Receipt {
	answer, err := e.client.Do(ctx, request)
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
	if e.surface.key(answered) == key && answered.HoldsAll(paths) {
		return e.confirmed(key, answered, paths, true)
	}
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
	return e.confirmed(key, read.product, paths, false)
}

// confirmed is the receipt of a write after which the product was as given.
func (e *endpoint) confirmed(key pipeline.Key, p product.Product, paths []product.Path, alone bool) pipeline.Receipt {
	e.wrote.updated(key, p)
	return pipeline.Receipt{Key: key, Record: e.record(p, paths, time.Time{}), Alone: alone}
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
		want, err := f.Canonical(fields[path.String()])
		if f.Type == pipeline.TypeImage {
			want = pipeline.Text(download.Identity(want.AsText()))
		}
		if err != nil || !want.Equal(p.Get(path)) {
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
			r = e.turn(ctx, keys[i], false, map[string]any{"is_active": false, "status": product.StatusInactive}, pipeline.Values{
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
	r, ok := e.surface.(remover)
	if !ok {
		return pipeline.Receipt{Err: &pipeline.Error{
			Code: pipeline.CodeRecordRejected, Class: pipeline.Permanent,
			Message: fmt.Sprintf("the product %s cannot be deleted by the API %q of Products Manager", key, e.settings.API),
			Remedy:  "Write `deletes = \"archive\"` in the pipeline, which deactivates products; or set `api = \"app\"` in the source block.",
		}}
	}
	answer, err := e.client.Do(ctx, r.remove(key))
	if err == nil {
		e.wrote.deleted(key, answer.Start)
	}
	return pipeline.Receipt{Err: err}
}
