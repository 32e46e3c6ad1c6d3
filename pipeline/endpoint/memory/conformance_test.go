package memory_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// clock is a clock that moves only when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 24, 15, 0, 0, 123456789, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestConformance(t *testing.T) {
	closed := memory.ProductSchema()
	closed.Open = false
	closed.Fields["custom"] = pipeline.Field{Name: "custom", Type: pipeline.TypeText}
	related := memory.ProductSchema()
	related.Fields["parent"] = pipeline.Field{Name: "parent", Type: pipeline.TypeReference, Fixed: true}
	noted := memory.ProductSchema()
	noted.Fields["parent"] = pipeline.Field{Name: "parent", Type: pipeline.TypeReference, Via: "sku"}
	makes := memory.Family{
		Parent: "parent", Attributes: "attributes",
		Shared: []string{"title", "description", "category", "attributes.color", "image"},
		Own:    []string{"sku", "ean", "cost_price", "weight", "stock_quantity"},
	}
	for name, cfg := range map[string]memory.Config{
		"plain":                  {},
		"able":                   {Findable: true, CarriesRecords: true, KeepsTokens: true, Tombstones: true, Vouch: true, Unique: []string{"ean"}},
		"batches of two":         {BatchSize: 2, Findable: true, Unique: []string{"ean", "sku"}},
		"one by one":             {BatchSize: 1, KeepsTokens: true, CarriesRecords: true},
		"no overlap":             {Overlap: -1, CarriesRecords: true},
		"fine stamps":            {Overlap: -1, Granularity: time.Nanosecond},
		"closed schema":          {Schema: closed, Findable: true, Unique: []string{"ean"}},
		"families":               {Schema: related, Family: makes, KeepsTokens: true, Tombstones: true, Unique: []string{"ean"}},
		"families, tokenless":    {Schema: related, Family: makes, BatchSize: 2, CarriesRecords: true, Unique: []string{"ean", "sku"}},
		"families by name":       {Schema: noted, CarriesRecords: true},
		"clock ahead":            {Now: func() time.Time { return time.Time{} }, KeepsTokens: true},
		"clock ahead, tokenless": {Now: func() time.Time { return time.Time{} }, Overlap: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			local := newClock()
			if cfg.Local = local.now; cfg.Now != nil {
				cfg.Now = func() time.Time { return local.now().Add(37*time.Minute + 400*time.Millisecond) }
			} else {
				cfg.Now = local.now
			}
			system := memory.New(cfg)
			custom := "attributes.color"
			if !cfg.Schema.Open && cfg.Schema.Fields != nil {
				custom = "custom"
			}
			var family *endpointtest.Family
			if _, relates := cfg.Schema.Fields["parent"]; relates {
				family = &endpointtest.Family{
					Parent: "parent", Attributes: "attributes", Shared: cfg.Family.Shared, TakesAlong: cfg.Family.Parent != "",
				}
				if cfg.Family.Parent != "" {
					family.Own = append(slices.Clone(cfg.Family.Own), cfg.Family.Attributes)
				}
			}
			endpointtest.Run(t, endpointtest.Harness{
				Open: func(*testing.T) pipeline.Endpoint { return system },
				Fields: endpointtest.Fields{
					Title: "title", SKU: "sku", EAN: "ean", Description: "description", Price: "price",
					Cost: "cost_price", Weight: "weight", Category: "category", Active: "active", Custom: custom, Stock: "stock_quantity", Image: "image",
				},
				Edit: func(t *testing.T, key pipeline.Key, fields pipeline.Values) {
					if err := system.Edit(key, fields); err != nil {
						t.Fatal(err)
					}
				},
				EditImage: func(t *testing.T, key pipeline.Key, data []byte) {
					ref := pipeline.Value{}
					if data != nil {
						ref = system.PutImage(data)
					}
					if err := system.Edit(key, pipeline.Values{"image": ref}); err != nil {
						t.Fatal(err)
					}
				},
				Family:       family,
				UniqueEAN:    len(cfg.Unique) > 0,
				FindsRepeats: cfg.KeepsTokens,
				Now:          local.now,
				Wait:         local.advance,
			})
		})
	}
}
