package memory

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // what Tandem sends
	"image/png"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// PutImage keeps an image as somebody in the shop uploads it, whatever it is made of, and returns the reference
// to put into a field. Each has another one, also those of the same bytes.
func (s *System) PutImage(data []byte) pipeline.Value {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref := fmt.Sprintf("%d bytes, %s image %d", len(data), s.cfg.Name, len(s.images)+1)
	s.images[ref] = bytes.Clone(data)
	return pipeline.Text(ref)
}

// HeldImage returns the bytes of a reference, nil for what is none.
func (s *System) HeldImage(ref pipeline.Value) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.images[ref.AsText()]
}

// ReadImage implements pipeline.ImageReader.
func (s *System) ReadImage(ctx context.Context, k pipeline.Key, field string, ref pipeline.Value) ([]byte, error) {
	if _, err := s.start(ctx, OpImage); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rows[parseKey(k)]
	switch {
	case !ok:
		return nil, s.gone(k)
	case !r.fields[field].Equal(ref):
		return nil, &pipeline.Error{
			Code: pipeline.CodeStale, Class: pipeline.Stale, Message: fmt.Sprintf("%s holds another image in %s of %s by now", s.cfg.Name, field, k),
		}
	}
	return bytes.Clone(s.images[ref.AsText()]), nil
}

// takeImages returns fields with the images of a write taken in: encoded anew, and with a reference of this
// system.
func (s *System) takeImages(ctx context.Context, fields pipeline.Values, images map[string]pipeline.Image) (pipeline.Values, error) {
	taken := fields
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if f, _ := s.cfg.Schema.Lookup(name); f.Type != pipeline.TypeImage || fields[name].IsNull() {
			continue
		}
		if images[name] == nil {
			return nil, s.rejected(name, "no image was sent", nil)
		}
		data, _, err := images[name].Bytes(ctx)
		if err != nil {
			return nil, err
		}
		again, err := encodeAnew(data)
		if err != nil {
			return nil, &pipeline.Error{
				Code: pipeline.CodeImageSync, Message: fmt.Sprintf("%s cannot read the image for %q", s.cfg.Name, name), Cause: err,
			}
		}
		taken = maps.Clone(taken)
		taken[name] = s.PutImage(again)
	}
	return taken, nil
}

// encodeAnew makes other bytes of an image that show the same.
func encodeAnew(data []byte) ([]byte, error) {
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.NoCompression}
	err = encoder.Encode(&out, m)
	return out.Bytes(), err
}
