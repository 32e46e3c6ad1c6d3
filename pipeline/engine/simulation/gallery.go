package simulation

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/tandem-sync/tandem/pipeline"
)

// paintSide is the side of a painting: one pixel is one cell of a fingerprint, so that each shows another.
const paintSide = 16

// paint makes an image of a number: its bits, black on white.
func paint(n int) []byte {
	m := image.NewGray(image.Rect(0, 0, paintSide, paintSide))
	for i := range paintSide * paintSide {
		if n>>(i/paintSide)&1 == 0 {
			m.SetGray(i%paintSide, i/paintSide, color.Gray{Y: 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		panic(err) // cannot happen: it is written into memory
	}
	return out.Bytes()
}

// shown tells what an image value shows: "image 12", "" for no image. v is a reference of a side, or where an image
// on its way to that side comes from.
func (w *world) shown(s pipeline.Side, v pipeline.Value) string {
	if from, ok := pipeline.ImageSourceOf(v); ok {
		s, v = s.Other(), from.Ref
	}
	data := w.systems[s].HeldImage(v)
	if data == nil {
		return v.String()
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return "a broken image"
	}
	n := 0
	for y := range paintSide {
		if r, _, _, _ := m.At(0, y).RGBA(); r == 0 {
			n |= 1 << y
		}
	}
	return fmt.Sprintf("image %d", n)
}

// picture is what a person puts into the image of a product that holds now: another one, the same from elsewhere, or
// none.
func (p *people) picture(s pipeline.Side, now pipeline.Value) pipeline.Value {
	switch data := p.systems[s].HeldImage(now); {
	case p.chance(15):
		return pipeline.Value{}
	case data != nil && p.chance(20):
		return p.systems[s].PutImage(data)
	}
	p.count++
	return p.systems[s].PutImage(paint(p.count))
}

// ReadImage implements pipeline.ImageReader.
func (e *watched) ReadImage(ctx context.Context, key pipeline.Key, field string, ref pipeline.Value) ([]byte, error) {
	return e.images.ReadImage(ctx, key, field, ref)
}
