package acceptance

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // Odoo gives back what it was sent
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// TestImagesOnSurfaces carries images both ways on each API of Products Manager, also where it fetches them after it
// answered: each address that it moves an image to is the same image.
func TestImagesOnSurfaces(t *testing.T) {
	for name, c := range map[string]struct {
		api    string
		config pmsim.Config
	}{
		"app":               {"app", pmsim.Config{ImageObjects: true}},
		"app, later":        {"app", pmsim.Config{Images: pmsim.ImagesLater}},
		"app, never":        {"app", pmsim.Config{Images: pmsim.ImagesKept}},
		"public":            {"public", pmsim.Config{Public: true}},
		"public, later":     {"public", pmsim.Config{Public: true, Images: pmsim.ImagesLater}},
		"windev":            {"windev", pmsim.Config{}},
		"windev, later":     {"windev", pmsim.Config{Images: pmsim.ImagesLater}},
		"windev, summaries": {"windev", pmsim.Config{SummaryItems: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Separator = "/"
			w := newWorld(t, settings{pm: c.config})
			w.speak(t, c.api)
			w.store(t)
			testImagesOn(t, w, c.config.Images == pmsim.ImagesLater)
		})
	}
}

func testImagesOn(t *testing.T, w *world, later bool) {
	fromPM, err := w.pm.Create(pmsim.Fields{"title": "Lamp", "ean": ean13(1)})
	if err == nil {
		err = w.pm.SetImages(fromPM.ID, photo(t, color.RGBA{R: 200, A: 255}), photo(t, color.RGBA{R: 100, B: 200, A: 255}))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.odoo.call("product.template", "create", map[string]any{"name": "Torch", "barcode": ean13(2), "image_1920": encoded(t, color.RGBA{G: 200, A: 255})}); err != nil {
		t.Fatal(err)
	}
	a := w.start(t)
	quiet := func(lamp, torch string) {
		t.Helper()
		sync(t, a, false)
		if later {
			if err := w.pm.FetchImages(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for i, full := range []bool{true, false, true} {
			if i == 1 {
				w.pm.ResetCounts()
			}
			if r := sync(t, a, full); writes(r) != 0 || r.Quarantined != 0 || r.Conflicts.Pending != 0 {
				t.Errorf("a quiet cycle: %+v", r)
			}
		}
		if n := w.pm.Counts().Requests["GET /media/products/"]; n > 0 {
			t.Errorf("quiet cycles downloaded %d images", n)
		}
		for ean, want := range map[string]string{ean13(1): lamp, ean13(2): torch} {
			if got := w.pmShows(t, ean) + " " + w.odooShows(t, ean); got != want {
				t.Errorf("%s: Products Manager and Odoo show %s, want %s", ean, got, want)
			}
		}
	}
	sync(t, a, true)
	quiet("red red", "green green")

	// Changed in Odoo, and in Products Manager.
	w.odoo.edit(t, w.byBarcode(t)[ean13(1)].id, map[string]any{"image_1920": encoded(t, color.RGBA{B: 200, A: 255})})
	torch, err := w.pm.ByEAN(ean13(2))
	if err == nil {
		err = w.pm.SetImages(torch, photo(t, color.RGBA{R: 200, A: 255}))
	}
	if err != nil {
		t.Fatal(err)
	}
	sync(t, a, false)
	quiet("blue blue", "red red")

	// Removed in Odoo: the next image of the product becomes the main one, and comes over.
	w.odoo.edit(t, w.byBarcode(t)[ean13(1)].id, map[string]any{"image_1920": false})
	if err := w.pm.SetImages(torch); err != nil {
		t.Fatal(err)
	}
	sync(t, a, false)
	sync(t, a, true)
	quiet("purple purple", "none none")
	w.odoo.edit(t, w.byBarcode(t)[ean13(1)].id, map[string]any{"image_1920": false})
	sync(t, a, false)
	quiet("none none", "none none")
}

// store gives the pipeline a folder that is served.
func (w *world) store(t *testing.T) {
	t.Helper()
	dir := filepath.Join(w.dir, "media")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	file := filepath.Join(w.dir, "tandem.hcl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "  rate {", "  images { allow_private = true }\n  rate {", 1)
	changed = strings.Replace(changed, "  mapping {", "  media = media.folder.images\n  mapping {", 1)
	changed += fmt.Sprintf("media \"folder\" \"images\" {\n  path = %q\n  public_url = %q\n}\n", dir, server.URL)
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// photo is a JPEG in one colour.
func photo(t *testing.T, c color.RGBA) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range 60 * 40 {
		m.SetRGBA(i%60, i/60, c)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encoded(t *testing.T, c color.RGBA) string {
	return base64.StdEncoding.EncodeToString(photo(t, c))
}

// colour names what photo painted.
func colour(t *testing.T, data []byte) string {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := m.At(30, 20).RGBA()
	switch {
	case r>>8 > 50 && b>>8 > 100:
		return "purple"
	case r > g && r > b:
		return "red"
	case g > b:
		return "green"
	}
	return "blue"
}

// pmShows is the main image of the product in Products Manager.
func (w *world) pmShows(t *testing.T, ean string) string {
	t.Helper()
	p := w.pm.Find("ean", ean)[0]
	list, _ := p.Fields["images"].([]any)
	if len(list) == 0 {
		return "none"
	}
	if data, own := w.pm.Image(p.ID, 0); own {
		return colour(t, data)
	}
	resp, err := http.Get(fmt.Sprint(list[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return colour(t, data)
}

// odooShows is the image of the product in Odoo.
func (w *world) odooShows(t *testing.T, ean string) string {
	t.Helper()
	found, err := w.odoo.call("product.template", "read", []any{w.byBarcode(t)[ean].id}, []any{"image_1920"})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := found.([]any)[0].(map[string]any)["image_1920"].(string)
	if text == "" {
		return "none"
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return colour(t, data)
}
