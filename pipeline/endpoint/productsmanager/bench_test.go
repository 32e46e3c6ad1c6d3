package productsmanager_test

import (
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// BenchmarkList reads a catalogue of 5,000 whole, the stand-in's own work included.
func BenchmarkList(b *testing.B) {
	s := newShop(b, pmsim.Config{})
	s.fill(b, 5000)
	end := s.open(b, nil)
	fields := []string{"title", "sku", "price", "ean", "description", "category", "cost_price", "weight", "is_active", "attributes.color"}
	for b.Loop() {
		n := 0
		if _, err := end.List(b.Context(), fields, func(batch []pipeline.Change) error { n += len(batch); return nil }); err != nil || n != 5000 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*5000), "µs/product")
}

// BenchmarkCreate makes products in batches of 100, the stand-in's own work included.
func BenchmarkCreate(b *testing.B) {
	s := newShop(b, pmsim.Config{})
	end := s.open(b, nil)
	made := 0
	for b.Loop() {
		drafts := make([]pipeline.Draft, 100)
		for i := range drafts {
			made++
			drafts[i] = s.draft(made)
		}
		for _, r := range end.Create(b.Context(), drafts) {
			if r.Err != nil {
				b.Fatal(r.Err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*100), "µs/product")
}
