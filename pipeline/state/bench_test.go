package state

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
)

const (
	benchLinks = 50_000
	benchBatch = 200
)

// benchLink makes a link with ten fields a side, of the size of a product.
func benchLink(i, version int) *pipeline.Link {
	sku := fmt.Sprintf("SKU-%06d", i)
	values := pipeline.Values{
		"sku": pipeline.Text(sku), "ean": pipeline.Text(fmt.Sprintf("40063813%05d", i)),
		"title":       pipeline.Text("Chaise de jardin pliante en teck " + sku),
		"description": pipeline.Text("Une chaise pliante en teck massif, livrée montée, pour la terrasse et le jardin. " + sku),
		"price":       pipeline.Number(decimal.New(int64(1999+version), -2)), "cost_price": pipeline.Number(decimal.New(950, -2)),
		"weight": pipeline.Number(decimal.New(4250, -3)), "category": pipeline.Text("Maison / Jardin / Chaises"),
		"is_active": pipeline.Bool(true), "stock_quantity": pipeline.Int(int64(i % 90)),
	}
	return &pipeline.Link{
		ID:   pipeline.LinkID(fmt.Sprintf("link%08d", i)),
		Keys: [2]pipeline.Key{pipeline.Key(fmt.Sprint("pm", i)), pipeline.Key(fmt.Sprint(i))},
		Base: [2]pipeline.Values{values, values}, Seen: [2]string{fmt.Sprint("v", version), "2026-11-24 12:00:00"},
		Created: noon(), Updated: noon(),
	}
}

func benchCommit(from, version int) pipeline.Commit {
	var c pipeline.Commit
	for i := from; i < from+benchBatch; i++ {
		l := benchLink(i, version)
		c.Links = append(c.Links, l)
		c.Intents = append(c.Intents, string(l.ID))
		c.History = append(c.History, pipeline.Event{At: noon(), Link: l.ID, Kind: "update", Fields: []pipeline.FieldChange{{Name: "price", After: pipeline.Int(1)}}})
	}
	return c
}

// benchStore opens a store on the real disk and fills it with links.
func benchStore(b *testing.B, links int) (*State, pipeline.Store) {
	b.Helper()
	s, err := Open(b.TempDir(), Options{Now: noon})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	st, err := s.Pipeline(context.Background(), "products", []string{"sku", "ean"})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < links; from += benchBatch {
		if err := st.Commit(context.Background(), benchCommit(from, 0)); err != nil {
			b.Fatal(err)
		}
	}
	return s, st
}

// BenchmarkCommit stores 200 changed links with ten fields a side and their history, synced.
func BenchmarkCommit(b *testing.B) {
	_, st := benchStore(b, 10_000)
	for i := 0; b.Loop(); i++ {
		if err := st.Commit(context.Background(), benchCommit(i%50*benchBatch, i+1)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIntend(b *testing.B) {
	_, st := benchStore(b, 0)
	var intents []pipeline.Intent
	for i := range benchBatch {
		l := benchLink(i, 0)
		intents = append(intents, pipeline.Intent{
			ID: string(l.ID), Kind: pipeline.Create, Side: pipeline.Right, Link: l.ID, At: noon(),
			Draft: pipeline.Draft{Token: string(l.ID), Fields: l.Base[0]}, Base: l.Base,
		})
	}
	for b.Loop() {
		if err := st.Intend(context.Background(), intents); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLinksByKey reads 500 links out of 50,000.
func BenchmarkLinksByKey(b *testing.B) {
	_, st := benchStore(b, benchLinks)
	keys := make([]pipeline.Key, 500)
	for i := 0; b.Loop(); i++ {
		for j := range keys {
			keys[j] = pipeline.Key(fmt.Sprint((i*7919 + j*97) % benchLinks))
		}
		links, err := st.LinksByKey(context.Background(), pipeline.Right, keys)
		if err != nil || len(links) != len(keys) {
			b.Fatal(len(links), err)
		}
	}
}

// BenchmarkEachLink reads all of 50,000 links, and says what memory is held then.
func BenchmarkEachLink(b *testing.B) {
	s, st := benchStore(b, benchLinks)
	for b.Loop() {
		n := 0
		err := st.EachLink(context.Background(), func(*pipeline.Link) error { n++; return nil })
		if err != nil || n != benchLinks {
			b.Fatal(n, err)
		}
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
	if bytes, err := s.Bytes(); err == nil {
		b.ReportMetric(float64(bytes)/(1<<20), "disk-MB")
	}
}

// BenchmarkOpen opens a state of 50,000 links.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s, err := Open(dir, Options{Now: noon})
	if err != nil {
		b.Fatal(err)
	}
	st, err := s.Pipeline(context.Background(), "products", []string{"sku"})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < benchLinks; from += benchBatch {
		if err := st.Commit(context.Background(), benchCommit(from, 0)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if s, err = Open(dir, Options{Now: noon}); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Pipeline(context.Background(), "products", []string{"sku"}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "last-ms")
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
