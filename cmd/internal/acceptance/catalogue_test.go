package acceptance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// shared returns the path of a file of the shared data, or skips the test.
func shared(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data is not here (%s): this test is left out", filepath.Join("..", "shared", name))
	}
	return path
}

// magento returns the real catalogue as Products Manager holds it, n products of it or all for 0. A prefix
// is put before every SKU.
func magento(t testing.TB, prefix string, n int) []pmsim.Fields {
	t.Helper()
	f, err := os.Open(shared(t, "data/magento/catalog.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var products []pmsim.Fields
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() && (n == 0 || len(products) < n) {
		products = append(products, productOfLine(t, lines.Bytes()))
		products[len(products)-1]["sku"] = prefix + products[len(products)-1]["sku"].(string)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return products
}

// productOfLine returns a product of the real catalogue as Products Manager holds it.
func productOfLine(t testing.TB, line []byte) pmsim.Fields {
	t.Helper()
	var p struct {
		SKU, EAN, Title, Description, Category, Price string
		CostPrice                                     string      `json:"cost_price"`
		Weight                                        json.Number `json:"weight"`
		IsActive                                      bool        `json:"is_active"`
	}
	if err := json.Unmarshal(line, &p); err != nil {
		t.Fatal(err)
	}
	return pmsim.Fields{
		"title": p.Title, "sku": p.SKU, "ean": p.EAN, "description": p.Description, "category": p.Category,
		"price": json.Number(p.Price), "cost_price": json.Number(p.CostPrice), "weight": p.Weight,
		"is_active": p.IsActive, "status": map[bool]string{true: "active", false: "inactive"}[p.IsActive],
	}
}

// made returns n products of our own making.
func made(n int) []pmsim.Fields {
	products := make([]pmsim.Fields, n)
	for i := range products {
		products[i] = pmsim.Fields{
			"title": fmt.Sprintf("Théière n° %d", i), "sku": fmt.Sprintf("T-%05d", i), "ean": ean13(int64(i)),
			"description": "Porcelaine fine, faite à la main.\nContenance : 1,2 l.",
			"category":    fmt.Sprintf("Maison/Cuisine/Rayon %d", i%20),
			"price":       json.Number(decimal.New(int64(1000+i), -2).String()), "cost_price": json.Number(decimal.New(int64(500+i), -2).String()),
			"weight": json.Number("0.75"), "is_active": true, "status": "active",
		}
	}
	return products
}

// ean13 returns a code of the in-store range with a valid check digit.
func ean13(n int64) string {
	code := fmt.Sprintf("21%010d", n)
	sum := 0
	for i, c := range code {
		d := int(c - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return code + string(rune('0'+(10-sum%10)%10))
}

// load puts products into the stand-in Products Manager.
func (w *world) load(t testing.TB, products []pmsim.Fields) {
	t.Helper()
	for _, p := range products {
		if _, err := w.pm.Create(p); err != nil {
			t.Fatal(err)
		}
	}
}
