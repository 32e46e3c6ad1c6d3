package memory_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// watcher keeps a copy of a system as a pipeline does: by polling Changes, passing over what it has seen
// with that stamp, and trusting a stamp only when it was settled.
type watcher struct {
	s      *memory.System
	cursor string
	seen   map[pipeline.Key]string
	copies map[pipeline.Key]pipeline.Values
	fields []string
}

func (w *watcher) poll(t *rapid.T) {
	next, err := w.s.Changes(context.Background(), w.cursor, w.fields, func(batch []pipeline.Change) error {
		var keys []pipeline.Key
		for _, c := range batch {
			switch {
			case c.Gone:
				delete(w.copies, c.Key)
			case w.seen[c.Key] != c.Stamp:
				keys = append(keys, c.Key)
			}
		}
		records, err := w.s.Fetch(context.Background(), keys, w.fields)
		for _, r := range records {
			w.copies[r.Key] = r.Fields
			w.seen[r.Key] = ""
			if r.Settled {
				w.seen[r.Key] = r.Stamp
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.cursor = next
}

// Whatever happens in the shop, and whenever it is polled, polling misses nothing: neither an edit in the
// second of a read nor a transaction that is committed behind a poll.
func TestPollingMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := newClock()
		const longest = 10 * time.Second
		s := memory.New(memory.Config{Now: clock.now, Overlap: longest, Tombstones: true, BatchSize: 3})
		w := &watcher{s: s, seen: map[pipeline.Key]string{}, copies: map[pipeline.Key]pipeline.Values{}, fields: []string{"title", "sku"}}
		var open *memory.Tx
		var began time.Time
		n := 0
		anyKey := func(t *rapid.T) pipeline.Key {
			held := s.Snapshot()
			if len(held) == 0 {
				t.Skip("no record")
			}
			return held[rapid.IntRange(0, len(held)-1).Draw(t, "record")].Key
		}
		title := func() pipeline.Values {
			n++
			return pipeline.Values{"title": pipeline.Text(fmt.Sprint("title ", n))}
		}
		finish := func(t *rapid.T) {
			if open != nil {
				_ = open.Commit() // fails when a record of it was deleted meanwhile
				open = nil
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) { _ = must(s.Insert(title())) },
			"edit":   func(t *rapid.T) { _ = must(0, s.Edit(anyKey(t), title())) },
			"delete": func(t *rapid.T) { _ = must(0, s.Delete(anyKey(t))) },
			"begin": func(t *rapid.T) {
				if open == nil {
					open, began = s.Begin(), clock.now()
				}
				open.Edit(anyKey(t), title())
				open.Insert(title())
			},
			"commit": finish,
			"wait": func(t *rapid.T) {
				d := time.Duration(rapid.IntRange(1, 3000).Draw(t, "milliseconds")) * time.Millisecond
				if open != nil && clock.now().Add(d).Sub(began) > longest {
					finish(t)
				}
				clock.advance(d)
			},
			"poll": w.poll,
		})
		finish(t)
		w.poll(t)
		want := map[pipeline.Key]pipeline.Values{}
		for _, r := range s.Snapshot() {
			maps.DeleteFunc(r.Fields, func(name string, _ pipeline.Value) bool { return !slices.Contains(w.fields, name) })
			want[r.Key] = r.Fields
		}
		if diff := cmp.Diff(want, w.copies); diff != "" {
			t.Fatalf("the copy differs (-system +copy):\n%s", diff)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
