package productsmanager_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// fill puts n products into the shop, made a second apart, the last one just now.
func (s *shop) fill(t testing.TB, n int) []string {
	t.Helper()
	ids := make([]string, n)
	for i := range ids {
		at := s.clock.now().Add(time.Duration(i-n) * time.Second)
		ids[i] = fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		err := s.Put(catalogue.Product{ID: ids[i], CreatedAt: at, UpdatedAt: at, Fields: catalogue.Fields{
			"title": fmt.Sprint("Product ", i), "sku": fmt.Sprint("S-", i), "price": "9.90",
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// read collects what List or Changes yields.
type read struct {
	next    string
	keys    []string
	records map[pipeline.Key]*pipeline.Record
}

func list(t testing.TB, end pipeline.Endpoint, fields ...string) read {
	t.Helper()
	return collect(t, func(yield func([]pipeline.Change) error) (string, error) {
		return end.List(context.Background(), fields, yield)
	})
}

func changes(t testing.TB, end pipeline.Endpoint, cursor string, fields ...string) read {
	t.Helper()
	return collect(t, func(yield func([]pipeline.Change) error) (string, error) {
		return end.Changes(context.Background(), cursor, fields, yield)
	})
}

func collect(t testing.TB, call func(func([]pipeline.Change) error) (string, error)) read {
	t.Helper()
	r := read{records: map[pipeline.Key]*pipeline.Record{}}
	next, err := call(func(batch []pipeline.Change) error {
		for _, c := range batch {
			r.keys = append(r.keys, string(c.Key))
			if c.Record != nil {
				r.records[c.Key] = c.Record
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r.next = next
	return r
}

// An idle poll is one request, however large the catalogue.
func TestIdlePollIsOneRequest(t *testing.T) {
	for _, n := range []int{0, 10, 100, 3000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := newShop(t, pmsim.Config{})
			s.fill(t, n)
			s.clock.advance(time.Hour)
			end := s.open(t, nil)
			cursor := list(t, end, "title").next
			s.requests()
			got := changes(t, end, cursor, "title")
			if diff := cmp.Diff(map[string]int{"list": 1}, s.requests()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(got.keys) != 0 {
				t.Errorf("an idle poll named %d products", len(got.keys))
			}
		})
	}
}

func TestCursorIsTheServersTimeLessTheOverlap(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, func(s *productsmanager.Settings) { s.Overlap = 10 * time.Minute })
	want := s.clock.now().Add(-10 * time.Minute).Truncate(time.Second).Format(time.RFC3339)
	if got := list(t, end, "title").next; got != want && got != s.clock.now().Add(-10*time.Minute-time.Second).Truncate(time.Second).Format(time.RFC3339) {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := end.Changes(t.Context(), "yesterday", nil, nil); pipeline.AsError(err) == nil || !strings.Contains(err.Error(), "yesterday") {
		t.Errorf("a cursor that is none: %v", err)
	}
}

// Changes of the cursor's own second are given again: stamps have whole seconds.
func TestChangesReadTheBoundarySecond(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, nil)
	ids := s.fill(t, 300)
	s.clock.advance(time.Hour)
	at := s.clock.now()
	for _, id := range ids[:250] { // a bulk edit: one second, three pages
		if _, err := s.Edit(id, catalogue.Fields{"price": "1"}); err != nil {
			t.Fatal(err)
		}
	}
	got := changes(t, end, at.UTC().Truncate(time.Second).Format(time.RFC3339), "price")
	slices.Sort(got.keys)
	if diff := cmp.Diff(ids[:250], got.keys); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if again := changes(t, end, at.Add(2*time.Second).UTC().Format(time.RFC3339), "price"); len(again.keys) != 0 {
		t.Errorf("after the boundary second, %d products came", len(again.keys))
	}
}

// A row of the list is the record when it holds all that was asked for; else it must be fetched.
func TestChangeCarriesItsRecord(t *testing.T) {
	for name, c := range map[string]struct {
		summaries bool
		fields    []string
		want      bool
	}{
		"whole items":              {false, []string{"title", "description", "attributes.color", "is_active"}, true},
		"an empty field":           {false, []string{"weight"}, true},
		"a field that is not sent": {false, []string{"title", "custom_1"}, false},
		"summaries":                {true, []string{"title", "sku", "price"}, true},
		"more than summaries":      {true, []string{"title", "description"}, false},
		"a summary's status":       {true, []string{"is_active"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, pmsim.Config{SummaryItems: c.summaries})
			key := pipeline.Key(s.fill(t, 1)[0])
			end := s.open(t, nil)
			record := list(t, end, c.fields...).records[key]
			if (record != nil) != c.want {
				t.Fatalf("the record is %+v, want one: %t", record, c.want)
			}
			fetched, err := end.Fetch(t.Context(), []pipeline.Key{key}, c.fields)
			if err != nil || len(fetched) != 1 {
				t.Fatal(err, fetched)
			}
			if record == nil {
				return
			}
			if diff := cmp.Diff(fetched[0], *record); diff != "" {
				t.Errorf("fetched and listed differ (-fetched +listed)\n%s", diff)
			}
		})
	}
}

// between lets something happen in the shop before each request but the first, through a proxy.
func (s *shop) between(t *testing.T, happens func()) string {
	t.Helper()
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			happens()
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.String() + pmsim.BasePath
}

// Invariant 4: whatever moves while the pages are read, a poll and the next one together miss no change.
// Invariant 5: a listing that ends without an error has every product that was there all the time.
func TestMovingListsMissNothing(t *testing.T) {
	for _, config := range []pmsim.Config{{MaxPageSize: 23}, {MaxPageSize: 23, Microseconds: true}, {MaxPageSize: 23, Envelope: pmsim.EnvelopeArray}} {
		t.Run(fmt.Sprintf("envelope %d, microseconds %t", config.Envelope, config.Microseconds), func(t *testing.T) { testMovingLists(t, config) })
	}
}

func testMovingLists(t *testing.T, config pmsim.Config) {
	s := newShop(t, config)
	var step func()
	address := s.between(t, func() {
		if step != nil {
			step()
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		step = nil
		for _, p := range s.Products() {
			_ = s.Trash(p.ID)
		}
		n := rapid.IntRange(0, 90).Draw(rt, "products")
		var alive []string
		for range n {
			p, err := s.Create(catalogue.Fields{"title": "T"})
			if err != nil {
				rt.Fatal(err)
			}
			alive = append(alive, p.ID)
			if rapid.IntRange(0, 9).Draw(rt, "tick") == 0 {
				s.clock.advance(time.Second)
			}
		}
		end := s.open(t, func(set *productsmanager.Settings) { set.URL = address })
		s.clock.advance(10 * time.Second)
		cursor := s.clock.now().UTC().Add(-5 * time.Second).Format(time.RFC3339)
		trashed, edited := map[string]bool{}, map[string]bool{}
		live := slices.Clone(alive)
		edit := func(n int) {
			for range min(n, len(live)) {
				id := rapid.SampledFrom(live).Draw(rt, "edited")
				if _, err := s.Edit(id, catalogue.Fields{"price": "2"}); err != nil {
					rt.Fatal(err)
				}
				edited[id] = true
			}
		}
		edit(rapid.IntRange(0, 60).Draw(rt, "edits before"))
		step = func() {
			for range rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(rt, "trashed") {
				if len(live) == 0 {
					break
				}
				i := rapid.IntRange(0, len(live)-1).Draw(rt, "which")
				trashed[live[i]] = true
				_ = s.Trash(live[i])
				live = slices.Delete(live, i, i+1)
			}
			edit(rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(rt, "edits"))
			if rapid.Bool().Draw(rt, "create") {
				_, _ = s.Create(catalogue.Fields{"title": "new"})
			}
		}
		full := rapid.Bool().Draw(rt, "full")
		var seen []string
		yield := func(batch []pipeline.Change) error {
			for _, c := range batch {
				seen = append(seen, string(c.Key))
			}
			return nil
		}
		var err error
		next := ""
		if full {
			next, err = end.List(t.Context(), []string{"title"}, yield)
		} else {
			next, err = end.Changes(t.Context(), cursor, []string{"title"}, yield)
		}
		if err != nil {
			if pipeline.AsError(err).Code != pipeline.CodeListingIncomplete {
				rt.Fatal(err)
			}
			return
		}
		step = nil
		if full {
			slices.Sort(seen)
			if len(slices.Compact(slices.Clone(seen))) != len(seen) {
				rt.Fatal("a product came twice")
			}
			for _, id := range alive {
				if !trashed[id] && !slices.Contains(seen, id) {
					rt.Fatalf("the listing misses %s", id)
				}
			}
			return
		}
		if _, err := end.Changes(t.Context(), next, []string{"title"}, yield); err != nil {
			rt.Fatal(err)
		}
		for id := range edited {
			if !trashed[id] && !slices.Contains(seen, id) {
				rt.Fatalf("two polls miss the edit of %s", id)
			}
		}
	})
}

func TestShortListIsAnError(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	s.fill(t, 150)
	s.Inject(pmsim.Fault{Kind: pmsim.FaultWrongTotal, Off: 7, Times: pmsim.Always, Method: http.MethodGet})
	_, err := s.open(t, nil).List(t.Context(), []string{"title"}, func([]pipeline.Change) error { return nil })
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeListingIncomplete || e.Class != pipeline.Transient {
		t.Errorf("got %v", err)
	}
	// A total that is too low does not end the listing early.
	s.ClearFaults()
	s.Inject(pmsim.Fault{Kind: pmsim.FaultWrongTotal, Off: -100, Times: pmsim.Always, Method: http.MethodGet})
	if got := list(t, s.open(t, nil), "title"); len(got.keys) != 150 {
		t.Errorf("got %d products of 150", len(got.keys))
	}
}

// Inactive and draft products are listed too; the trashed are not.
func TestListSeesInactiveOnes(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	ids := s.fill(t, 4)
	for i, status := range []string{"inactive", "draft", "active"} {
		if _, err := s.Edit(ids[i], catalogue.Fields{"status": status, "is_active": status == "active"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Trash(ids[3]); err != nil {
		t.Fatal(err)
	}
	got := list(t, s.open(t, nil), "is_active")
	active := map[string]bool{}
	for key, r := range got.records {
		active[string(key)] = r.Fields["is_active"].AsBool()
	}
	if diff := cmp.Diff(map[string]bool{ids[0]: false, ids[1]: false, ids[2]: true}, active); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
