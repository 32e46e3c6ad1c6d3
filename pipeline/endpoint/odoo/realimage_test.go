package odoo_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// photographs are the images of a real catalogue in the shared data.
func photographs(t *testing.T) [][]byte {
	t.Helper()
	files, err := filepath.Glob("../../../../shared/data/magento/images/*")
	if err != nil || len(files) == 0 {
		t.Skip("the shared data (data/magento/images) is missing")
	}
	var images [][]byte
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, data)
	}
	return images
}

// gallery is products with images in a real Odoo.
type gallery struct {
	*testing.T
	people
	end    pipeline.Endpoint
	images [][]byte
	keys   []pipeline.Key
}

func newGallery(t *testing.T, s *odoo.Settings, images [][]byte) *gallery {
	t.Helper()
	g := &gallery{T: t, people: realPeople(t, s), end: open(t, s, nil, time.Now), images: images}
	t.Cleanup(func() {
		for some := range slices.Chunk(g.keys, 250) {
			g.end.Remove(context.Background(), some, pipeline.Delete)
		}
		_ = g.end.Close()
	})
	drafts := make([]pipeline.Draft, len(images))
	prefix := fmt.Sprintf("I%d", time.Now().UnixNano())
	for i := range drafts {
		id := fmt.Sprintf("%s_%d", prefix, i)
		drafts[i] = pipeline.Draft{
			Token: id, Since: time.Now(), Fields: pipeline.Values{"name": pipeline.Text(id), "default_code": pipeline.Text(id), imageField: source(id)},
			Images: map[string]pipeline.Image{imageField: carried{data: images[i]}},
		}
	}
	for _, r := range g.end.Create(t.Context(), drafts) {
		if r.Err != nil || !r.Alone {
			t.Fatalf("Create: %+v", r)
		}
		g.keys = append(g.keys, r.Key)
	}
	return g
}

// references returns those of the products, in order.
func (g *gallery) references() []pipeline.Value {
	g.Helper()
	records, err := g.end.Fetch(g.Context(), g.keys, []string{imageField})
	if err != nil || len(records) != len(g.keys) {
		g.Fatalf("%d records, %v", len(records), err)
	}
	at := map[pipeline.Key]pipeline.Value{}
	for _, r := range records {
		at[r.Key] = r.Fields[imageField]
	}
	refs := make([]pipeline.Value, len(g.keys))
	for i, key := range g.keys {
		refs[i] = at[key]
	}
	return refs
}

// patches write images[(i+shift) % n] into product i.
func (g *gallery) patches(shift int) []pipeline.Patch {
	refs := g.references()
	patches := make([]pipeline.Patch, len(g.keys))
	for i, key := range g.keys {
		patches[i] = pipeline.Patch{
			Key: key, Fields: pipeline.Values{imageField: source(fmt.Sprint(i, shift))}, Before: pipeline.Values{imageField: refs[i]},
			Images: map[string]pipeline.Image{imageField: carried{data: g.images[(i+shift)%len(g.images)]}},
		}
	}
	return patches
}

func (g *gallery) shows(what string, i int, want []byte) {
	g.Helper()
	ref := g.references()[i]
	if want == nil {
		if !ref.IsNull() {
			g.Errorf("%s: %q", what, ref)
		}
		return
	}
	got, err := g.end.(pipeline.ImageReader).ReadImage(g.Context(), g.keys[i], imageField, ref)
	if err != nil || !bytes.Equal(got, want) {
		g.Errorf("%s: %q gives %d bytes, want %d; %v", what, ref, len(got), len(want), err)
	}
}

