package productsmanager

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

// Kind is what `source "products_manager"` names.
func Kind() pipeline.SourceKind {
	return pipeline.SourceKind{
		Name:     "products_manager",
		Settings: newSettings,
		Validate: validate,
		Standard: map[pipeline.StandardField]string{
			"title": "title", "sku": "sku", "price": "price", "ean": "ean", "description": "description",
			"category": "category", "stock_quantity": "stock_quantity", "cost_price": "cost_price",
			"weight": "weight", "image": "images[0].url", "is_active": "is_active",
		},
		Known: product.Schema("/"),
		Open: func(settings any, deps pipeline.Deps) (pipeline.Endpoint, error) {
			s, ok := settings.(*Settings)
			if !ok {
				return nil, &pipeline.Error{Code: pipeline.CodeInternal, Message: fmt.Sprintf("a %T is no settings of Products Manager", settings)}
			}
			return open(s, deps)
		},
	}
}
