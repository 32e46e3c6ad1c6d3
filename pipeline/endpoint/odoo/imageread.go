package odoo

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// ReadImage implements pipeline.ImageReader. What was read is held against the reference, so that it is the
// image that was decided upon, or an error of class Stale.
func (e *Endpoint) ReadImage(ctx context.Context, key pipeline.Key, field string, ref pipeline.Value) ([]byte, error) {
	want, ok := parseReference(ref.AsText())
	id, isKey := idOf(key)
	if field != imageField || !ok || !isKey {
		return nil, imageFailed("the product %s of Odoo has no image %q in the field %q", key, ref, field)
	}
	most := picture.DefaultLimits().Bytes
	if want.size > most {
		return nil, tooLarge(id, want.size)
	}
	s, err := e.session(ctx)
	if err != nil {
		return nil, err
	}
	r, err := e.imageRow(ctx, s, id, want)
	if failed := pipeline.AsError(err); failed != nil && failed.Code == pipeline.CodeAnswerTooLarge {
		return nil, tooLarge(id, 0)
	}
	if err != nil {
		return nil, err
	}
	image, thumbnail := imageField, thumbnailField
	if want.own {
		image, thumbnail = ownImageField, ownThumbnailField
	}
	data, err := binary(r, image)
	if err != nil {
		return nil, err
	}
	same := want.checksum != "" && sha1Hex(data) == want.checksum
	if want.checksum == "" {
		small, err := binary(r, thumbnail)
		if err != nil {
			return nil, err
		}
		same = sha1Hex(small) == want.thumbnail
	}
	switch {
	case len(data) == 0 || !same:
		return nil, imageMoved(id)
	case int64(len(data)) > most:
		return nil, tooLarge(id, int64(len(data)))
	}
	return data, nil
}

// imageRow reads the record that holds the image.
func (e *Endpoint) imageRow(ctx context.Context, s *session, id int64, want reference) (row, error) {
	model, at, fields := templateModel, id, []any{imageField}
	if want.own {
		known, _, err := e.variantsOf(ctx, s, []int64{id}, false)
		if err != nil {
			return nil, err
		}
		v := known[id]
		if v == nil || v.counted != 1 {
			return nil, imageMoved(id)
		}
		model, at, fields = variantModel, v.id, []any{ownImageField}
	}
	if want.checksum == "" {
		thumbnail := thumbnailField
		if want.own {
			thumbnail = ownThumbnailField
		}
		fields = append(fields, thumbnail)
	}
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpImage, Model: model, Method: "read", Args: []any{[]any{at}},
		Options: map[string]any{"fields": fields, "context": s.context(archivedToo)},
	})
	if err != nil {
		return nil, err
	}
	rows, err := e.rows(a.Value)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, gone(id)
	}
	return rows[0], nil
}

// binary returns the bytes of a field; none where it is empty.
func binary(r row, field string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(r.text(field))
	if err != nil {
		return nil, &pipeline.Error{Code: pipeline.CodeBadAnswer, Class: pipeline.Transient, Message: "Odoo's answer holds an image that is not base64", Cause: err}
	}
	return data, nil
}

func imageFailed(format string, args ...any) *pipeline.Error {
	return &pipeline.Error{Code: pipeline.CodeImageSync, Message: fmt.Sprintf(format, args...)}
}

func tooLarge(id, size int64) error {
	most := float64(picture.DefaultLimits().Bytes) / 1e6
	if size == 0 {
		return imageFailed("the image of the product %d in Odoo has more than %.0f MB", id, most)
	}
	return imageFailed("the image of the product %d in Odoo has %.1f MB, more than %.0f", id, float64(size)/1e6, most)
}

func imageMoved(id int64) error {
	return &pipeline.Error{Code: pipeline.CodeStale, Class: pipeline.Stale, Message: fmt.Sprintf("the product %d of Odoo holds another image by now", id)}
}
