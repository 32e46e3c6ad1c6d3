package statetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
)

type (
	byKey = map[pipeline.Key]*pipeline.Link
	byID  = map[pipeline.LinkID]*pipeline.Link
)

func (s *subject) byKey(side pipeline.Side, keys ...pipeline.Key) func(context.Context) (byKey, error) {
	return func(ctx context.Context) (byKey, error) { return s.LinksByKey(ctx, side, keys) }
}

func testLinks(t *testing.T, s *subject) {
	a, b := link("a", "1", "11", "A"), link("b", "2", "", "B")
	a.Seen = [2]string{"v1", "2026-11-24 12:00:00"}
	a.Missing[pipeline.Right] = "20261124T120000Z-0007"
	a.Gone[pipeline.Left] = true
	s.commit(t, pipeline.Commit{Links: []*pipeline.Link{a, b}})
	s.twice(t, func(t *testing.T) {
		want(t, byKey{"1": a, "2": b}, s.byKey(pipeline.Left, "1", "2", "11", "3"))
		want(t, byKey{"11": a}, s.byKey(pipeline.Right, "1", "2", "11", ""))
		want(t, byID{"a": a}, func(ctx context.Context) (byID, error) {
			return s.LinksByID(ctx, []pipeline.LinkID{"a", "c"})
		})
		want(t, 2, s.CountLinks)
	})
	changed := link("a", "1", "11", "A2")
	s.commit(t, pipeline.Commit{Links: []*pipeline.Link{changed}, Drop: []pipeline.LinkID{"b", "never was"}})
	s.twice(t, func(t *testing.T) {
		want(t, byKey{"1": changed}, s.byKey(pipeline.Left, "1", "2"))
		want(t, 1, s.CountLinks)
	})
}

// testValues stores values that an encoding may spoil.
func testValues(t *testing.T, s *subject) {
	huge := decimal.RequireFromString("123456789012345678901234567890.000000000000000000001")
	values := pipeline.Values{
		"null": {}, "true": pipeline.Bool(true), "false": pipeline.Bool(false),
		"zero": pipeline.Int(0), "negative": pipeline.Int(-1), "largest": pipeline.Int(1<<63 - 1),
		"decimal": pipeline.Number(decimal.RequireFromString("19.990")),
		"huge":    pipeline.Number(huge), "huge negative": pipeline.Number(huge.Neg()),
		"exponent": pipeline.Number(decimal.New(5, 300)),
		"text":     pipeline.Text("Café ☕ <b>\"quoted\"</b>\n\tline\u2028"),
		"long":     pipeline.Text(strings.Repeat("long ", 100_000)),
		"list":     pipeline.List(pipeline.Int(1), pipeline.Text("a"), pipeline.List()),
		"object":   pipeline.Object(map[string]pipeline.Value{"": pipeline.Int(1), "b": pipeline.Object(nil)}),
		"":         pipeline.Text("a field without a name"),
	}
	l := link("a", "1", "2", "A")
	l.Base = [2]pipeline.Values{values, {}}
	l.Created, l.Updated = time.Time{}, at(1).Add(123456789*time.Nanosecond)
	s.commit(t, pipeline.Commit{Links: []*pipeline.Link{l}})
	s.twice(t, func(t *testing.T) {
		want(t, byKey{"1": l}, s.byKey(pipeline.Left, "1"))
	})
	links, err := s.LinksByKey(t.Context(), pipeline.Left, []pipeline.Key{"1"})
	if err != nil {
		t.Fatal(err)
	}
	links["1"].Base[pipeline.Right]["new"] = pipeline.Int(1) // may be written to, and does not reach the store
	want(t, byKey{"1": l}, s.byKey(pipeline.Left, "1"))
}

