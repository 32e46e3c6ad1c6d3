package catalogue

import (
	"fmt"
	"testing"
	"time"
)

const many = 50_000

func filled(b *testing.B, clk *clock) *Store {
	s := open(b, options(clk))
	for i := range many {
		if i%50 == 0 {
			clk.advance(time.Second)
		}
		create(b, s, sample(i))
	}
	return s
}

func sample(i int) Fields {
	return Fields{
		"title": fmt.Sprintf("Product %d", i), "sku": fmt.Sprintf("SKU-%06d", i), "ean": fmt.Sprintf("3%012d", i),
		"price": "19.90", "cost_price": "11.5", "description": "A thing of some use to somebody, as things are.",
		"weight": "0.25", "stock": i % 100, "category": fmt.Sprintf("Level / Below / Leaf %d", i%40), "brand": "Brand",
		"attributes": map[string]any{"color": "red"},
	}
}

func BenchmarkCreate50000(b *testing.B) {
	for b.Loop() {
		filled(b, newClock())
	}
}

func BenchmarkPageOf50000(b *testing.B) {
	s := filled(b, newClock())
	for _, q := range []Query{
		{SortBy: "updated_at", Descending: true, Limit: 100},
		{SortBy: "created_at", Offset: 40_000, Limit: 100},
		{Search: "sku-049999", Limit: 100},
		{SortBy: "price", Limit: 100},
	} {
		b.Run(fmt.Sprintf("%s%s", q.SortBy, q.Search), func(b *testing.B) {
			for b.Loop() {
				s.List(q)
			}
		})
	}
}

func BenchmarkEditOneOf50000(b *testing.B) {
	clk := newClock()
	s := filled(b, clk)
	products := s.Products()
	i := 0
	for b.Loop() {
		if _, err := s.Edit(products[i*7919%many].ID, Fields{"price": i}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
