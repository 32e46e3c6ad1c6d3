package demo

import (
	"encoding/base64"
	"io"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// Images go both ways, through a folder that the page serves.
func TestPictures(t *testing.T) {
	d := opened(t, true, io.Discard)
	if _, err := d.cycle(t.Context()); err != nil {
		t.Fatal(err)
	}
	studio := picture.NewStudio(picture.DefaultLimits())
	print := func(data []byte) picture.Fingerprint {
		f, err := studio.Fingerprint(t.Context(), data)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	inPM, inERP := pictured()
	for _, sku := range inPM {
		ids, err := d.shop.odooIDs(sku)
		if err != nil {
			t.Fatal(err)
		}
		read, err := d.shop.staff.Read(templateModel, ids, "image_1920")
		if err != nil {
			t.Fatal(err)
		}
		data, err := base64.StdEncoding.DecodeString(text(read[0]["image_1920"]))
		if err != nil || !print(data).Alike(print(paint(sku))) {
			t.Errorf("%s has another image in Odoo, %v", sku, err)
		}
	}
	for _, sku := range inERP {
		if data, _ := d.shop.pm.Image(d.shop.inPM(t, sku).ID, 0); !print(data).Alike(print(paint(sku))) {
			t.Errorf("%s has another image in Products Manager", sku)
		}
	}
}
