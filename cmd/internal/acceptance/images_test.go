package acceptance

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // what Odoo may hold
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// store is where images are kept in a test.
type store struct {
	block string       // the media block "images"
	dead  *atomic.Bool // nobody can reach it while this is set; nil where that cannot be made
}

// folderStore is a folder that a web server serves.
func folderStore(t *testing.T) store {
	dir := t.TempDir()
	served := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(served.Close)
	return store{block: fmt.Sprintf("media \"folder\" \"images\" {\n  path = %q\n  public_url = %q\n}", dir, served.URL)}
}

// s3Store is a bucket of a real S3 server, versitygw, whose files are served to everybody.
func s3Store(t *testing.T) store {
	binary := os.Getenv("TANDEM_TEST_VERSITYGW")
	if binary == "" {
		t.Skip("left out: no real S3 server; `make test` builds one and names it in TANDEM_TEST_VERSITYGW")
	}
	dir := t.TempDir()
	address := strings.TrimPrefix(freeAddress(t), "http://")
	server := exec.Command(binary, "--port", address, "--quiet", "posix", dir)
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY=testroot", "ROOT_SECRET_KEY=testsecret123")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	dead := &atomic.Bool{}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if dead.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		forward(t, w, r, address)
	}))
	t.Cleanup(front.Close)
	bucket(t, address)
	files := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(dir, "shop"))))
	t.Cleanup(files.Close)
	return store{dead: dead, block: fmt.Sprintf(`media "s3" "images" {
  endpoint   = %q
  bucket     = "shop"
  region     = "us-east-1"
  access_key = file(%q)
  secret_key = file(%q)
  public_url = %q
  tls        = false
}`, strings.TrimPrefix(front.URL, "http://"), written(t, "testroot"), written(t, "testsecret123"), files.URL)}
}

func written(t *testing.T, secret string) string {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func freeAddress(t *testing.T) string {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	return s.URL
}

// forward passes a signed request on as it is: its host is part of the signature.
func forward(t *testing.T, w http.ResponseWriter, r *http.Request, to string) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.RequestURI = "http", to, ""
	answer, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil {
		t.Error(err)
	}
	_, _ = w.Write(body.Bytes())
}

