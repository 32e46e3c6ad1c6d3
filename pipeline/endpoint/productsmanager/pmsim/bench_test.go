package pmsim

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const many = 50_000

func newRequest(method, path, body string) *http.Request {
	req := httptest.NewRequest(method, BasePath+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+DefaultAPIKey)
	return req
}

func serve(b *testing.B, s *Server, req *http.Request, status int) {
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	if rec.Code != status {
		b.Fatalf("HTTP %d: %s", rec.Code, rec.Body)
	}
}

func sample(i int) string {
	return fmt.Sprintf(`{"title": "Product %d", "sku": "SKU-%06d", "ean": "3%012d", "price": "19.90", "cost_price": "11.5",
		"description": "A thing of some use to somebody, as things are.", "weight": 0.25, "stock": %d,
		"category": "Level / Below / Leaf %d", "brand": "Brand", "attributes": {"color": "red"}}`, i, i, i, i%100, i%40)
}

// BenchmarkCreate makes products one request at a time, without a network in between.
func BenchmarkCreate(b *testing.B) {
	s := New(Config{})
	i := 0
	for b.Loop() {
		serve(b, s, newRequest("POST", "/products", sample(i)), http.StatusCreated)
		i++
	}
}

// BenchmarkOf50000 reads pages of 100 out of 50,000 products.
func BenchmarkOf50000(b *testing.B) {
	clk := newClock()
	s := New(Config{Now: clk.Now})
	for i := range many {
		if i%50 == 0 {
			clk.advance(time.Second)
		}
		serve(b, s, newRequest("POST", "/products", sample(i)), http.StatusCreated)
	}
	for name, query := range map[string]string{
		"changes": "sort_by=updated_at&order=desc",
		"middle":  "sort_by=created_at&order=asc&page=250",
		"search":  "search=SKU-049999",
		"price":   "sort_by=price",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				serve(b, s, newRequest("GET", "/products?per_page=100&"+query, ""), http.StatusOK)
			}
		})
	}
	b.Run("over the network", func(b *testing.B) {
		url, err := s.Start()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url+"/products?per_page=100&sort_by=updated_at&order=desc", nil)
			if err != nil {
				b.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+DefaultAPIKey)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusOK {
				b.Fatalf("HTTP %d, %v", resp.StatusCode, err)
			}
		}
	})
}
