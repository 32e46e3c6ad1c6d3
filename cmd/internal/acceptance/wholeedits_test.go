package acceptance

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// The eleven fields by their names in Products Manager.
var (
	ofTops  = []string{"title", "description", "category", "image", "price"}
	ofUnits = []string{"sku", "ean", "stock_quantity", "cost_price", "weight", "is_active"}
)

// inOdoo is where Odoo holds a product: its template, and its variant unless it is a parent.
type inOdoo struct{ template, variant int64 }

// editing edits fields of random products in all three places; one field of one product in one place only, but
// different fields of one product in different places.
type editing struct {
	*chain
	rand                 *rand.Rand
	tops, units          []string // SKUs as they were: what has a title of its own, and what is sold
	children             map[string][]string
	ids                  [2]map[string]string // by SKU as it was, of both ends
	odoos                map[string]inOdoo
	shelf                int64
	categories           []any // ids in Odoo
	expected             []expectation
	inFirst, inOdoo, inB int
}

// expectation is what the first Products Manager is to hold in the end; image for images.
type expectation struct {
	id, sku, field, value string
	image                 []byte
}

func newEditing(t *testing.T, c *chain, random *rand.Rand) *editing {
	t.Helper()
	e := &editing{chain: c, rand: random, children: map[string][]string{}, odoos: map[string]inOdoo{}}
	for i, pm := range []*pmsim.Server{c.pm, c.behind.pm} {
		e.ids[i] = map[string]string{}
		for _, p := range pm.Products() {
			e.ids[i][p.Text("sku")] = p.ID
		}
	}
	for _, p := range c.pm.Products() {
		if parent := p.Text("parent_sku"); parent != "" {
			e.children[parent] = append(e.children[parent], p.Text("sku"))
		}
	}
	for _, p := range c.pm.Products() {
		sku := p.Text("sku")
		if e.children[sku] == nil {
			e.units = append(e.units, sku)
		}
		if p.Text("parent_sku") == "" {
			e.tops = append(e.tops, sku)
		}
	}
	slices.Sort(e.tops)
	slices.Sort(e.units)
	e.findInOdoo(t)
	return e
}

// findInOdoo finds all products in Odoo, and where stock is counted.
func (e *editing) findInOdoo(t *testing.T) {
	t.Helper()
	rows := e.ask(t, "product.product", "search_read", []any{[]any{"default_code", "!=", false}}, []any{"default_code", "product_tmpl_id"}).([]any)
	for _, r := range rows {
		row := r.(map[string]any)
		e.odoos[row["default_code"].(string)] = inOdoo{template: row["product_tmpl_id"].([]any)[0].(int64), variant: row["id"].(int64)}
	}
	for parent, children := range e.children {
		e.odoos[parent] = inOdoo{template: e.odoos[children[0]].template}
	}
	houses := e.ask(t, "stock.warehouse", "search_read", []any{[]any{"code", "=", "WH"}}, []any{"lot_stock_id"}).([]any)
	e.shelf = houses[0].(map[string]any)["lot_stock_id"].([]any)[0].(int64)
	root := e.ask(t, "product.category", "search", []any{[]any{"complete_name", "=", "All"}}).([]any)[0]
	for i := range 3 {
		e.categories = append(e.categories, e.ask(t, "product.category", "create", map[string]any{"name": fmt.Sprintf("Atelier %d", i), "parent_id": root}))
	}
}