// bucket makes the bucket "shop" as soon as the server listens.
func bucket(t *testing.T, address string) {
	admin, err := minio.New(address, &minio.Options{Creds: credentials.NewStaticV4("testroot", "testsecret123", ""), Region: "us-east-1", MaxRetries: 1})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	for {
		if err = admin.MakeBucket(t.Context(), "shop", minio.MakeBucketOptions{}); err == nil {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("the S3 server does not start: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// photograph is an image of a number in that size, as JPEG.
func photograph(t *testing.T, n, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	dark, light := color.RGBA{R: uint8(n * 61), G: uint8(n * 149), B: uint8(n * 23), A: 255}, color.RGBA{R: 240, G: 250, B: 240, A: 255}
	for y := range h {
		for x := range w {
			if x < w/2 == (y < h/2) {
				m.SetRGBA(x, y, dark)
			} else {
				m.SetRGBA(x, y, light)
			}
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// gallery is a world whose products have images.
type gallery struct {
	*world
	t      *testing.T
	a      *app.App
	store  store
	studio *picture.Studio
}

func newGallery(t *testing.T, version int, s store, kind string, more string) *gallery {
	w := newWorld(t, settings{
		odoo: odoosim.Config{Version: version}, blocks: s.block,
		pmSource: "images {\n    hosts = [\"127.0.0.1\"]\n    allow_private = true\n  }",
		pipeline: fmt.Sprintf("media = media.%s.images\n  %s", kind, more),
	})
	return &gallery{world: w, t: t, store: s, studio: picture.NewStudio(picture.DefaultLimits())}
}

// inPM returns the product of that SKU in Products Manager.
func (g *gallery) inPM(sku string) string {
	g.t.Helper()
	for _, p := range g.pm.Products() {
		if p.Text("sku") == sku {
			return p.ID
		}
	}
	g.t.Fatalf("Products Manager has no %s", sku)
	return ""
}

// uploads gives products of Products Manager these images, as its staff do; none takes them away.
func (g *gallery) uploads(sku string, images ...[]byte) {
	g.t.Helper()
	if err := g.pm.SetImages(g.inPM(sku), images...); err != nil {
		g.t.Fatal(err)
	}
}

// hangs gives a product of Odoo an image, nil for none.
func (g *gallery) hangs(sku string, data []byte) {
	g.t.Helper()
	var value any = false
	if data != nil {
		value = base64.StdEncoding.EncodeToString(data)
	}
	g.odoo.edit(g.t, g.idsInOdoo()[sku], map[string]any{"image_1920": value})
}

// ofOdoo returns the image that Odoo holds; nil for none.
func (g *gallery) ofOdoo(sku string) []byte {
	g.t.Helper()
	rows, err := g.odoo.call("product.template", "read", []any{g.idsInOdoo()[sku]}, []any{"image_1920"})
	if err != nil {
		g.t.Fatal(err)
	}
	text, _ := rows.([]any)[0].(map[string]any)["image_1920"].(string)
	data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil {
		g.t.Fatal(err)
	}
	return data
}

func (g *gallery) ofPM(sku string) []byte {
	data, _ := g.pm.Image(g.inPM(sku), 0)
	return data
}

// show checks that both sides show an image, nil for none.
func (g *gallery) show(sku string, want []byte) {
	g.t.Helper()
	for side, data := range map[string][]byte{"Products Manager": g.ofPM(sku), "Odoo": g.ofOdoo(sku)} {
		if want == nil || len(data) == 0 {
			if len(data) != len(want) {
				g.t.Errorf("%s: %s holds %d bytes of an image, want %d", sku, side, len(data), len(want))
			}
			continue
		}
		if !g.same(want, data) {
			g.t.Errorf("%s: %s shows another image", sku, side)
		}
	}
}

// same tells whether two images show the same.
func (g *gallery) same(want, data []byte) bool {
	g.t.Helper()
	var prints [2]picture.Fingerprint
	for i, b := range [][]byte{want, data} {
		var err error
		if prints[i], err = g.studio.Fingerprint(g.t.Context(), b); err != nil {
			g.t.Fatal(err)
		}
	}
	return prints[0].Alike(prints[1])
}

// quiet checks that the next cycles, a full one among them, write nothing and read no image.
func (g *gallery) quiet() {
	g.t.Helper()
	pm := g.pm.Counts()
	for _, full := range []bool{false, true} {
		if r := sync(g.t, g.a, full); writes(r) != 0 {
			g.t.Errorf("a cycle after it (full %v) wrote %v", full, r.Writes)
		}
	}
	if n := g.pm.Counts().Requests["GET /media/products/"] - pm.Requests["GET /media/products/"]; n > 0 {
		g.t.Errorf("quiet cycles fetched %d images of Products Manager", n)
	}
}

func TestImages(t *testing.T) {
	stores := map[string]func(*testing.T) store{"folder": folderStore, "s3": s3Store}
	for _, c := range []struct {
		kind    string
		version int
	}{{"folder", 18}, {"s3", 16}} {
		t.Run(fmt.Sprintf("%s, odoo %d", c.kind, c.version), func(t *testing.T) {
			g := newGallery(t, c.version, stores[c.kind](t), c.kind, `conflict { strategy = "manual" }`)
			g.load(t, made(4))
			one, two, three := photograph(t, 1, 300, 200), photograph(t, 2, 200, 260), photograph(t, 3, 2500, 800)
			g.uploads("T-00000", one, two)
			g.uploads("T-00001", two)
			g.a = g.start(t)
			sync(t, g.a, true)
			g.show("T-00000", one)
			g.show("T-00001", two)
			g.show("T-00002", nil)
			g.quiet()

			g.hangs("T-00000", two)
			g.hangs("T-00002", one)
			g.uploads("T-00003", three)
			r := sync(t, g.a, false)
			if r.Writes["pm"].Total() != 2 || r.Writes["erp"].Total() != 1 {
				t.Errorf("three images changed, written was %v", r.Writes)
			}
			g.show("T-00000", two)
			g.show("T-00002", one)
			g.show("T-00003", three)
			g.quiet()

			g.uploads("T-00001") // taken away in Products Manager
			g.hangs("T-00002", nil)
			if r := sync(t, g.a, false); writes(r) != 2 {
				t.Errorf("two images were taken away, written was %v", r.Writes)
			}
			g.show("T-00001", nil)
			g.show("T-00002", nil)
			g.quiet()
			g.tells("T-00003")
		})
	}
}

// tells checks that the history says what was done to make an image fit.
func (g *gallery) tells(sku string) {
	g.t.Helper()
	events, err := g.a.History(g.t.Context(), view.HistoryQuery{Limit: 100})
	if err != nil {
		g.t.Fatal(err)
	}
	for _, e := range events {
		if strings.Contains(e.Note, "image_1920: scaled from 2000 × 640 to 1920 × 614 pixels") {
			return
		}
	}
	g.t.Errorf("nothing tells that the image of %s was scaled: %+v", sku, events)
}

// pixelWebP is a WebP of one pixel; Go has no encoder that makes others.
const pixelWebP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"

// links gives a product of Products Manager an image that lies elsewhere.
func (g *gallery) links(sku string, data []byte) {
	g.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }))
	g.t.Cleanup(server.Close)
	if _, err := g.pm.Edit(g.inPM(sku), map[string]any{"images": []any{server.URL + "/image?of=" + sku}}); err != nil {
		g.t.Fatal(err)
	}
}

// An image that cannot be carried makes its product wait, and no other; it heals by itself.
func TestImagesThatCannotBeCarried(t *testing.T) {
	g := newGallery(t, 16, folderStore(t), "folder", `conflict { strategy = "manual" }`)
	g.load(t, made(3))
	webp, err := base64.StdEncoding.DecodeString(pixelWebP)
	if err != nil {
		t.Fatal(err)
	}
	g.links("T-00000", webp) // Odoo 16 takes none
	g.links("T-00001", []byte("GIF89a and what follows"))
	g.a = g.start(t)
	r := sync(t, g.a, true)
	if r.Quarantined != 1 || r.Writes["erp"].Create != 2 {
		t.Errorf("%d wait, %v was written", r.Quarantined, r.Writes)
	}
	if format, err := picture.Sniff(g.ofOdoo("T-00000")); err != nil || format == picture.WebP {
		t.Errorf("Odoo 16 got %v, %v", format, err)
	}
	waiting, err := g.a.Quarantine(t.Context())
	if err != nil || len(waiting) != 1 || waiting[0].Code != "image_sync_failed" || !strings.Contains(waiting[0].Message, "not JPEG, PNG or WebP") {
		t.Errorf("%+v, %v", waiting, err)
	}
	one := photograph(t, 1, 60, 40)
	g.uploads("T-00001", one)
	if r := sync(t, g.a, false); r.Quarantined != 0 || r.Writes["erp"].Create != 1 {
		t.Errorf("after it was replaced %d wait, %v was written", r.Quarantined, r.Writes)
	}
	g.show("T-00001", one)
	g.quiet()
}

// Products that both sides have already are paired without an image being written, if both show the same.
func TestImagesOfPairs(t *testing.T) {
	g := newGallery(t, 18, folderStore(t), "folder", `conflict { strategy = "manual" }`)
	g.load(t, made(3))
	one, two := photograph(t, 1, 400, 300), photograph(t, 2, 400, 300)
	for i, images := range [][2][]byte{{one, photograph(t, 1, 1000, 750)}, {one, two}, {nil, two}} {
		sku := fmt.Sprintf("T-%05d", i)
		if images[0] != nil {
			g.uploads(sku, images[0])
		}
		values := map[string]any{"name": g.titleOf(sku), "default_code": sku, "image_1920": base64.StdEncoding.EncodeToString(images[1])}
		if _, err := g.odoo.call("product.template", "create", values); err != nil {
			t.Fatal(err)
		}
	}
	g.a = g.start(t)
	sync(t, g.a, true)
	waiting, err := g.a.Conflicts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var images []string
	for _, c := range waiting {
		if c.Field == "images[0].url" {
			images = append(images, fmt.Sprint(c.Match["sku"].AsText()))
		}
	}
	if fmt.Sprint(images) != "[T-00001]" {
		t.Errorf("conflicts about the images of %v, want of T-00001 alone", images)
	}
	g.show("T-00000", one)
	g.show("T-00002", two)
	g.quiet()
}

func (g *gallery) titleOf(sku string) string {
	p, _ := g.pm.Get(g.inPM(sku))
	return p.Text("title")
}

// While the store is down, products wait that need it; prices go on, and so do images in the other direction.
func TestDeadStoreOfImages(t *testing.T) {
	g := newGallery(t, 18, s3Store(t), "s3", `conflict { strategy = "manual" }`)
	g.load(t, made(4))
	var late atomic.Int64 // minutes
	g.a = g.startAt(t, func() time.Time { return time.Now().Add(time.Duration(late.Load()) * time.Minute) })
	sync(t, g.a, true)
	g.store.dead.Store(true)
	one, two := photograph(t, 1, 60, 40), photograph(t, 2, 60, 40)
	g.hangs("T-00000", one)
	g.hangs("T-00001", one)
	g.odoo.edit(t, g.idsInOdoo()["T-00002"], map[string]any{"weight": 2.5})
	g.uploads("T-00003", two)
	r := sync(t, g.a, false)
	if r.Quarantined != 2 || r.Writes["pm"].Update != 1 || r.Writes["erp"].Update != 1 {
		t.Errorf("%d wait, %v was written", r.Quarantined, r.Writes)
	}
	waiting, err := g.a.Quarantine(t.Context())
	if err != nil || len(waiting) != 2 || !strings.Contains(waiting[0].Message, "image_1920 of ") || !strings.Contains(waiting[0].Message, "127.0.0.1") {
		t.Errorf("%+v, %v", waiting, err)
	}
	g.store.dead.Store(false)
	late.Store(10)
	if r := sync(t, g.a, false); r.Quarantined != 0 || r.Writes["pm"].Update != 2 {
		t.Errorf("after it came back %d wait, %v was written", r.Quarantined, r.Writes)
	}
	g.show("T-00000", one)
	g.show("T-00001", one)
	g.show("T-00003", two)
	g.quiet()
}

// plan keeps what a plan would write.
type plan struct{ changes []pipeline.PlannedChange }

func (*plan) Begin(view.PlanHead) error     { return nil }
func (*plan) Progress(view.Progress)        {}
func (*plan) End(pipeline.PlanTotals) error { return nil }

func (p *plan) Change(c pipeline.PlannedChange) error {
	p.changes = append(p.changes, c)
	return nil
}

// An image of a new product whose address is not allowed is told by the plan already, without a request to anybody.
func TestPlannedImageFromElsewhere(t *testing.T) {
	g := newGallery(t, 18, folderStore(t), "folder", "")
	g.load(t, made(2))
	if _, err := g.pm.Edit(g.inPM("T-00000"), map[string]any{"images": []any{"https://elsewhere.example/a.png"}}); err != nil {
		t.Fatal(err)
	}
	g.a = g.start(t)
	var p plan
	if err := g.a.Plan(t.Context(), web.PlanRequest{Pipeline: "products"}, &p); err != nil {
		t.Fatal(err)
	}
	told := map[pipeline.PlanAction]string{}
	for _, c := range p.changes {
		told[c.Action] += c.Note
	}
	if len(p.changes) != 2 || !strings.Contains(told[pipeline.PlanError], "elsewhere.example") || !strings.Contains(told[pipeline.PlanError], "not allowed") {
		t.Errorf("the plan is %+v", p.changes)
	}
	if r := sync(t, g.a, true); r.Quarantined != 1 || r.Writes["erp"].Create != 1 {
		t.Errorf("%d wait, %v was written", r.Quarantined, r.Writes)
	}
}
