package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// imagesDir is the folder of images within a demonstration's directory, and where the page serves it.
const imagesDir = "images"

// pictured are products of the sample that have an image, on one side each.
func pictured() (inPM, inERP []string) {
	return []string{"TNT-001", "TNT-003"}, []string{"PCS-001"}
}

// hang gives the pictured products their images.
func (s *shop) hang() error {
	inPM, inERP := pictured()
	for _, sku := range inPM {
		found := s.pm.Find("sku", sku)
		if len(found) == 0 {
			return unknownProduct("Products Manager", sku)
		}
		if err := s.pm.SetImages(found[0].ID, paint(sku)); err != nil {
			return err
		}
		p, _ := s.pm.Get(found[0].ID)
		p.UpdatedAt = found[0].UpdatedAt // it has been there as long as the product
		if err := s.pm.Put(p); err != nil {
			return err
		}
	}
	for _, sku := range inERP {
		ids, err := s.odooIDs(sku)
		if err == nil {
			err = s.staff.Write(templateModel, odoosim.Values{"image_1920": base64.StdEncoding.EncodeToString(paint(sku))}, ids...)
		}
		if err != nil {
			return fmt.Errorf("the image of %s: %w", sku, err)
		}
	}
	return nil
}

// paint makes an image that only the product of that SKU has: two colours, one on top of the other.
func paint(sku string) []byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(sku)) // never fails
	n := h.Sum32()
	const side = 240
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		c := color.RGBA{R: uint8(n), G: uint8(n >> 8), B: uint8(n >> 16), A: 255}
		if x, y := i%side, i/side; x+y > side {
			c = color.RGBA{R: 245, G: 240, B: 230, A: 255}
		}
		m.Set(i%side, i/side, c)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		panic(err) // cannot happen: it is written into memory
	}
	return out.Bytes()
}
