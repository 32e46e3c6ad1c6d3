package productsmanager_test

import (
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// TestConformance runs the contract's suite against servers of all generations.
func TestConformance(t *testing.T) {
	login := func(s *productsmanager.Settings) {
		s.APIKey, s.Email, s.Password = pipeline.Secret{}, "sync@example.com", pipeline.NewSecret("correct horse")
	}
	users := []pmsim.User{{Email: "sync@example.com", Password: "correct horse"}}
	cases := map[string]struct {
		config pmsim.Config
		change func(*productsmanager.Settings)
	}{
		"as production was last seen": {},
		"images fetched by nobody":    {config: pmsim.Config{Images: pmsim.ImagesKept, ImageObjects: true}},
		"the old names": {config: pmsim.Config{
			Envelope: pmsim.EnvelopeTotalPages, Errors: pmsim.ErrorsStatus,
			Names: map[string]string{"stock_quantity": "stock", "ean": "barcode", "sku": "manufacturer_reference"},
		}},
		"the new names, in summaries": {config: pmsim.Config{
			Envelope: pmsim.EnvelopeDataMeta, Errors: pmsim.ErrorsPublic, Names: map[string]string{"title": "title"},
			SummaryItems: true, NumberStrings: true, ImageObjects: true, BrandObject: true, Microseconds: true,
		}},
		"wrapped in a status":     {config: pmsim.Config{Envelope: pmsim.EnvelopeStatus, Errors: pmsim.ErrorsFastAPI, Category: pmsim.CategoryAll}},
		"wrapped in success":      {config: pmsim.Config{Envelope: pmsim.EnvelopeWindev, Errors: pmsim.ErrorsWindev, SoftErrors: true}},
		"a bare array":            {config: pmsim.Config{Envelope: pmsim.EnvelopeArray, SummaryItems: true}},
		"small pages and a login": {config: pmsim.Config{Envelope: pmsim.EnvelopeResults, MaxPageSize: 7, Users: users, LoginBody: pmsim.LoginJSON, LoginAnswer: pmsim.LoginWrapped}, change: login},
		"a login by form":         {config: pmsim.Config{Envelope: pmsim.EnvelopeWindevList, MaxPageSize: 23, Users: users, LoginBody: pmsim.LoginForm, LoginAnswer: pmsim.LoginWithUser}, change: login},
		"another separator": {config: pmsim.Config{Envelope: pmsim.EnvelopePages, Separator: " > "}, change: func(s *productsmanager.Settings) {
			s.Categories = &productsmanager.Categories{Separator: " > "}
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.config.Separator == "" {
				c.config.Separator = "/"
			}
			s := newShop(t, c.config)
			endpointtest.Run(t, endpointtest.Harness{
				Open: func(t *testing.T) pipeline.Endpoint {
					return s.open(t, func(set *productsmanager.Settings) {
						inside(set)
						if c.change != nil {
							c.change(set)
						}
					})
				},
				Family: &endpointtest.Family{Parent: "parent_sku", Attributes: "attributes"},
				Serve:  newStore(t).serve, EditImage: s.editImage,
				Fields: endpointtest.Fields{
					Title: "title", SKU: "sku", EAN: "ean", Description: "description", Price: "price", Cost: "cost_price",
					Weight: "weight", Category: "category", Active: "is_active", Custom: "attributes.color",
					Stock: "stock_quantity", Image: mainImage,
				},
				UniqueEAN: true, FindsRepeats: true,
				Now: s.clock.now, Wait: s.clock.advance,
				CountCategories: s.countCategories,
			})
		})
	}
}
