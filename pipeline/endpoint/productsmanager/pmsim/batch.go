package pmsim

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// How many items the batches of the surface `windev` take.
const (
	maxSync  = 1000
	maxBatch = 5000
)

// batchItems reads the items of a batch.
func (c *call) batchItems(most int) ([]map[string]any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	list, isList := body["items"].([]any)
	if !isList {
		return nil, unprocessable(missing("items"))
	}
	if len(list) > most {
		return nil, unprocessable(catalogue.Problem{
			Field: "items", Type: "too_long", Message: fmt.Sprintf("List should have at most %d items", most),
		})
	}
	items := make([]map[string]any, len(list))
	for i, e := range list {
		if items[i], isList = e.(map[string]any); !isList {
			return nil, unprocessable(catalogue.Problem{
				Field: fmt.Sprintf("items.%d", i), Type: "dict_type", Message: "Input should be a valid dictionary",
			})
		}
	}
	return items, nil
}

// refused tells why item i of a batch cannot be written: a fault of the request, or its images, which are taken
// here.
func (c *call) refused(i int, item Fields) error {
	if c.fault != nil && c.fault.Kind == FaultPartialBatch && i%2 == 1 {
		return &failure{message: "the item could not be written"}
	}
	return c.takeImages(item)
}

// syncWindev makes or edits each item's product: the one of its EAN, else of its reference, else a new one.
func syncWindev(c *call) (answer, error) {
	items, err := c.batchItems(maxSync)
	if err != nil {
		return answer{}, err
	}
	fields := make([]Fields, len(items))
	for i, item := range items {
		fields[i] = windevFields(item)
	}
	results, err := c.store.Bulk(fields, true, func(i int) error { return c.refused(i, fields[i]) })
	if err != nil {
		return answer{}, err
	}
	return c.batchAnswer(items, results), nil
}

// batchWindev writes some columns of the products that the items name by their EANs.
func batchWindev(columns ...string) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		items, err := c.batchItems(maxBatch)
		if err != nil {
			return answer{}, err
		}
		results := make([]catalogue.BulkResult, len(items))
		for i, item := range items {
			results[i] = c.column(i, item, columns)
		}
		return c.batchAnswer(items, results), nil
	}
}

func (c *call) column(i int, item map[string]any, columns []string) catalogue.BulkResult {
	failed := func(err error) catalogue.BulkResult {
		return catalogue.BulkResult{Outcome: catalogue.Failed, Err: err}
	}
	if err := c.refused(i, nil); err != nil {
		return failed(err)
	}
	given := map[string]any{}
	for _, name := range columns {
		if v, ok := item[name]; ok {
			given[name] = v
		}
	}
	if given[columns[0]] == nil {
		return failed(unprocessable(missing(columns[0])))
	}
	ean, _ := item["ean"].(string)
	id, err := c.store.ByEAN(ean)
	if err != nil {
		return failed(err)
	}
	edit := c.store.EditQuietly
	if c.server.config.BatchTouches {
		edit = c.store.Edit
	}
	p, err := edit(id, windevFields(given))
	if err != nil {
		return failed(err)
	}
	return catalogue.BulkResult{Outcome: catalogue.Updated, Product: p}
}

// batchAnswer tells each item's outcome, always with HTTP 200.
func (c *call) batchAnswer(items []map[string]any, results []catalogue.BulkResult) answer {
	out := make([]any, len(results))
	created, updated := 0, 0
	for i, r := range results {
		ref, named := items[i]["ean"], items[i]["ean"] != nil
		if !named {
			ref = items[i]["reference"]
		}
		row := map[string]any{"ref": ref, "status": string(r.Outcome), "id": nil, "ean": nil}
		switch {
		case r.Err != nil:
			row["message"] = failureOf(r.Err).message
		default:
			row["id"], row["ean"] = r.Product.ID, r.Product.Fields["ean"]
			if r.Outcome == catalogue.Created {
				created++
			} else {
				updated++
			}
		}
		out[i] = row
	}
	c.server.counts.writes(created, updated, 0)
	return ok(success(out, len(out)))
}