func (e *editing) ask(t *testing.T, model, method string, args ...any) any {
	t.Helper()
	answer, err := e.odoo.call(model, method, args...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// edit makes n edits, of the eleven fields and in the three places by turns.
func (e *editing) edit(t *testing.T, n int) {
	t.Helper()
	fields := slices.Concat(ofTops, ofUnits)
	queue := map[string][]string{}
	for i := range n {
		field := fields[i%len(fields)]
		if len(queue[field]) == 0 {
			if i >= len(fields) {
				t.Fatalf("too few products to edit %d times", n)
			}
			queue[field] = slices.Clone(e.units)
			if slices.Contains(ofTops, field) {
				queue[field] = slices.Clone(e.tops)
			}
			e.rand.Shuffle(len(queue[field]), func(i, j int) { queue[field][i], queue[field][j] = queue[field][j], queue[field][i] })
		}
		sku := queue[field][0]
		queue[field] = queue[field][1:]
		switch (i/len(fields) + i%len(fields)) % 3 { // each field in each place
		case 0:
			e.inFirst++
			e.editPM(t, 0, sku, field, i)
		case 1:
			e.inB++
			e.editPM(t, 1, sku, field, i)
		case 2:
			e.inOdoo++
			e.editOdoo(t, sku, field, i)
		}
	}
	t.Logf("%d edits in the first Products Manager, %d in Odoo, %d in the second Products Manager", e.inFirst, e.inOdoo, e.inB)
}

func (e *editing) expect(sku, field, value string, image []byte) {
	e.expected = append(e.expected, expectation{id: e.ids[0][sku], sku: sku, field: field, value: value, image: image})
}

// value is the new value of a field for edit i, in the terms of Products Manager.
func (e *editing) value(field string, i int) string {
	switch field {
	case "title":
		return fmt.Sprintf("Titre édité n° %d — naïve façade 🫖", i)
	case "description":
		return fmt.Sprintf("Édité %d : « ça & là »\n\"guillemets\" <b>gras</b>", i)
	case "category":
		return fmt.Sprintf("Neuf/Étage %d/Coin & recoin", i%5)
	case "sku":
		return fmt.Sprintf("NEW-%04d", i)
	case "ean":
		return ean13(int64(700_000 + i))
	case "stock_quantity":
		return fmt.Sprint(1 + e.rand.IntN(90))
	case "is_active":
		return "false"
	}
	return fmt.Sprintf("%d.%02d", 1+e.rand.IntN(500), 1+e.rand.IntN(99)) // price, cost, weight
}

// image is a new image for edit i; nil, once in a while, takes the image away.
func (e *editing) image(t *testing.T, i int) []byte {
	if i%7 == 0 {
		return nil
	}
	return photograph(t, i, 300+i%100, 260)
}

func (e *editing) editPM(t *testing.T, end int, sku, field string, i int) {
	t.Helper()
	pm := []*pmsim.Server{e.pm, e.behind.pm}[end]
	if field == "image" {
		data := e.image(t, i)
		var list [][]byte
		if data != nil {
			list = append(list, data)
		}
		if err := pm.SetImages(e.ids[end][sku], list...); err != nil {
			t.Fatal(err)
		}
		e.expect(sku, field, "", data)
		return
	}
	value := e.value(field, i)
	fields := pmsim.Fields{field: value}
	switch field {
	case "price", "cost_price", "weight", "stock_quantity":
		fields[field] = json.Number(value)
	case "is_active":
		fields = pmsim.Fields{"is_active": false, "status": "inactive"}
	}
	edited := []string{sku}
	if field == "price" {
		edited = append(edited, e.children[sku]...) // a family has one price here
	}
	for _, sku := range edited {
		if _, err := pm.Edit(e.ids[end][sku], fields); err != nil {
			t.Fatal(err)
		}
		e.expect(sku, field, value, nil)
	}
}

func (e *editing) editOdoo(t *testing.T, sku, field string, i int) {
	t.Helper()
	at := e.odoos[sku]
	top := func(values map[string]any) { e.ask(t, "product.template", "write", []any{at.template}, values) }
	unit := func(values map[string]any) { e.ask(t, "product.product", "write", []any{at.variant}, values) }
	if field == "image" {
		data := e.image(t, i)
		var value any = false
		if data != nil {
			value = base64.StdEncoding.EncodeToString(data)
		}
		top(map[string]any{"image_1920": value})
		e.expect(sku, field, "", data)
		return
	}
	value := e.value(field, i)
	number, _ := json.Number(value).Float64()
	switch field {
	case "title":
		top(map[string]any{"name": value})
	case "description":
		top(map[string]any{"description_sale": value})
	case "category":
		top(map[string]any{"categ_id": e.categories[i%3]})
		value = fmt.Sprintf("Atelier %d", i%3)
	case "price":
		top(map[string]any{"list_price": number})
	case "sku":
		unit(map[string]any{"default_code": value})
	case "ean":
		unit(map[string]any{"barcode": value})
	case "cost_price":
		unit(map[string]any{"standard_price": number})
	case "weight":
		unit(map[string]any{"weight": number})
	case "is_active":
		if slices.Contains(e.tops, sku) {
			top(map[string]any{"active": false})
		} else {
			unit(map[string]any{"active": false})
		}
	case "stock_quantity":
		e.count(t, at.variant, number)
	}
	e.expect(sku, field, value, nil)
}

// count counts a variant in the warehouse, as its staff do.
func (e *editing) count(t *testing.T, variant int64, n float64) {
	t.Helper()
	_, err := e.odoo.post("object", "execute_kw", e.odoo.Database, e.odoo.uid, e.odoo.Key, "stock.quant", "create",
		[]any{map[string]any{"product_id": variant, "location_id": e.shelf, "inventory_quantity_auto_apply": n}},
		map[string]any{"context": map[string]any{"inventory_mode": true}})
	if err != nil {
		t.Fatal(err)
	}
}

// arrived holds that the first Products Manager holds every edit, wherever it was made.
func (e *editing) arrived(t *testing.T) {
	t.Helper()
	for _, x := range e.expected {
		p, ok := e.pm.Get(x.id)
		if !ok {
			t.Errorf("%s is gone", x.sku)
			continue
		}
		if x.field == "image" {
			if !e.alike(t, x.image, imageIn(t, e.pm, p)) {
				t.Errorf("%s: the edited image did not arrive", x.sku)
			}
			continue
		}
		got := fmt.Sprint(p.Fields[x.field])
		if x.field == "description" {
			got = lines(got)
		}
		if number(got, 2) != number(x.value, 2) {
			t.Errorf("%s: %s is %q, want %q", x.sku, x.field, got, x.value)
		}
	}
}
