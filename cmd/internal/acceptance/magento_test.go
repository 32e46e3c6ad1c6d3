package acceptance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// TestCatalogue is the main job on the stand-ins: a real catalogue goes into an empty Odoo, people edit
// on both sides, both sides agree again, and then nothing is written any more.
func TestCatalogue(t *testing.T) {
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprintf("odoo %d", version), func(t *testing.T) {
			t.Parallel()
			products := magento(t, "", 0)
			w := newWorld(t, settings{odoo: odoosim.Config{Version: version}})
			w.load(t, products)
			mainJob(t, w, products, 300)
		})
	}
}

// TestOwnCatalogue is TestCatalogue with products of our own, for clones without the shared data.
func TestOwnCatalogue(t *testing.T) {
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprintf("odoo %d", version), func(t *testing.T) {
			t.Parallel()
			products := made(200)
			w := newWorld(t, settings{odoo: odoosim.Config{Version: version}})
			w.load(t, products)
			mainJob(t, w, products, 60)
		})
	}
}

// TestRealOdoo is TestCatalogue against a real Odoo that has no products of its own.
func TestRealOdoo(t *testing.T) {
	a := realAccess(t)
	products := magento(t, "", 0)
	w := newWorldAt(t, settings{erp: realTransport()}, a)
	w.load(t, products)
	load, read := bare(t, w.odoo, products[:1000], 250)
	t.Logf("a bare client: load %.1f products a second, read %.1f", load, read)
	mainJob(t, w, products, 300)
}

// realAccess is the access to the real Odoo that the environment names, or skips the test.
func realAccess(t *testing.T) access {
	t.Helper()
	a := access{
		URL: os.Getenv("TANDEM_TEST_ODOO_URL"), Database: os.Getenv("TANDEM_TEST_ODOO_DB"),
		Login: os.Getenv("TANDEM_TEST_ODOO_LOGIN"), Key: os.Getenv("TANDEM_TEST_ODOO_API_KEY"),
	}
	if a.URL == "" {
		t.Skip("TANDEM_TEST_ODOO_URL, _DB, _LOGIN and _API_KEY name no real Odoo: this test is left out")
	}
	return a
}

// realTransport says how a real Odoo is spoken to, where that is not by itself: a fork wants another header.
func realTransport() string {
	text := ""
	if header := os.Getenv("TANDEM_TEST_ODOO_DATABASE_HEADER"); header != "" {
		text += fmt.Sprintf("database_header = %q\n", header)
	}
	if protocol := os.Getenv("TANDEM_TEST_ODOO_PROTOCOL"); protocol != "" {
		text += fmt.Sprintf("protocol = %q\n", protocol)
	}
	return text
}

func mainJob(t *testing.T, w *world, products []pmsim.Fields, edits int) {
	a := w.start(t)
	start := time.Now()
	first := sync(t, a, false)
	took := time.Since(start)
	if n := first.Writes["erp"].Create; n != len(products) {
		t.Errorf("the first load made %d products, want %d", n, len(products))
	}
	if n := first.Writes["pm"].Total(); n != 0 {
		t.Errorf("the first load wrote %d times to Products Manager, want none", n)
	}
	t.Logf("first load: %.1f products a second", float64(len(products))/took.Seconds())
	w.agree(t)
	quiet(t, a, "after the first load")

	people := &editors{world: w, rand: rand.New(rand.NewPCG(1, 2))}
	people.edit(t, edits)
	second := sync(t, a, false)
	t.Logf("%d edits in Products Manager, %d in Odoo", people.inPM, people.inOdoo)
	if second.Quarantined > 0 || second.Conflicts.Pending > 0 {
		t.Errorf("quarantined %d, conflicts %d, want none", second.Quarantined, second.Conflicts.Pending)
	}
	w.agree(t)
	quiet(t, a, "after the edits")
	start = time.Now()
	full := sync(t, a, true)
	t.Logf("full pass: %.1f products a second", float64(len(products))/time.Since(start).Seconds())
	if writes(full) != 0 {
		t.Errorf("the full pass wrote %v", full.Writes)
	}
}

// quiet holds that the next cycle writes nothing.
func quiet(t *testing.T, a *app.App, when string) {
	t.Helper()
	if r := sync(t, a, false); writes(r) != 0 {
		t.Errorf("the cycle %s wrote %v, want nothing", when, r.Writes)
	}
}

// editors edit random products at random, on either side, each product on one side only.
type editors struct {
	*world
	rand         *rand.Rand
	inPM, inOdoo int
}

func (e *editors) edit(t *testing.T, n int) {
	pm := e.pm.Products()
	odoo, _ := e.odoo.products(t)
	e.rand.Shuffle(len(pm), func(i, j int) { pm[i], pm[j] = pm[j], pm[i] })
	for i, p := range pm[:min(n, len(pm))] {
		if i%2 == 0 {
			e.inPM++
			if _, err := e.pm.Edit(p.ID, e.pmValues(i)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		e.inOdoo++
		e.odoo.edit(t, odoo[p.Text("sku")].id, e.odooValues(i))
	}
}

func (e *editors) money() json.Number {
	return json.Number(decimal.New(100+e.rand.Int64N(1_000_000), -2).String())
}

func (e *editors) pmValues(i int) pmsim.Fields {
	switch e.rand.IntN(7) {
	case 0:
		return pmsim.Fields{"price": e.money()}
	case 1:
		return pmsim.Fields{"cost_price": e.money(), "weight": json.Number("1.25")}
	case 2:
		return pmsim.Fields{"description": fmt.Sprintf("<p>Édité %d : « ça & là » <b>gras</b></p>\nligne 2", i)}
	case 3:
		return pmsim.Fields{"category": fmt.Sprintf("Neuf/Étage %d/Coin & recoin", i%5)}
	case 4:
		return pmsim.Fields{"is_active": false, "status": "inactive"}
	case 5:
		return pmsim.Fields{"description": nil, "price": json.Number("19.99")}
	}
	return pmsim.Fields{"title": fmt.Sprintf("Titre édité n° %d — naïve façade 🫖", i)}
}

func (e *editors) odooValues(i int) map[string]any {
	money, _ := e.money().Float64()
	switch e.rand.IntN(6) {
	case 0:
		return map[string]any{"list_price": money}
	case 1:
		return map[string]any{"standard_price": money}
	case 2:
		return map[string]any{"description_sale": fmt.Sprintf("Édité dans Odoo %d\n\"guillemets\" <tag> & co", i)}
	case 3:
		return map[string]any{"active": false}
	case 4:
		return map[string]any{"weight": 3.5, "name": fmt.Sprintf("Renommé %d", i)}
	}
	return map[string]any{"barcode": ean13(int64(500_000 + i))}
}
