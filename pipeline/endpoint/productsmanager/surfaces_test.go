package productsmanager_test

import (
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// surface sets the API of a source.
func surface(api string) func(*productsmanager.Settings) {
	return func(s *productsmanager.Settings) { s.API = api }
}

// publicFields are what `public` has. It knows no SKU; the suite takes the brand for one.
func publicFields() endpointtest.Fields {
	return endpointtest.Fields{
		Title: "title", SKU: "brand", EAN: "ean", Description: "description", Price: "price",
		Category: "category", Active: "is_active", Custom: "attributes.color",
	}
}

func windevFields() endpointtest.Fields {
	return endpointtest.Fields{
		Title: "title", SKU: "sku", EAN: "ean", Description: "description", Price: "price",
		Weight: "weight", Category: "category", Active: "is_active", Custom: "attributes.color",
	}
}

// TestConformanceOfSurfaces runs the contract's suite on the surfaces whose products are called by EAN.
func TestConformanceOfSurfaces(t *testing.T) {
	for name, c := range map[string]struct {
		api    string
		fields endpointtest.Fields
		config pmsim.Config
	}{
		"public":         {"public", publicFields(), pmsim.Config{Public: true}},
		"public, by PUT": {"public", publicFields(), pmsim.Config{Public: true, PublicPut: true, NumberStrings: true}},
		"windev":         {"windev", windevFields(), pmsim.Config{}},
		"windev, as it is least kind": {"windev", windevFields(), pmsim.Config{
			SoftErrors: true, SinceExclusive: true, BatchTouches: true, MaxPageSize: 7, SummaryItems: true, NumberStrings: true,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Separator = "/"
			s := newShop(t, c.config)
			h := endpointtest.Harness{
				Open:      func(t *testing.T) pipeline.Endpoint { return s.open(t, surface(c.api)) },
				Fields:    c.fields,
				UniqueEAN: true, KeyedByEAN: true, FindsRepeats: true,
				Now: s.clock.now, Wait: s.clock.advance,
				CountCategories: s.countCategories,
			}
			if c.api == "windev" {
				h.Delete = s.trash
			}
			endpointtest.Run(t, h)
		})
	}
}

// trash deletes a product as shop staff do.
func (s *shop) trash(t *testing.T, ean pipeline.Key) {
	t.Helper()
	id, err := s.ByEAN(string(ean))
	if err == nil {
		err = s.Trash(id)
	}
	if err != nil {
		t.Fatal(err)
	}
}