func testKeys(t *testing.T, s *subject) {
	odd := []pipeline.Key{"a", "a/", "a/b", "a b", " ", "%", "\\", "é", "é́", "🛒"}
	var links []*pipeline.Link
	for i, k := range odd {
		links = append(links, link(pipeline.LinkID(fmt.Sprint("l", i)), k, pipeline.Key(fmt.Sprint(i)), "S"))
	}
	s.commit(t, pipeline.Commit{Links: links})
	s.twice(t, func(t *testing.T) {
		for i, k := range odd {
			want(t, byKey{k: links[i]}, s.byKey(pipeline.Left, k))
		}
	})
	// Two links exchange their records, and a third takes the key that one had.
	a, b, c := links[0], links[1], link("c", "fresh", "x", "S")
	a2, b2 := link(a.ID, b.Keys[0], a.Keys[1], "S"), link(b.ID, a.Keys[0], b.Keys[1], "S")
	s.commit(t, pipeline.Commit{Links: []*pipeline.Link{b2, a2, c}})
	want(t, byKey{a.Keys[0]: b2, b.Keys[0]: a2}, s.byKey(pipeline.Left, a.Keys[0], b.Keys[0]))
	moved := link("c", "elsewhere", "x", "S")
	taker := link("d", "fresh", "y", "S")
	s.commit(t, pipeline.Commit{Links: []*pipeline.Link{taker, moved}})
	want(t, byKey{"fresh": taker, "elsewhere": moved}, s.byKey(pipeline.Left, "fresh", "elsewhere"))
}

func testEachLink(t *testing.T, s *subject) {
	var c pipeline.Commit
	for i := range 50 {
		c.Links = append(c.Links, link(pipeline.LinkID(fmt.Sprint(i)), pipeline.Key(fmt.Sprint(i)), "", "S"))
	}
	s.commit(t, c)
	list := func(t *testing.T) (ids []pipeline.LinkID) {
		t.Helper()
		err := s.EachLink(t.Context(), func(l *pipeline.Link) error {
			ids = append(ids, l.ID)
			_, err := s.CountLinks(t.Context()) // the store may be used meanwhile
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	first := list(t)
	if unique := slices.Compact(slices.Sorted(slices.Values(first))); len(unique) != 50 {
		t.Errorf("%d of 50 links came", len(unique))
	}
	s.twice(t, func(t *testing.T) { diff(t, first, list(t)) })

	enough := errors.New("enough")
	calls := 0
	err := s.EachLink(t.Context(), func(*pipeline.Link) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("ended with %v after %d calls", err, calls)
	}
}

func testConcurrent(t *testing.T, s *subject) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				id := fmt.Sprint(i, "-", j)
				err := s.Commit(t.Context(), pipeline.Commit{
					Links:   []*pipeline.Link{link(pipeline.LinkID(id), pipeline.Key(id), "", "S")},
					History: []pipeline.Event{{At: at(0), Kind: "link", Note: id}},
				})
				if err != nil {
					t.Error(err)
				}
				if _, err := s.LinksByKey(t.Context(), pipeline.Left, []pipeline.Key{pipeline.Key(id)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	want(t, 40, s.CountLinks)
	events, err := s.History(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	seqs := map[uint64]bool{}
	for _, e := range events {
		seqs[e.Seq] = true
	}
	if len(events) != 40 || len(seqs) != 40 {
		t.Errorf("%d events with %d numbers, want 40", len(events), len(seqs))
	}
}

func testCancelled(t *testing.T, s *subject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Commit(ctx, pipeline.Commit{Links: []*pipeline.Link{link("a", "1", "2", "A")}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if _, err := s.LinksByKey(ctx, pipeline.Left, []pipeline.Key{"1"}); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	want(t, 0, s.CountLinks)
}

func testApart(t *testing.T, s *subject) {
	l := link("a", "1", "2", "A")
	s.commit(t, pipeline.Commit{Links: []*pipeline.Link{l}, History: []pipeline.Event{{At: at(0), Kind: "link", Link: "a"}}})
	for _, name := range []string{"product", "products2", "", "products/"} {
		other, err := s.backend.Store(name, s.match...)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.MoveTo(t.Context(), pipeline.Position{Definition: name}); err != nil {
			t.Fatal(err)
		}
		dump, err := Read(t.Context(), other, Universe{Keys: []pipeline.Key{"1", "2"}, Match: s.match, Texts: []string{"A"}})
		if err != nil {
			t.Fatal(err)
		}
		diff(t, Dump{Position: pipeline.Position{Definition: name}}, dump)
	}
	want(t, pipeline.Position{}, s.Position)
}
