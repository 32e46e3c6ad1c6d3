package pmsim

import (
	"errors"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// maxBulk is how many products one bulk request may carry.
const maxBulk = 10_000

// bulkProducts serves POST /products/bulk. PM does not document its answer; this one tells each item's
// outcome, in the terms of the batch answers that are documented (status created, updated or error; id;
// ean), and always with HTTP 200.
func bulkProducts(c *call) (answer, error) {
	items, updateExisting, err := c.bulkBody()
	if err != nil {
		return answer{}, err
	}
	results, err := c.store.Bulk(items, updateExisting, func(i int) error { return c.refused(i, items[i]) })
	tally := map[catalogue.Outcome]int{}
	out := make([]any, len(results))
	for i, r := range results {
		tally[r.Outcome]++
		out[i] = bulkResult(i, r)
	}
	c.server.counts.writes(tally[catalogue.Created], tally[catalogue.Updated], 0)
	if err != nil {
		return answer{}, err
	}
	return ok(map[string]any{
		"total": len(items), "created": tally[catalogue.Created], "updated": tally[catalogue.Updated],
		"errors": tally[catalogue.Failed], "results": out,
	}), nil
}

func (c *call) bulkBody() (items []Fields, updateExisting bool, err error) {
	body, err := c.object()
	if err != nil {
		return nil, false, err
	}
	list, isList := body["products"].([]any)
	if !isList {
		return nil, false, unprocessable(missing("products"))
	}
	if len(list) > maxBulk {
		return nil, false, unprocessable(catalogue.Problem{
			Field: "products", Type: "too_long", Message: fmt.Sprintf("List should have at most %d items", maxBulk),
		})
	}
	items = make([]Fields, len(list))
	for i, e := range list {
		if items[i], isList = e.(map[string]any); !isList {
			return nil, false, unprocessable(catalogue.Problem{
				Field: fmt.Sprintf("products.%d", i), Type: "dict_type", Message: "Input should be a valid dictionary",
			})
		}
	}
	updateExisting, _ = body["update_existing"].(bool)
	return items, updateExisting, nil
}

func bulkResult(i int, r catalogue.BulkResult) any {
	out := map[string]any{"index": i, "status": string(r.Outcome)}
	if r.Err != nil {
		f := failureOf(r.Err)
		out["error_code"], out["message"] = f.code, f.message
		var duplicate *catalogue.Duplicate
		if errors.As(r.Err, &duplicate) {
			out["ean"] = duplicate.EAN
		}
		return out
	}
	out["id"], out["ean"], out["sku"] = r.Product.ID, r.Product.Fields["ean"], r.Product.Fields["sku"]
	return out
}
