package acceptance

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// bare is what a client without any of Tandem's care reaches on the same server in the same minute: the
// same batches of the same calls, nothing looked at before and nothing kept.
func bare(t *testing.T, odoo *shop, products []pmsim.Fields, batch int) (load, read float64) {
	t.Helper()
	columns := []any{"id", "name", "default_code", "barcode", "list_price", "standard_price", "weight", "description_sale", "active"}
	ids := []any{}
	start := time.Now()
	for chunk := range slices.Chunk(products, batch) {
		rows := make([]any, len(chunk))
		for i, p := range chunk {
			rows[i] = []any{
				fmt.Sprintf("__bare__.p%d_%d", len(ids), i), p["title"], fmt.Sprint("BARE-", p["sku"]), p["ean"], fmt.Sprint(p["price"]),
				fmt.Sprint(p["cost_price"]), fmt.Sprint(p["weight"]), p["description"], "1",
			}
		}
		answer, err := odoo.call("product.template", "load", columns, rows)
		if err != nil {
			t.Fatal(err)
		}
		made, ok := answer.(map[string]any)["ids"].([]any)
		if !ok {
			t.Fatalf("the bare load was refused: %v", answer)
		}
		ids = append(ids, made...)
	}
	load = float64(len(products)) / time.Since(start).Seconds()
	start = time.Now()
	for chunk := range slices.Chunk(ids, batch) {
		if _, err := odoo.call("product.template", "read", chunk, append(columns[1:], "categ_id", "write_date")); err != nil {
			t.Fatal(err)
		}
	}
	read = float64(len(ids)) / time.Since(start).Seconds()
	if _, err := odoo.call("product.template", "unlink", ids); err != nil {
		t.Fatal(err)
	}
	return load, read
}
