package catalogue

import (
	"maps"
	"reflect"
	"slices"
)

// Change tells of a version of a product, in the words of PM's webhooks.
type Change struct {
	Event        string // product.created, product.updated, product.deleted, price.updated, stock.updated
	ID, SKU, EAN string
	Title        string
	Fields       []string // that differ from the version before, sorted
}

// changeOf names what became of a product; before is nil for a new one.
func changeOf(before, after *row) Change {
	c := Change{Event: "product.updated", ID: after.ID, SKU: after.Text("sku"), EAN: after.Text("ean"), Title: after.Text("title")}
	for _, name := range slices.Sorted(maps.Keys(after.Fields)) {
		if before == nil || !reflect.DeepEqual(before.Fields[name], after.Fields[name]) {
			c.Fields = append(c.Fields, name)
		}
	}
	switch {
	case before == nil:
		c.Event = "product.created"
	case !after.live():
		c.Event = "product.deleted"
	case onlyDiffers(before, after, "price"):
		c.Event = "price.updated"
	case onlyDiffers(before, after, "stock_quantity"):
		c.Event = "stock.updated"
	}
	return c
}

// onlyDiffers tells whether two versions differ in that field and in no other.
func onlyDiffers(before, after *row, field string) bool {
	if reflect.DeepEqual(before.Fields[field], after.Fields[field]) || len(before.Fields) != len(after.Fields) {
		return false
	}
	for name, value := range after.Fields {
		if name != field && !reflect.DeepEqual(value, before.Fields[name]) {
			return false
		}
	}
	return true
}
