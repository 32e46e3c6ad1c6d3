package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"image"
	"image/png"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

// reference is how a configuration refers to the store.
func (s *store) reference() string { return "media." + s.name() }

// check tests the store with an image of its own, which it takes away again.
func (s *store) check(ctx context.Context) view.SourceCheck {
	c := view.SourceCheck{Source: s.reference(), Kind: s.kind}
	content, err := probeImage()
	key := ""
	if err == nil {
		template := s.key
		if template == nil {
			template = media.DefaultKey
		}
		key, err = template.Key("tandem-check-"+rand.Text()[:12], content, "png")
	}
	if err != nil {
		var failed pipeline.Checkup
		failed.Fail("key", err)
		c.Checks = failed.Checks
		return c
	}
	c.Checks = media.Probe(ctx, s.Store, key, content, func(ctx context.Context, address string, content []byte) error {
		return download.Served(ctx, address, content, s.roots)
	})
	return c
}

// probeImage returns a small image that no store has yet.
func probeImage() ([]byte, error) {
	dots := image.NewGray(image.Rect(0, 0, 8, 8))
	if _, err := rand.Read(dots.Pix); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := png.Encode(&b, dots)
	return b.Bytes(), err
}
