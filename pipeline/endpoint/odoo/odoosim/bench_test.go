package odoosim_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

// BenchmarkLoad makes products in batches of 200 over HTTP; a turn is one product.
func BenchmarkLoad(b *testing.B) {
	server, err := odoosim.New(odoosim.Config{Version: 18})
	if err != nil {
		b.Fatal(err)
	}
	url, err := server.Start()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	c := &client{url: url}
	b.ResetTimer()
	for made := 0; made < b.N; made += 200 {
		loadBatch(b, c, made, min(200, b.N-made))
	}
}

func loadBatch(b *testing.B, c *client, from, n int) {
	b.Helper()
	rows := make([]any, n)
	for i := range rows {
		id := from + i
		rows[i] = []any{
			fmt.Sprintf("__tandem__.p%d", id), fmt.Sprintf("Product number %d", id), fmt.Sprintf("SKU-%06d", id),
			fmt.Sprintf("59%011d", id), "19.99", "7.5", "0.35", "A description\nof two lines", "1", "1",
		}
	}
	fields := []any{"id", "name", "default_code", "barcode", "list_price", "standard_price", "weight", "description_sale", "categ_id/.id", "active"}
	_, err := c.call(context.Background(), templateModel, "load", []any{fields, rows}, nil)
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPoll50000 asks what changed lately of 50,000 products, as an idle cycle does.
func BenchmarkPoll50000(b *testing.B) {
	for _, version := range both {
		server, err := odoosim.New(odoosim.Config{Version: version})
		if err != nil {
			b.Fatal(err)
		}
		admin := server.As(odoosim.AdminLogin)
		for made := 0; made < 50_000; made += 1000 {
			batch := make([]odoosim.Values, 1000)
			for i := range batch {
				batch[i] = odoosim.Values{"name": fmt.Sprint("Product ", made+i), "default_code": fmt.Sprintf("S%d", made+i)}
			}
			if _, err := admin.CreateAll(templateModel, batch); err != nil {
				b.Fatal(err)
			}
		}
		later := time.Now().UTC().Add(time.Hour).Format(time.DateTime)
		all := admin.With("active_test", false)
		for name, domain := range map[string][]any{
			"template": {[]any{"write_date", ">=", later}},
			"either":   {"|", []any{"write_date", ">=", later}, []any{"product_variant_ids.write_date", ">=", later}},
			"scan":     {[]any{"name", "=", "nothing"}},
			"name":     {[]any{"product_variant_ids.default_code", "in", []any{"S1", "S2"}}},
		} {
			b.Run(fmt.Sprint(version, " ", name), func(b *testing.B) {
				for b.Loop() {
					if _, err := all.Search(templateModel, domain...); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(fmt.Sprint(version, " read 1000"), func(b *testing.B) {
			c := &client{}
			c.url, err = server.Start()
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = server.Close() }()
			fields := []any{"name", "default_code", "list_price", "barcode", "description_sale", "categ_id", "standard_price", "weight", "active", "write_date"}
			ids := make([]any, 1000)
			for i := range ids {
				ids[i] = i + 1
			}
			for b.Loop() {
				if _, err := c.call(context.Background(), templateModel, "read", []any{ids, fields}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
