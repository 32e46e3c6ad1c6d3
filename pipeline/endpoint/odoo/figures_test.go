package odoo_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// TestRealOdooFigures makes, lists, changes and deletes products in a real server in full batches, and
// logs how many a second.
func TestRealOdooFigures(t *testing.T) {
	requests := 0
	e := open(t, realSettings(t), func(string, time.Duration, error) { requests++ }, time.Now)
	defer func() { _ = e.Close() }()
	about, err := e.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("Odoo %s, %d products, described in %d requests", about.Version, about.Records, requests)
	const n = 1000
	measure := func(what string, count int, f func()) {
		t.Helper()
		requests = 0
		start := time.Now()
		f()
		took := time.Since(start)
		t.Logf("%-22s %5d records in %6.2f s, %6.1f a second, %d requests", what, count, took.Seconds(), float64(count)/took.Seconds(), requests)
	}
	drafts := manyDrafts(n, fmt.Sprintf("F%d", time.Now().Unix()))
	var keys []pipeline.Key
	measure("Create", n, func() {
		for some := range slices.Chunk(drafts, about.BatchSize) {
			for _, r := range e.Create(t.Context(), some) {
				if r.Err != nil {
					t.Fatal(r.Err)
				}
				keys = append(keys, r.Key)
			}
		}
	})
	defer func() {
		measure("Remove", n, func() {
			for some := range slices.Chunk(keys, about.BatchSize) {
				for _, r := range e.Remove(t.Context(), some, pipeline.Delete) {
					if r.Err != nil {
						t.Error(r.Err)
					}
				}
			}
		})
	}()
	names := slices.Sorted(maps.Keys(drafts[0].Fields))
	var cursor string
	listed := 0
	measure("List", about.Records+n, func() {
		if cursor, err = e.List(t.Context(), names, func(c []pipeline.Change) error { listed += len(c); return nil }); err != nil {
			t.Fatal(err)
		}
	})
	if listed < n {
		t.Errorf("listed %d", listed)
	}
	measure("Changes", n, func() {
		if _, err := e.Changes(t.Context(), cursor, names, func([]pipeline.Change) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
	measure("Update, each its own", n, func() {
		update(t, e, keys, func(i int) pipeline.Values {
			return pipeline.Values{"name": pipeline.Text(fmt.Sprintf("Renamed %d", i)), "list_price": pipeline.Int(int64(i))}
		})
	})
	measure("Update, all the same", n, func() {
		update(t, e, keys, func(int) pipeline.Values { return pipeline.Values{"description_sale": pipeline.Text("same")} })
	})
	measure("Settle", n, func() {
		for some := range slices.Chunk(drafts, about.BatchSize) {
			if found, err := e.Settle(t.Context(), some); err != nil || slices.Contains(found, "") {
				t.Fatal(found, err)
			}
		}
	})
}

func update(t *testing.T, e pipeline.Endpoint, keys []pipeline.Key, fields func(int) pipeline.Values) {
	t.Helper()
	var patches []pipeline.Patch
	for i, key := range keys {
		patches = append(patches, pipeline.Patch{Key: key, Fields: fields(i)})
	}
	for some := range slices.Chunk(patches, 500) {
		for _, r := range e.Update(t.Context(), some) {
			if r.Err != nil || !r.Alone {
				t.Fatalf("%+v", r)
			}
		}
	}
}

// manyDrafts are products as a shop has them.
func manyDrafts(n int, prefix string) []pipeline.Draft {
	drafts := make([]pipeline.Draft, n)
	for i := range drafts {
		id := fmt.Sprintf("%s_%d", prefix, i)
		price, _ := pipeline.ParseNumber(fmt.Sprintf("%d.%02d", i%90+1, i%100))
		drafts[i] = pipeline.Draft{Token: id, Since: time.Now(), Match: []string{"default_code"}, Fields: pipeline.Values{
			"name": pipeline.Text("T-shirt à col rond " + id), "default_code": pipeline.Text(id), "list_price": price,
			"barcode": pipeline.Text(fmt.Sprintf("2%s%06d", prefix[1:min(7, len(prefix))], i)), "description_sale": pipeline.Text("Coton <bio> & équitable,\nlavage à 30°"),
			"categ_id": pipeline.Text(fmt.Sprintf("All / Vêtements / Rayon %d", i%7)), "standard_price": pipeline.Int(7),
			"active": pipeline.Bool(i%20 != 0),
		}}
		drafts[i].Fields["weight"], _ = pipeline.ParseNumber("0.25")
	}
	return drafts
}
