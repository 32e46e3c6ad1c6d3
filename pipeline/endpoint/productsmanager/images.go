package productsmanager

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

// opImage is the operation of reading an image, which is no request to PM's API.
const opImage = "image"

// ReadImage implements pipeline.ImageReader. The product is read first: a presigned address is good for some
// minutes only, and the image may be another one by now.
func (e *endpoint) ReadImage(ctx context.Context, key pipeline.Key, field string, ref pipeline.Value) ([]byte, error) {
	paths, err := product.ParsePaths(e.schema, []string{field})
	if err != nil {
		return nil, err
	}
	if field != product.MainImage {
		return nil, &pipeline.Error{Code: pipeline.CodeInternal, Message: fmt.Sprintf("the field %q of Products Manager is no image", field)}
	}
	read, err := e.read(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case read.product == nil:
		return nil, inTrash(key)
	case ref.IsNull() || !read.product.Get(paths[0]).Equal(ref):
		return nil, &pipeline.Error{
			Code: pipeline.CodeStale, Class: pipeline.Stale,
			Message: fmt.Sprintf("the product %s of Products Manager has another image by now", key),
		}
	}
	select {
	case e.readers <- struct{}{}:
		defer func() { <-e.readers }()
	case <-ctx.Done():
		return nil, e.client.Stopped(ctx)
	}
	began := e.now()
	data, err := e.images.Fetch(ctx, read.product.Images()[0])
	e.observe(opImage, e.now().Sub(began), err)
	return data, ofTheImage(err)
}

// JudgeImage implements pipeline.ImageJudge.
func (e *endpoint) JudgeImage(_ string, ref pipeline.Value) error {
	return ofTheImage(e.images.Judge(ref.AsText()))
}

// ofTheImage makes a failure to fetch an image one that concerns its record alone. Images may be anywhere: where
// their server is down or slow, Products Manager is not, and all other records go on. Quarantine tries again.
func ofTheImage(err error) error {
	failed := pipeline.AsError(err)
	if failed == nil || failed.Code != pipeline.CodeImageSync || failed.Class == pipeline.Permanent {
		return err
	}
	alone := *failed
	alone.Class = pipeline.Permanent
	return &alone
}

// addressed returns the fields of a write with the address of each image in the place of where it comes from.
func addressed(ctx context.Context, fields pipeline.Values, images map[string]pipeline.Image) (pipeline.Values, error) {
	if len(images) == 0 {
		return fields, nil
	}
	fields = maps.Clone(fields)
	for _, name := range slices.Sorted(maps.Keys(images)) {
		address, err := images[name].Address(ctx)
		if err != nil {
			return nil, err
		}
		fields[name] = pipeline.Text(address)
	}
	return fields, nil
}

// unmoved returns an error if a product is no longer what a patch presumes. It is asked where the product was
// read again after its image went to the media store, which may have taken seconds.
func (e *endpoint) unmoved(patch pipeline.Patch, current product.Product) error {
	names := slices.Sorted(maps.Keys(patch.Before))
	paths, err := product.ParsePaths(e.schema, names)
	if err != nil {
		return err
	}
	for i, path := range paths {
		f, _ := e.schema.Lookup(names[i])
		want, err := f.Canonical(patch.Before[names[i]])
		if err == nil && current.Holds(path) && !want.Equal(current.Get(path)) {
			return &pipeline.Error{
				Code: pipeline.CodeStale, Class: pipeline.Stale,
				Message: fmt.Sprintf("%s of the product %s of Products Manager changed meanwhile", names[i], patch.Key),
			}
		}
	}
	return nil
}

// judged looks at the image in a receipt of a write of fields to a product that was before, nil for a new one.
//
// PM answers with the image at an address of its own, or at first with the one that was sent. A product that shows
// none, or still the former one, has not taken it, or not yet: that is the image's error, and the next cycle finds
// what became of it. A new product is there all the same, so its receipt says what it shows.
func judged(r pipeline.Receipt, fields pipeline.Values, before product.Product) pipeline.Receipt {
	sent, written := fields[product.MainImage]
	switch {
	case !written:
		return r
	case r.Err != nil:
		r.Err = refusedImage(r.Err)
		return r
	case r.Record == nil:
		return r
	}
	held := r.Record.Fields[product.MainImage]
	if sent.IsNull() {
		// The next image has become the main one. It is not what was meant, so it counts as an edit.
		r.Alone = r.Alone && held.IsNull()
		return r
	}
	list := before.Images()
	switch {
	case before == nil:
	case held.IsNull():
		return untaken(r.Key, "shows none")
	case len(list) > 0 && download.SameImage(held.AsText(), list[0]) && !download.SameImage(held.AsText(), sent.AsText()):
		return untaken(r.Key, "still shows the former one")
	}
	return r
}

func untaken(key pipeline.Key, shows string) pipeline.Receipt {
	return pipeline.Receipt{Key: key, Err: &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
		Message: fmt.Sprintf("Products Manager took the address of an image of the product %s, but %s", key, shows),
		Remedy:  "See that Products Manager can fetch images from `public_url` of the media block. If it fetches them later by itself, nothing is to be done: Tandem looks again.",
	}}
}

// refusedImage gives a refusal that speaks of the image its code.
func refusedImage(err error) error {
	failed := pipeline.AsError(err)
	var refusal *client.Refusal
	if failed.Code != pipeline.CodeRecordRejected || failed.Class != pipeline.Permanent {
		return err
	}
	words := failed.Message
	if errors.As(err, &refusal) {
		words = refusal.Message
	}
	if !strings.Contains(strings.ToLower(words), "image") {
		return err
	}
	told := *failed
	told.Code = pipeline.CodeImageSync
	told.Remedy = "See that Products Manager can fetch images from `public_url` of the media block: it must be an address that its server reaches."
	return &told
}