func TestRealOdooImages(t *testing.T) {
	s := realSettings(t)
	s.Stock = &odoo.Stock{Warehouse: "WH"}
	g := newGallery(t, s, photographs(t)[:6])
	refs := g.references()
	t.Logf("a reference: %q", refs[0])
	for i := range g.keys {
		g.shows("created", i, g.images[i])
	}
	for i, r := range g.end.Update(t.Context(), g.patches(1)) {
		if r.Err != nil || !r.Alone || r.Record.Fields[imageField].Equal(refs[i]) {
			t.Errorf("update %d: %+v", i, r)
		}
	}
	g.shows("updated", 0, g.images[1])
	_, err := g.end.(pipeline.ImageReader).ReadImage(t.Context(), g.keys[0], imageField, refs[0])
	if pipeline.ClassOf(err) != pipeline.Stale {
		t.Errorf("the former image: %v", err)
	}
	own := base64.StdEncoding.EncodeToString(g.images[5])
	for _, i := range []int{1, 2, 5} {
		variants := g.call(t, "product.product", "search", nil, []any{[]any{"product_tmpl_id", "=", idOf(t, g.keys[i])}})
		g.call(t, "product.product", "write", nil, variants, map[string]any{"image_variant_1920": own})
		g.shows("the variant's own", i, g.images[5])
	}
	patches := g.patches(3)[1:4]
	patches[1].Fields[imageField], patches[1].Images = pipeline.Value{}, nil
	patches[2].Images[imageField] = carried{data: []byte("@@@")}
	receipts := g.end.Update(t.Context(), patches)
	if receipts[0].Err != nil || receipts[1].Err != nil || !receipts[0].Alone || pipeline.AsError(receipts[2].Err).Code != pipeline.CodeImageSync {
		t.Errorf("%+v", receipts)
	}
	g.shows("over the variant's own", 1, g.images[4])
	g.shows("removed with the variant's own", 2, nil)
	g.shows("refused", 3, g.images[4])
	counted := g.patches(1)[5]
	counted.Fields["qty_available"] = pipeline.Int(5)
	if r := g.end.Update(t.Context(), []pipeline.Patch{counted})[0]; r.Err != nil || !r.Record.Fields["qty_available"].Equal(pipeline.Int(5)) {
		t.Errorf("with stock, over the variant's own: %+v", r)
	}
	g.shows("with stock, over the variant's own", 5, g.images[0])
	g.end.Remove(t.Context(), g.keys[3:5], pipeline.Archive)
	g.shows("archived", 3, g.images[4])
	if r := g.end.Update(t.Context(), g.patches(0)[3:4])[0]; r.Err != nil {
		t.Errorf("archived: %+v", r)
	}
	g.shows("written while archived", 3, g.images[3])
	g.damaged()
}

// damaged: Odoo keeps images that cannot be shown; they have a reference like any other.
func (g *gallery) damaged() {
	cut := g.images[0][:3000]
	g.call(g.T, "product.template", "write", nil, []any{idOf(g, g.keys[0])}, map[string]any{imageField: base64.StdEncoding.EncodeToString(cut)})
	g.shows("cut off", 0, cut)
}

// TestRealOdooImageFigures writes all images again and again, by the endpoint and by nothing but the calls that
// write them, in turn.
func TestRealOdooImageFigures(t *testing.T) {
	g := newGallery(t, realSettings(t), photographs(t))
	total := 0
	for _, data := range g.images {
		total += len(data)
	}
	best := [2]time.Duration{}
	for round := range 2 {
		for i, write := range []func(int){g.byEndpoint, g.bare} {
			start := time.Now()
			write(2*round + i + 1)
			if took := time.Since(start); best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	n := float64(len(g.keys))
	ratio := best[0].Seconds() / best[1].Seconds()
	t.Logf("%.0f images, %.1f MB: %.1f a second, a bare client %.1f; %.2f times its time", n, float64(total)/1e6, n/best[0].Seconds(), n/best[1].Seconds(), ratio)
	start := time.Now()
	refs := g.references()
	t.Logf("references: %.2f ms each", time.Since(start).Seconds()*1000/n)
	start = time.Now()
	for i, key := range g.keys {
		if _, err := g.end.(pipeline.ImageReader).ReadImage(t.Context(), key, imageField, refs[i]); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("images read one by one: %.1f a second", n/time.Since(start).Seconds())
	if ratio > 1.25 {
		t.Errorf("%.2f times the time of a bare client", ratio)
	}
}

func (g *gallery) byEndpoint(shift int) {
	for i, r := range g.end.Update(g.Context(), g.patches(shift)) {
		if r.Err != nil || !r.Alone {
			g.Fatalf("product %d: %+v", i, r)
		}
	}
}

// bare makes the calls that write the images, as the endpoint cuts them, and looks at nothing.
func (g *gallery) bare(shift int) {
	var rows []any
	size := 0
	flush := func() {
		answer := g.call(g.T, "product.template", "load", map[string]any{"tracking_disable": true, "tz": "UTC"}, []any{".id", imageField}, rows)
		if ids, ok := answer.(map[string]any)["ids"].([]any); !ok || len(ids) != len(rows) {
			g.Fatalf("%.200v", answer)
		}
		rows, size = nil, 0
	}
	for i, key := range g.keys {
		text := base64.StdEncoding.EncodeToString(g.images[(i+shift)%len(g.images)])
		if len(rows) == 50 || size+len(text) > 8<<20 {
			flush()
		}
		rows, size = append(rows, []any{string(key), text}), size+len(text)
	}
	flush()
}

// TestRealOdooWebP: where the schema says that WebP is taken, it is.
func TestRealOdooWebP(t *testing.T) {
	g := newGallery(t, realSettings(t), nil)
	about := must(g.end.Describe(t.Context()))
	_, err := g.client.Call(t.Context(), rpc.Call{Operation: "people", Model: "product.template", Method: "create", Args: []any{map[string]any{"name": "webp", imageField: webp}}})
	if takes := about.Schema.Fields[imageField].Image.WebP; takes != (err == nil) || err != nil && !strings.Contains(err.Error(), "image") {
		t.Errorf("takes WebP: %v, %v", takes, err)
	}
}
