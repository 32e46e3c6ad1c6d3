package acceptance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// linkedSettings are those of a shop that links variants, with stock.
func linkedSettings(version int) settings {
	return settings{
		odoo: odoosim.Config{Version: version}, erp: `stock { warehouse = "WH" }`, pipeline: `variants = "linked"`,
		mapping: "# prices are the same on both sides",
	}
}

// magentoFamilies returns the real catalogue with its families; n of them, or all for 0, and as many simple
// products.
func magentoFamilies(t testing.TB, n int) []pmsim.Fields {
	t.Helper()
	f, err := os.Open(shared(t, "data/magento/catalog.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var products []pmsim.Fields
	families, simple := map[string]bool{}, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p struct {
			ParentSKU     string `json:"parent_sku"`
			Kind          string
			Attributes    map[string]any
			StockQuantity json.Number `json:"stock_quantity"`
		}
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		fields := productOfLine(t, lines.Bytes())
		family := p.ParentSKU
		switch {
		case p.Kind == "parent":
			family = fields["sku"].(string)
			delete(fields, "ean") // nobody buys a parent, and a template with variants has no barcode
		case family == "":
			if simple++; n > 0 && simple > n {
				continue
			}
		}
		if family != "" && !families[family] {
			if n > 0 && len(families) >= n {
				continue
			}
			families[family] = true
		}
		if p.Kind != "parent" {
			fields["stock_quantity"] = p.StockQuantity
		}
		if p.ParentSKU != "" {
			fields["parent_sku"], fields["attributes"] = p.ParentSKU, p.Attributes
		}
		products = append(products, fields)
	}
	return products
}

// shopOf is what both ends can hold of each product, by SKU.
func shopOf(products []pmsim.Product) map[string]map[string]string {
	parents := map[string]bool{}
	for _, p := range products {
		parents[p.Text("parent_sku")] = true
	}
	shop := map[string]map[string]string{}
	for _, p := range products {
		sku := p.Text("sku")
		held := map[string]string{"active": fmt.Sprint(p.Fields["is_active"]), "price": number(p.Text("price"), 2)}
		if p.Text("parent_sku") == "" {
			held["title"], held["description"], held["category"] = p.Text("title"), lines(p.Text("description")), p.Text("category")
		} else {
			attributes, _ := json.Marshal(p.Fields["attributes"])
			held["parent"], held["attributes"] = p.Text("parent_sku"), string(attributes)
		}
		if !parents[sku] {
			held["ean"], held["stock"] = p.Text("ean"), number(p.Text("stock_quantity"), 2)
			held["cost"], held["weight"] = number(p.Text("cost_price"), 2), number(p.Text("weight"), 2)
		}
		shop[sku] = held
	}
	return shop
}

// TestFamilies carries a real catalogue with its families into Odoo, and from there into an empty Products
// Manager: both hold the same. Then people edit on both ends. It takes some of the families, or all where TANDEM_TEST_WHOLE
// is set.
func TestFamilies(t *testing.T) {
	families := 18
	if os.Getenv("TANDEM_TEST_WHOLE") != "" {
		families = 0 // all 147, which takes some minutes
	}
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprintf("odoo %d", version), func(t *testing.T) {
			t.Parallel()
			products := magentoFamilies(t, families)
			w := newWorld(t, linkedSettings(version))
			w.load(t, products)
			familiesJob(t, w, access{URL: w.odoo.URL, Database: w.odoo.Database, Login: odoosim.BotLogin, Key: odoosim.BotKey}, len(products))
		})
	}
}

// TestRealFamilies is TestFamilies against a real Odoo that has no products of its own.
func TestRealFamilies(t *testing.T) {
	a := access{
		URL: os.Getenv("TANDEM_TEST_ODOO_URL"), Database: os.Getenv("TANDEM_TEST_ODOO_DB"),
		Login: os.Getenv("TANDEM_TEST_ODOO_LOGIN"), Key: os.Getenv("TANDEM_TEST_ODOO_API_KEY"),
	}
	if a.URL == "" {
		t.Skip("TANDEM_TEST_ODOO_URL, _DB, _LOGIN and _API_KEY name no real Odoo: this test is left out")
	}
	products := magentoFamilies(t, 0)
	w := newWorldAt(t, linkedSettings(0), a)
	w.load(t, products)
	familiesJob(t, w, a, len(products))
}

