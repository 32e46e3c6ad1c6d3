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
	var happens func()
	address := s.between(t, func() {
		if happens != nil {
			happens()
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		happens = nil
		m := s.fresh(rt)
		end := s.open(t, func(set *productsmanager.Settings) { set.URL = address })
		cursor := s.clock.now().UTC().Add(-5 * time.Second).Format(time.RFC3339)
		m.edit(rapid.IntRange(0, 60).Draw(rt, "edits before"))
		happens = m.step
		var seen []string
		yield := func(batch []pipeline.Change) error {
			for _, c := range batch {
				seen = append(seen, string(c.Key))
			}
			return nil
		}
		var next string
		var err error
		full := rapid.Bool().Draw(rt, "full")
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
		if full {
			m.sawAll(seen)
			return
		}
		happens = nil
		if _, err := end.Changes(t.Context(), next, []string{"title"}, yield); err != nil {
			rt.Fatal(err)
		}
		m.sawEdits(seen)
	})
}

// moving is a shop in which things happen.
type moving struct {
	*shop
	t               *rapid.T
	start, live     []string // products at the start, and of them those that are there still
	trashed, edited map[string]bool
}

// fresh empties the shop and puts new products into it, many of them made in the same second.
func (s *shop) fresh(t *rapid.T) *moving {
	for _, p := range s.Products() {
		_ = s.Trash(p.ID)
	}
	m := &moving{shop: s, t: t, trashed: map[string]bool{}, edited: map[string]bool{}}
	for range rapid.IntRange(0, 90).Draw(t, "products") {
		p, err := s.Create(catalogue.Fields{"title": "T"})
		if err != nil {
			t.Fatal(err)
		}
		m.start = append(m.start, p.ID)
		if rapid.IntRange(0, 9).Draw(t, "tick") == 0 {
			s.clock.advance(time.Second)
		}
	}
	m.live = slices.Clone(m.start)
	s.clock.advance(10 * time.Second)
	return m
}

func (m *moving) edit(n int) {
	for range min(n, len(m.live)) {
		id := rapid.SampledFrom(m.live).Draw(m.t, "edited")
		if _, err := m.Edit(id, catalogue.Fields{"price": "2"}); err != nil {
			m.t.Fatal(err)
		}
		m.edited[id] = true
	}
}

// step is what happens between two pages.
func (m *moving) step() {
	for range rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(m.t, "trashed") {
		if len(m.live) == 0 {
			break
		}
		i := rapid.IntRange(0, len(m.live)-1).Draw(m.t, "which")
		m.trashed[m.live[i]] = true
		_ = m.Trash(m.live[i])
		m.live = slices.Delete(m.live, i, i+1)
	}
	m.edit(rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(m.t, "edits"))
	if rapid.Bool().Draw(m.t, "create") {
		_, _ = m.Create(catalogue.Fields{"title": "new"})
	}
}

// sawAll checks a listing: everything that was there all the time, and nothing twice.
func (m *moving) sawAll(seen []string) {
	times := map[string]int{}
	for _, id := range seen {
		if times[id]++; times[id] > 1 {
			m.t.Fatalf("%s came twice", id)
		}
	}
	for _, id := range m.start {
		if times[id] == 0 && !m.trashed[id] {
			m.t.Fatalf("the listing misses %s", id)
		}
	}
}

// sawEdits checks polls: every edit of what is there still.
func (m *moving) sawEdits(seen []string) {
	for id := range m.edited {
		if !m.trashed[id] && !slices.Contains(seen, id) {
			m.t.Fatalf("the polls miss the edit of %s", id)
		}
	}
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
