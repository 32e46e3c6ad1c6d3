package pmsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image/jpeg"
	"io"
	"net/http"
	"slices"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// uploadImage serves POST /media/upload: a form with the part file and, to make it an image of a product, the
// product's id or EAN as product_id; is_primary makes it the first one. PM does not document the names of the parts.
func uploadImage(c *call) (answer, error) {
	c.Body = http.MaxBytesReader(nil, c.Body, c.server.config.MaxBody)
	file, head, err := c.FormFile("file")
	if err != nil {
		return answer{}, unprocessable(missing("file"))
	}
	data, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return answer{}, err
	}
	name, err := c.server.gallery.Add(data)
	if err != nil {
		return answer{}, unprocessable(catalogue.Problem{Field: "file", Type: "value_error", Message: err.Error()})
	}
	sum := sha256.Sum256(data)
	kept, _ := c.server.gallery.Get(name)
	config, err := jpeg.DecodeConfig(bytes.NewReader(kept))
	if err != nil {
		return answer{}, err
	}
	out := map[string]any{
		"id": name, "file_name": head.Filename, "file_hash": hex.EncodeToString(sum[:]), "mime_type": "image/jpeg",
		"file_size_bytes": len(kept), "format": "JPEG", "width": config.Width, "height": config.Height,
		"processing_status": "completed", "is_valid": true, "product_id": nil, "storage_url": nil,
	}
	if ref := c.FormValue("product_id"); ref != "" {
		p, place, err := c.attach(ref, name, c.FormValue("is_primary") == "true")
		if err != nil {
			return answer{}, err
		}
		out["product_id"], out["display_order"], out["is_primary"] = p.ID, place, place == 0
		out["storage_url"] = c.showImages(p).Fields["images"].([]any)[place]
		c.server.counts.writes(0, 1, 0)
	}
	return answer{status: http.StatusCreated, body: out}, nil
}

// attach makes an image of the gallery one of a product's and returns its place.
func (c *call) attach(ref, name string, first bool) (Product, int, error) {
	p, ok := c.store.Get(ref)
	if !ok {
		id, err := c.store.Refer(ref)
		if err != nil {
			return Product{}, 0, err
		}
		p, _ = c.store.Get(id)
	}
	list, _ := p.Fields["images"].([]any)
	place := len(list)
	if first {
		place = 0
	}
	p, err := c.store.Edit(p.ID, Fields{"images": slices.Insert(slices.Clone(list), place, any(ownImage+name))})
	return p, place, err
}
