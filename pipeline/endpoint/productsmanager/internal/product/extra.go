package product

import (
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// Extra returns the fields that p holds a value of and that are no standard ones, with their values: those of the
// documented model, others of the account, and what is in its attributes, as "attributes.color". Lists and
// objects are left out.
func (p Product) Extra() map[string]pipeline.Value {
	extra := map[string]pipeline.Value{}
	add := func(name string, raw any) {
		if v := value(nameOf(raw)); !v.IsNull() && v.Kind() != pipeline.KindList && v.Kind() != pipeline.KindObject {
			extra[name] = v
		}
	}
	own := ownKeys()
	for name, raw := range p {
		attributes, nested := raw.(map[string]any)
		switch {
		case name == "attributes" && nested:
			for key, v := range attributes {
				if simple(key) {
					add("attributes."+key, v)
				}
			}
		case !own[name] && simple(name):
			add(name, raw)
		}
	}
	return extra
}

// simple tells whether a name can be written as it is in a path.
func simple(name string) bool { return name != "" && !strings.ContainsAny(name, ".[]") }

// ownKeys are the keys that stand for standard fields or are the server's own.
func ownKeys() map[string]bool {
	own := map[string]bool{}
	for _, field := range []string{
		"title", "sku", "ean", "price", "cost_price", "description", "category", "stock_quantity", "weight", "is_active",
		"id", "product_id", "images", "image_url", "parent_sku", "status", "created_at", "updated_at", "deleted_at", "is_deleted",
		"price_ht", "category_id", "brand_id", "tenant_id", "external_id", "completeness_score", "created_by", "updated_by",
	} {
		for _, key := range keysOf(field) {
			own[key] = true
		}
	}
	return own
}
