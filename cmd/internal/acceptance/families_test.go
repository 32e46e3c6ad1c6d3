package acceptance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/pipeline"
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
	a := realAccess(t)
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

// family returns a family of our own: a parent and a variant for each size and colour.
func family(sku string, price int64, sizes, colors []string) []pmsim.Fields {
	cost := func(n int64) json.Number { return json.Number(fmt.Sprintf("%d.00", n)) }
	products := []pmsim.Fields{{"title": "Family " + sku, "sku": sku, "price": cost(price), "is_active": true, "status": "active"}}
	for _, size := range sizes {
		for _, color := range colors {
			products = append(products, pmsim.Fields{
				"title": sku + size + color, "sku": sku + "-" + size + "-" + color, "parent_sku": sku, "price": cost(price), "cost_price": cost(1),
				"weight": json.Number("1"), "stock_quantity": json.Number("5"), "is_active": true, "status": "active",
				"attributes": map[string]any{"size": size, "color": color},
			})
		}
	}
	return products
}

// TestFamiliesAdopted: without its state, Tandem finds the families again and makes nothing, also a parent whose
// SKU Odoo has nowhere, and whose name is another there.
func TestFamiliesAdopted(t *testing.T) {
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprintf("odoo %d", version), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, linkedSettings(version))
			w.load(t, family("AB", 10, []string{"S", "M"}, []string{"red", "blue"}))
			odd := family("CD", 10, []string{"S", "M"}, []string{"red"})
			odd[1]["sku"], odd[2]["sku"] = "X1", "Y2"
			w.load(t, odd)
			a := w.start(t)
			if r := sync(t, a, false); r.Writes["erp"].Create != 8 || r.Quarantined > 0 {
				t.Fatalf("the first cycle wrote %v, quarantined %d", r.Writes, r.Quarantined)
			}
			if err := a.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil {
				t.Fatal(err)
			}
			a = w.start(t)
			if r := sync(t, a, false); writes(r) != 0 || r.Quarantined > 0 || r.Conflicts.Pending > 0 {
				t.Errorf("without its state it wrote %v, quarantined %d, conflicts %d", r.Writes, r.Quarantined, r.Conflicts.Pending)
			}
			quiet(t, a, "after the adoption")
			if r := sync(t, a, true); writes(r) != 0 {
				t.Errorf("the full pass wrote %v", r.Writes)
			}
		})
	}
}

// TestVariantsWithTrouble: a variant that names nobody, or a price that is no sum, waits alone, and heals.
func TestVariantsWithTrouble(t *testing.T) {
	w := newWorld(t, linkedSettings(18))
	w.load(t, family("AB", 10, []string{"S", "M"}, []string{"red", "blue"}))
	orphan := family("ZZ", 10, []string{"S"}, []string{"red"})[1:]
	w.load(t, orphan)
	a := w.start(t)
	waits := func(when string, want ...string) {
		t.Helper()
		waiting, err := a.Quarantine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, q := range waiting {
			got = append(got, fmt.Sprintf("%v %s", q.Match["sku"], q.Code))
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s quarantine holds (-want +got):\n%s", when, d)
		}
	}
	sync(t, a, false)
	waits("at first", "ZZ-S-red parent_missing")
	w.load(t, family("ZZ", 10, nil, nil))
	ids := map[string]string{}
	for _, p := range w.pm.Products() {
		ids[p.Text("sku")] = p.ID
	}
	if _, err := w.pm.Edit(ids["AB-S-red"], pmsim.Fields{"price": json.Number("12.00")}); err != nil {
		t.Fatal(err)
	}
	sync(t, a, true)
	waits("with one price", "AB-S-red variant_rejected")
	if _, err := w.pm.Edit(ids["AB-M-red"], pmsim.Fields{"price": json.Number("12.00")}); err != nil {
		t.Fatal(err)
	}
	sync(t, a, false)
	waits("with both prices")
	quiet(t, a, "after that")
}

