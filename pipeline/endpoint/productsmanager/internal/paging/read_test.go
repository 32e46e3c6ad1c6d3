package paging_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/paging"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// server is a list sorted by "at" that changes between two pages.
type server struct {
	rows    []paging.Row
	between func(*server) // called before each page but the first
	clamp   int           // gives no larger pages
	only    int           // gives pages of this size whatever is asked for
	silent  bool          // says neither size nor total nor whether more follows
	noMore  bool          // does not say whether more follows
	total   func(int) int // what it announces
	shuffle *rand.Rand    // rows of equal "at" come in another order each time
	same    bool          // ignores the page number
	asked   int
}

func (s *server) page(_ context.Context, page, size int) (wire.Page, error) {
	if s.asked++; s.asked > 1 && s.between != nil {
		s.between(s)
	}
	if s.clamp > 0 {
		size = min(size, s.clamp)
	}
	if s.only > 0 {
		size = s.only
	}
	if s.same {
		page = 1
	}
	rows := slices.Clone(s.rows)
	if s.shuffle != nil {
		s.shuffle.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	slices.SortStableFunc(rows, func(a, b paging.Row) int { return strings.Compare(at(a), at(b)) })
	from, to := min((page-1)*size, len(rows)), min(page*size, len(rows))
	got := wire.Page{Items: rows[from:to], Total: -1}
	if s.silent {
		return got, nil
	}
	got.Size, got.Total = size, len(rows)
	if s.total != nil {
		got.Total = s.total(len(rows))
	}
	if more := to < len(rows); !s.noMore {
		got.More = &more
	}
	return got, nil
}

func at(r paging.Row) string { return r["at"].(string) }
func id(r paging.Row) string { return r["id"].(string) }

func row(n int) paging.Row {
	return paging.Row{"id": fmt.Sprint("id-", n), "at": fmt.Sprintf("%09d", n)}
}

func numbered(n int) []paging.Row {
	rows := make([]paging.Row, n)
	for i := range rows {
		rows[i] = row(i)
	}
	return rows
}

// read returns the ids that reading s gave.
func (s *server) read(t testing.TB, complete bool) ([]string, error) {
	t.Helper()
	var got []string
	err := paging.Read(t.Context(), paging.List{
		Size: 100, Fetch: s.page, Sort: at, Complete: complete,
		Mark: func(r paging.Row) (string, error) { return id(r), nil },
		Visit: func(fresh []paging.Row) error {
			for _, r := range fresh {
				got = append(got, id(r))
			}
			return nil
		},
	})
	return got, err
}

func TestReadGivesEachRowOnce(t *testing.T) {
	for name, s := range map[string]*server{
		"one page":                     {},
		"it says all":                  {},
		"it does not say what follows": {noMore: true},
		"smaller pages":                {clamp: 37},
		"tiny pages":                   {clamp: 7},
		"one size only":                {only: 20},
		"one larger size only":         {only: 150},
		"it says nothing":              {silent: true},
		"it says nothing, one size":    {silent: true, only: 20},
	} {
		for _, n := range []int{0, 1, 99, 100, 101, 199, 200, 201, 450} {
			t.Run(fmt.Sprint(name, "/", n), func(t *testing.T) {
				s := *s
				s.rows = numbered(n)
				got, err := s.read(t, true)
				if err != nil {
					t.Fatal(err)
				}
				want := make([]string, 0, n)
				for _, r := range s.rows {
					want = append(want, id(r))
				}
				slices.Sort(want)
				slices.Sort(got)
				if diff := cmp.Diff(want, got, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// Invariant 4 and 5: whatever happens to the list between two pages, a reading without an error has each
// row that was there from its start to its end, and none twice.
func TestReadNeitherSkipsNorRepeats(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		born := rapid.IntRange(0, 400).Draw(rt, "rows")
		s := &server{
			rows: numbered(born), noMore: rapid.Bool().Draw(rt, "noMore"),
			clamp: rapid.SampledFrom([]int{0, 0, 50, 23}).Draw(rt, "clamp"),
		}
		gone, next := map[string]bool{}, born
		s.between = func(s *server) {
			for range rapid.SampledFrom([]int{0, 0, 0, 1, 2, 30}).Draw(rt, "deletions") {
				if len(s.rows) == 0 {
					break
				}
				i := rapid.IntRange(0, len(s.rows)-1).Draw(rt, "deleted")
				gone[id(s.rows[i])] = true
				s.rows = slices.Delete(s.rows, i, i+1)
			}
			for range rapid.SampledFrom([]int{0, 0, 1, 2, 30}).Draw(rt, "creations") {
				s.rows = append(s.rows, row(next))
				next++
			}
		}
		got, err := s.read(t, true)
		if err != nil {
			if pipeline.AsError(err).Code != pipeline.CodeListingIncomplete {
				rt.Fatal(err)
			}
			return
		}
		seen := map[string]int{}
		for _, g := range got {
			seen[g]++
			if seen[g] > 1 {
				rt.Fatalf("%s came twice", g)
			}
		}
		for n := range born {
			if name := fmt.Sprint("id-", n); seen[name] == 0 && !gone[name] {
				rt.Fatalf("%s was there all the time and did not come", name)
			}
		}
	})
}

// A deletion and a creation in the same moment leave the total as it was: only the overlap shows it.
func TestReadSeesARowSlipBetweenPages(t *testing.T) {
	s := &server{rows: numbered(250)}
	s.between = func(s *server) {
		if s.asked == 2 {
			s.rows = append(s.rows[1:], row(250))
		}
	}
	got, err := s.read(t, true)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(got, "id-100") {
		t.Error("the row that slipped from the second page to the first was missed")
	}
	if len(got) != 251 {
		t.Errorf("got %d rows, want 251", len(got))
	}
}

func TestReadRefusesAShortList(t *testing.T) {
	for name, s := range map[string]*server{
		"rows are hidden":                {rows: numbered(150), total: func(n int) int { return n + 3 }},
		"the page number is ignored":     {rows: numbered(150), same: true},
		"and nothing else is said":       {rows: numbered(150), same: true, silent: true},
		"rows go faster than it is read": {rows: numbered(300), between: func(s *server) { s.rows = append(s.rows[150:], numbered(1000*s.asked + 150)[1000*s.asked:]...) }},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.read(t, true)
			if pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodeListingIncomplete {
				t.Errorf("got %v, want listing_incomplete", err)
			}
		})
	}
}

// Rows of one import have the same second and may come in another order for each page. The total tells
// whether all were caught; if luck does not help, the listing fails.
func TestReadOfEqualKeysIsWholeOrFails(t *testing.T) {
	whole := 0
	for seed := range uint64(50) {
		s := &server{rows: numbered(210), shuffle: rand.New(rand.NewPCG(1, seed))}
		for _, r := range s.rows[80:120] {
			r["at"] = at(s.rows[80])
		}
		got, err := s.read(t, true)
		switch {
		case err == nil && len(got) != len(s.rows):
			t.Errorf("seed %d: %d rows of %d, and no error", seed, len(got), len(s.rows))
		case err == nil:
			whole++
		}
	}
	if whole < 40 {
		t.Errorf("only %d of 50 listings succeeded", whole)
	}
}

// Without a total, a page break between equal keys is read again: either page may have left a row out.
func TestReadAgainWhenTiesCrossPages(t *testing.T) {
	for name, tied := range map[string]bool{"tied": true, "in order": false} {
		t.Run(name, func(t *testing.T) {
			s := &server{rows: numbered(150)}
			if tied {
				for _, r := range s.rows {
					r["at"] = "000000001"
				}
			}
			if _, err := s.read(t, false); err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{true: 4, false: 2}[tied]; s.asked != want {
				t.Errorf("%d pages were asked for, want %d", s.asked, want)
			}
		})
	}
}

func TestReadStopsWhenEnough(t *testing.T) {
	s := &server{rows: numbered(50_000)}
	err := paging.Read(t.Context(), paging.List{
		Size: 100, Fetch: s.page, Sort: at,
		Mark:   func(r paging.Row) (string, error) { return id(r), nil },
		Visit:  func([]paging.Row) error { return nil },
		Enough: func(all []paging.Row) bool { return at(all[len(all)-1]) >= at(row(50)) },
	})
	if err != nil || s.asked != 1 {
		t.Errorf("got %v after %d pages, want one page", err, s.asked)
	}
}

func TestReadHandsOnErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, list := range map[string]paging.List{
		"fetch": {Fetch: func(context.Context, int, int) (wire.Page, error) { return wire.Page{}, broken }},
		"mark":  {Mark: func(paging.Row) (string, error) { return "", broken }},
		"visit": {Visit: func([]paging.Row) error { return broken }},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{rows: numbered(3)}
			list.Size, list.Sort = 100, at
			if list.Fetch == nil {
				list.Fetch = s.page
			}
			if list.Mark == nil {
				list.Mark = func(r paging.Row) (string, error) { return id(r), nil }
			}
			if list.Visit == nil {
				list.Visit = func([]paging.Row) error { return nil }
			}
			if err := paging.Read(t.Context(), list); !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
		})
	}
}