func familiesJob(t *testing.T, w *world, a access, n int) {
	one := w.start(t)
	start := time.Now()
	first := sync(t, one, false)
	if got := first.Writes["erp"].Create; got != n || first.Quarantined > 0 || first.Writes["pm"].Total() > 0 {
		t.Errorf("the first load made %d of %d records, quarantined %d, and wrote %v to Products Manager", got, n, first.Quarantined, first.Writes["pm"])
	}
	t.Logf("first load: %.1f records a second", float64(n)/time.Since(start).Seconds())
	quiet(t, one, "after the first load")
	if full := sync(t, one, true); writes(full) != 0 {
		t.Errorf("the full pass wrote %v", full.Writes)
	}
	second := linkedSettings(0)
	second.name = "second"
	behind := newWorldAt(t, second, a)
	two := behind.start(t)
	if r := sync(t, two, false); r.Writes["pm"].Create != n || r.Quarantined > 0 || r.Writes["erp"].Total() > 0 {
		t.Errorf("the second shop was given %v of %d records, quarantined %d", r.Writes, n, r.Quarantined)
	}
	same := func(when string) {
		t.Helper()
		if d := cmp.Diff(shopOf(w.pm.Products()), shopOf(behind.pm.Products())); d != "" {
			t.Errorf("%s the two ends differ:\n%s", when, short(d))
		}
	}
	same("after the first load")
	quiet(t, two, "after the second load")

	editFamilies(t, w.pm, 0)
	editFamilies(t, behind.pm, 1)
	for range 3 { // each end's edits go to Odoo and then to the other end; what follows from them goes back
		settled(t, one)
		settled(t, two)
	}
	same("after edits at both ends")
	quiet(t, one, "after the edits")
	quiet(t, two, "after the edits")
	for _, a := range []*app.App{one, two} {
		if full := sync(t, a, true); writes(full) != 0 {
			t.Errorf("the full pass wrote %v", full.Writes)
		}
	}
}

func settled(t *testing.T, a *app.App) {
	t.Helper()
	if r := sync(t, a, false); r.Quarantined > 0 || r.Conflicts.Pending > 0 {
		t.Errorf("quarantined %d, conflicts %d, want none", r.Quarantined, r.Conflicts.Pending)
		waiting, err := a.Quarantine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range waiting[:min(len(waiting), 5)] {
			t.Logf("%v: %s: %s", q.Match, q.Code, q.Message)
		}
	}
}

// editFamilies edits families, each at one end only: what is the parent's and what is the variants', new variants and
// archived ones.
func editFamilies(t *testing.T, pm *pmsim.Server, end int) {
	t.Helper()
	children, bySKU := map[string][]pmsim.Product{}, map[string]pmsim.Product{}
	for _, p := range pm.Products() {
		bySKU[p.Text("sku")] = p
		if parent := p.Text("parent_sku"); parent != "" {
			children[parent] = append(children[parent], p)
		}
	}
	edit := func(id string, fields pmsim.Fields) {
		t.Helper()
		if _, err := pm.Edit(id, fields); err != nil {
			t.Fatal(err)
		}
	}
	for i, parent := range slices.Sorted(maps.Keys(children)) {
		if i%2 != end {
			continue
		}
		family := children[parent]
		slices.SortFunc(family, func(a, b pmsim.Product) int { return strings.Compare(a.Text("sku"), b.Text("sku")) })
		switch i / 2 % 6 {
		case 0:
			edit(bySKU[parent].ID, pmsim.Fields{"title": "Renamed " + parent, "description": "Told anew", "category": "New/Place"})
		case 1:
			edit(family[0].ID, pmsim.Fields{"sku": family[0].Text("sku") + "-B", "weight": json.Number("2.5"), "stock_quantity": json.Number("17")})
		case 2: // one colour costs more
			color := family[0].Fields["attributes"].(map[string]any)["color"]
			for _, p := range family {
				if p.Fields["attributes"].(map[string]any)["color"] == color {
					edit(p.ID, pmsim.Fields{"price": json.Number("90.00")})
				}
			}
		case 3:
			edit(family[0].ID, pmsim.Fields{"is_active": false, "status": "inactive"})
		case 4:
			if _, err := pm.Create(pmsim.Fields{
				"title": "One more", "sku": parent + "-New", "ean": ean13(int64(900_000 + i)), "price": bySKU[parent].Fields["price"], "is_active": true, "status": "active",
				"parent_sku": parent, "stock_quantity": json.Number("4"), "cost_price": json.Number("3.00"), "weight": json.Number("0.5"), "attributes": map[string]any{"size": "One", "color": "Ultraviolet"},
			}); err != nil {
				t.Fatal(err)
			}
		case 5:
			edit(bySKU[parent].ID, pmsim.Fields{"price": json.Number("12.00")})
			for _, p := range family {
				edit(p.ID, pmsim.Fields{"price": json.Number("12.00")})
			}
		}
	}
}
