package acceptance

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// chain is one shop in three places: a Products Manager that has everything, an Odoo, and a second Products
// Manager that starts empty. Each Products Manager has a Tandem of its own.
type chain struct {
	*world            // the first Products Manager, and Odoo
	behind *world     // the second one, and the same Odoo
	apps   []*app.App // of both
	studio *picture.Studio
}

// TestWhole carries families, stock, categories and images from one Products Manager through Odoo into another:
// both hold the same. Then people edit each of the eleven fields in all three places, and again both hold the same.
// It takes a part of the real catalogue, or all where TANDEM_TEST_WHOLE is set.
func TestWhole(t *testing.T) {
	families, edits := 6, 66
	if os.Getenv("TANDEM_TEST_WHOLE") != "" {
		families, edits = 0, 500
	}
	products := illustrated(t, magentoFamilies(t, families))
	s := wholeSettings(wholeStore(t))
	first := newWorld(t, s)
	a := access{URL: first.odoo.URL, Database: first.odoo.Database, Login: odoosim.BotLogin, Key: odoosim.BotKey}
	wholeJob(t, first, s, a, products, edits)
}

// TestRealWhole is TestWhole with the whole catalogue, against a real Odoo that has no products of its own.
func TestRealWhole(t *testing.T) {
	a := realAccess(t)
	products := illustrated(t, magentoFamilies(t, 0))
	s := wholeSettings(wholeStore(t))
	s.erp += "\n" + realTransport()
	wholeJob(t, newWorldAt(t, s, a), s, a, products, 500)
}

// wholeStore keeps the images in a real S3 server where there is one.
func wholeStore(t *testing.T) (kind string, s store) {
	if os.Getenv("TANDEM_TEST_VERSITYGW") == "" {
		return "folder", folderStore(t)
	}
	return "s3", s3Store(t)
}

func wholeSettings(kind string, s store) settings {
	whole := linkedSettings(18)
	whole.blocks = s.block
	whole.pmSource = "images {\n    hosts = [\"127.0.0.1\"]\n    allow_private = true\n  }"
	whole.pipeline += fmt.Sprintf("\n  media = media.%s.images", kind)
	return whole
}

// illustrated gives one photograph of the shared data to each parent and simple product, as far as they go. They
// are served over HTTP.
func illustrated(t *testing.T, products []pmsim.Fields) []pmsim.Fields {
	t.Helper()
	dir := shared(t, "data/magento/images")
	names, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	served := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(served.Close)
	for _, p := range products {
		if p["parent_sku"] != nil || len(names) == 0 {
			continue
		}
		p["images"] = []any{served.URL + "/" + filepath.Base(names[0])}
		names = names[1:]
	}
	return products
}

func wholeJob(t *testing.T, first *world, s settings, a access, products []pmsim.Fields, edits int) {
	t.Helper()
	c := &chain{world: first, studio: picture.NewStudio(picture.DefaultLimits())}
	c.load(t, products)
	c.apps = append(c.apps, c.start(t))
	start := time.Now()
	r := sync(t, c.apps[0], false)
	if n := r.Writes["erp"].Create; n != len(products) || r.Quarantined > 0 || r.Writes["pm"].Total() > 0 {
		t.Fatalf("the first load made %d of %d records, quarantined %d, and wrote %v to Products Manager", n, len(products), r.Quarantined, r.Writes["pm"])
	}
	t.Logf("first load: %.1f records a second", float64(len(products))/time.Since(start).Seconds())
	s.name = "second"
	c.behind = newWorldAt(t, s, a)
	c.apps = append(c.apps, c.behind.start(t))
	if r = sync(t, c.apps[1], false); r.Writes["pm"].Create != len(products) || r.Quarantined > 0 || r.Writes["erp"].Total() > 0 {
		t.Fatalf("the second shop was given %v of %d records, quarantined %d", r.Writes, len(products), r.Quarantined)
	}
	c.same(t, "after the first load")
	c.silent(t, "after the first load")

	e := newEditing(t, c, rand.New(rand.NewPCG(20261124, 11)))
	e.edit(t, edits)
	for range 2 { // from each place to Odoo, and from there on
		for _, a := range c.apps {
			settled(t, a)
		}
	}
	e.arrived(t)
	c.same(t, "after the edits")
	c.silent(t, "after the edits")
}

// silent holds that no cycle writes anything, a full one included.
func (c *chain) silent(t *testing.T, when string) {
	t.Helper()
	for _, full := range []bool{false, true, false} {
		for i, a := range c.apps {
			if r := sync(t, a, full); writes(r) != 0 || r.Quarantined > 0 || r.Conflicts.Pending > 0 {
				t.Errorf("%s a cycle of shop %d (full %v) wrote %v, quarantined %d, conflicts %+v", when, i+1, full, r.Writes, r.Quarantined, r.Conflicts)
			}
		}
	}
}

// same holds that both ends hold the same, field by field, and show the same images.
func (c *chain) same(t *testing.T, when string) {
	t.Helper()
	left, right := c.pm.Products(), c.behind.pm.Products()
	if d := cmp.Diff(shopOf(left), shopOf(right)); d != "" {
		t.Errorf("%s the two ends differ:\n%s", when, short(d))
	}
	there := map[string]pmsim.Product{}
	for _, p := range right {
		there[p.Text("sku")] = p
	}
	shown := 0
	for _, p := range left {
		if p.Text("parent_sku") != "" {
			continue // images are the parent's
		}
		one, two := imageIn(t, c.pm, p), imageIn(t, c.behind.pm, there[p.Text("sku")])
		if !c.alike(t, one, two) {
			t.Errorf("%s %s shows another image at the other end (%d bytes, %d bytes)", when, p.Text("sku"), len(one), len(two))
		}
		if one != nil {
			shown++
		}
	}
	t.Logf("%s: %d and %d products, %d images compared", when, len(left), len(right), shown)
}

// alike tells whether two images show the same; nil is no image.
func (c *chain) alike(t *testing.T, one, two []byte) bool {
	t.Helper()
	if one == nil || two == nil {
		return one == nil && two == nil
	}
	var prints [2]picture.Fingerprint
	for i, b := range [][]byte{one, two} {
		var err error
		if prints[i], err = c.studio.Fingerprint(context.WithoutCancel(t.Context()), b); err != nil {
			t.Fatal(err)
		}
	}
	return prints[0].Alike(prints[1])
}

// imageIn returns the main image of a product, wherever it lies; nil for none.
func imageIn(t *testing.T, pm *pmsim.Server, p pmsim.Product) []byte {
	t.Helper()
	if data, own := pm.Image(p.ID, 0); own {
		return data
	}
	list, _ := p.Fields["images"].([]any)
	if len(list) == 0 {
		return nil
	}
	address, _ := list[0].(string)
	resp, err := http.Get(strings.TrimSpace(address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, resp.Status, err)
	}
	return data
}
