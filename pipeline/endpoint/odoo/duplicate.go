package odoo

import (
	"context"
	"fmt"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// duplicate gives a refused record the more telling code where its barcode is another's: Odoo's message, in
// whatever language, names it where a product has it, and does not where a packaging does.
func (w *writer) duplicate(ctx context.Context, l line, e *pipeline.Error) error {
	barcode := l.values["barcode"].AsText()
	if e.Code != pipeline.CodeRecordRejected || barcode == "" {
		return e
	}
	d := *e
	d.Code = pipeline.CodeDuplicate
	if strings.Contains(e.Message, barcode) {
		return &d
	}
	packed := w.packed(ctx, barcode)
	if packed == "" {
		return e
	}
	d.Message = fmt.Sprintf("the barcode %q is that of a packaging of %s in Odoo, so no product can have it", barcode, packed)
	d.Remedy = "Take it off the packaging in Odoo, or correct the barcode (EAN) of this product."
	return &d
}

// packed names the product whose packaging has that barcode, "" if none has or it cannot be seen.
func (w *writer) packed(ctx context.Context, barcode string) string {
	rows, _, err := w.searchRead(ctx, w.s, rpc.OpSearch, w.s.dialect.packagings, domain{where("barcode", "=", barcode)}, []string{"product_id"}, window{order: "id", limit: 1})
	if err != nil || len(rows) == 0 {
		return ""
	}
	if product, ok := rows[0]["product_id"].([]any); ok && len(product) > 1 {
		return fmt.Sprintf("%q", product[1])
	}
	return "a product"
}
