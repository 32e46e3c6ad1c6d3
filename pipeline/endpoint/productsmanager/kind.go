package productsmanager

import (
	"fmt"
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

// standardFields name PM's own field for each standard field.
func standardFields() map[pipeline.StandardField]string {
	return map[pipeline.StandardField]string{
		"title": "title", "sku": "sku", "price": "price", "ean": "ean", "description": "description",
		"category": "category", "stock_quantity": "stock_quantity", "cost_price": "cost_price",
		"weight": "weight", "image": "images[0].url", "is_active": "is_active",
	}
}

// adapt leaves out what the API of the settings does not have, and what it cannot write.
func adapt(settings any) pipeline.SourceKind {
	kind := Kind()
	s, ok := settings.(*Settings)
	if !ok || surfaceOf(s.API) == nil {
		return kind
	}
	kind.Known = surfaceOf(s.API).schema(s.separator())
	maps.DeleteFunc(kind.Standard, func(_ pipeline.StandardField, name string) bool {
		f, known := kind.Known.Lookup(name)
		return !known || f.ReadOnly
	})
	return kind
}

// Kind is what `source "products_manager"` names.
func Kind() pipeline.SourceKind {
	return pipeline.SourceKind{
		Name:     "products_manager",
		About:    "An account of Products Manager; docs/products-manager.md tells what each of its APIs can do.",
		Settings: newSettings,
		Validate: validate,
		Standard: standardFields(),
		Variants: &pipeline.VariantFields{Parent: "parent_sku", Attributes: "attributes"},
		Known:    product.Schema("/"),
		Adapt:    adapt,
		Facts:    facts,
		Webhook:  webhook,
		Open: func(settings any, deps pipeline.Deps) (pipeline.Endpoint, error) {
			s, ok := settings.(*Settings)
			if !ok {
				return nil, &pipeline.Error{Code: pipeline.CodeInternal, Message: fmt.Sprintf("a %T is no settings of Products Manager", settings)}
			}
			return open(s, deps)
		},
	}
}