// TestInvariant3FamiliesSIGKILL kills the real program in the middle of families, and holds that no template and no
// variant is doubled or missing.
func TestInvariant3FamiliesSIGKILL(t *testing.T) {
	const kills = 25
	tandem := binary(t)
	s := linkedSettings(18)
	s.odoo.Latency = func(string, string) time.Duration { return 3 * time.Millisecond }
	w := newWorld(t, s)
	random := rand.New(rand.NewPCG(20261124, 51))
	templates := 0
	more := func(n int) {
		for range n {
			w.load(t, family(fmt.Sprintf("F%03d", templates), 10, []string{"S", "M", "L"}, []string{"red", "blue"}))
			templates++
		}
	}
	more(40)
	for runs, killed := 0, 0; killed < kills; runs++ {
		if runs == 4*kills {
			t.Fatalf("only %d of %d runs were still going when they were killed: the load is too small", killed, runs)
		}
		if w.killAfter(t, tandem, time.Duration(random.IntN(700))*time.Millisecond) {
			killed++
			continue
		}
		more(6)
	}
	w.runToEnd(t, tandem)
	before := w.writeCounts()
	w.runToEnd(t, tandem)
	if after := w.writeCounts(); before != after {
		t.Errorf("a cycle after everything was done wrote: %v became %v", before, after)
	}
	if got, want := [2]int{w.sim.Count("product.template"), w.sim.Count("product.product")}, [2]int{templates, 6 * templates}; got != want {
		t.Errorf("Odoo has %v templates and variants, want %v", got, want)
	}
	if got, want := len(w.pm.Products()), 7*templates; got != want {
		t.Errorf("Products Manager has %d products, want %d", got, want)
	}
}

// TestProductBecomesFamily: a product whose template gets variants becomes the parent, and the variant that has its
// code waits until somebody gives the parent another.
func TestProductBecomesFamily(t *testing.T) {
	w := newWorld(t, linkedSettings(18))
	w.load(t, family("P", 10, nil, nil))
	a := w.start(t)
	sync(t, a, false)
	odoo, _ := w.odoo.products(t)
	call := func(model, method string, args ...any) any {
		t.Helper()
		v, err := w.odoo.call(model, method, args...)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	attribute := call("product.attribute", "create", map[string]any{"name": "taste"})
	var values []any
	for _, name := range []string{"sweet", "sour"} {
		values = append(values, call("product.attribute.value", "create", map[string]any{"name": name, "attribute_id": attribute}))
	}
	lines := func(command ...any) {
		w.odoo.edit(t, odoo["P"].id, map[string]any{"attribute_line_ids": []any{command}})
	}
	lines(0, 0, map[string]any{"attribute_id": attribute, "value_ids": []any{[]any{6, 0, values[:1]}}})
	if r := sync(t, a, false); writes(r) != 0 || r.Quarantined > 0 {
		t.Errorf("an attribute of one value wrote %v", r.Writes)
	}
	line := call("product.template.attribute.line", "search", []any{}).([]any)[0]
	lines(1, line, map[string]any{"value_ids": []any{[]any{4, values[1]}}})
	sync(t, a, false)
	waiting, err := a.Quarantine(t.Context())
	if err != nil || len(waiting) != 1 || waiting[0].Code != pipeline.CodeAmbiguousMatch {
		t.Errorf("quarantine holds %v, %v; want the variant that has the code", waiting, err)
	}
	for _, p := range w.pm.Products() { // the parent, and the other variant, which was made already
		edit := pmsim.Fields{"sku": "P-FAMILY"}
		if p.Text("sku") != "P" {
			edit = pmsim.Fields{"parent_sku": "P-FAMILY"}
		}
		if _, err := w.pm.Edit(p.ID, edit); err != nil {
			t.Fatal(err)
		}
	}
	sync(t, a, false)
	sync(t, a, true)
	var got []string
	for _, p := range w.pm.Products() {
		got = append(got, p.Text("sku")+" of "+p.Text("parent_sku"))
	}
	slices.Sort(got)
	if d := cmp.Diff([]string{" of P-FAMILY", "P of P-FAMILY", "P-FAMILY of "}, got); d != "" {
		t.Errorf("Products Manager holds (-want +got):\n%s", d)
	}
	quiet(t, a, "after that")
}
