package catalogue

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEANsAreUniqueTheTrashIncluded(t *testing.T) {
	s := open(t, options(newClock()))
	first := create(t, s, Fields{"title": "a", "ean": "12345670"})
	second := create(t, s, Fields{"title": "b"})
	create(t, s, Fields{"title": "c"}) // any number may have none

	duplicate := func(err error) bool { var d *Duplicate; return errors.As(err, &d) && d.Holder == first.ID }
	if _, err := s.Create(Fields{"title": "d", "ean": "0000012345670"}); !duplicate(err) {
		t.Errorf("create with a taken EAN: %v", err)
	}
	if _, err := s.Edit(second.ID, Fields{"ean": "12345670"}); !duplicate(err) {
		t.Errorf("edit to a taken EAN: %v", err)
	}
	if err := s.Trash(first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Edit(second.ID, Fields{"ean": "12345670"}); !duplicate(err) {
		t.Errorf("edit to the EAN of a trashed product: %v", err)
	}
	if err := s.Restore(first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Edit(first.ID, Fields{"ean": nil}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Edit(second.ID, Fields{"ean": "12345670"}); err != nil {
		t.Errorf("edit to an EAN that was given up: %v", err)
	}
}

func TestTitleIsRequired(t *testing.T) {
	s := open(t, options(newClock()))
	p := create(t, s, Fields{"name": "a"})
	for _, title := range []any{nil, ""} {
		if _, err := s.Edit(p.ID, Fields{"title": title}); err == nil {
			t.Errorf("the title became %v", title)
		}
	}
	if _, err := s.Create(Fields{"sku": "x"}); err == nil {
		t.Error("a product without title was made")
	}
}

func TestPutKeepsIDsAndTimes(t *testing.T) {
	clk := newClock()
	s := open(t, options(clk))
	old := clk.now.Add(-48*time.Hour + 300*time.Millisecond)
	given := Product{ID: "p-1", Fields: Fields{"title": "a", "price": 5}, CreatedAt: old, UpdatedAt: old.Add(time.Hour)}
	if err := s.Put(given, Product{Fields: Fields{"title": "b"}}); err != nil {
		t.Fatal(err)
	}
	got, _ := s.Get("p-1")
	if want := old.Truncate(time.Second); !got.CreatedAt.Equal(want) || !got.UpdatedAt.Equal(want.Add(time.Hour)) {
		t.Errorf("times %v and %v", got.CreatedAt, got.UpdatedAt)
	}
	if err := s.Put(Product{ID: "p-1", Fields: Fields{"title": "c"}}); err != nil {
		t.Fatal(err)
	}
	got, _ = s.Get("p-1")
	want := Product{ID: "p-1", Fields: Fields{"title": "c"}, CreatedAt: old.Truncate(time.Second), UpdatedAt: clk.now}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("replaced whole (-want +got):\n%s", diff)
	}
	if n := s.Len(); n != 2 {
		t.Errorf("%d products, want 2", n)
	}
}

func TestCallersCannotChangeTheStore(t *testing.T) {
	s := open(t, options(newClock()))
	attributes := map[string]any{"color": "red"}
	p := create(t, s, Fields{"title": "a", "attributes": attributes})
	attributes["color"] = "blue"
	p.Fields["title"] = "b"
	got, _ := s.Get(p.ID)
	got.Fields["title"] = "c"
	got, _ = s.Get(p.ID)
	if got.Text("title") != "a" || got.Fields["attributes"].(map[string]any)["color"] != "red" {
		t.Errorf("the store holds %v", got.Fields)
	}
}

func TestSeedMakesIDs(t *testing.T) {
	first := create(t, open(t, options(newClock())), Fields{"title": "a"}).ID
	again := create(t, open(t, options(newClock())), Fields{"title": "a"}).ID
	o := options(newClock())
	o.Seed = 1
	other := create(t, open(t, o), Fields{"title": "a"}).ID
	if first != again || first == other {
		t.Errorf("ids %s, %s with the same seed, %s with another", first, again, other)
	}
}

func TestBulkMatchesByEANThenSKU(t *testing.T) {
	s := open(t, options(newClock()))
	byEAN := create(t, s, Fields{"title": "a", "ean": "12345670", "sku": "A"})
	bySKU := create(t, s, Fields{"title": "b", "sku": "B"})
	create(t, s, Fields{"title": "c", "sku": "TWICE"})
	create(t, s, Fields{"title": "d", "sku": "TWICE"})
	results, err := s.Bulk([]Fields{
		{"barcode": "12345670", "sku": "B2", "price": 1},
		{"manufacturer_reference": "B", "price": 2},
		{"title": "e", "sku": "TWICE"},
		{"title": "f", "ean": "bad"},
	}, true, func(int) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	want := []Outcome{Updated, Updated, Created, Failed}
	var got []Outcome
	for _, r := range results {
		got = append(got, r.Outcome)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if results[0].Product.ID != byEAN.ID || results[1].Product.ID != bySKU.ID {
		t.Errorf("updated %s and %s", results[0].Product.ID, results[1].Product.ID)
	}
}

// TestListsAgreeWithTheProducts holds the order indexes against a plain sort after random edits.
func TestListsAgreeWithTheProducts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clk := newClock()
		s, _ := New(options(clk))
		var all []string
		var trashed []string
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			clk.advance(time.Duration(rapid.IntRange(-1, 2).Draw(t, "seconds")) * time.Second)
			pick := func(from []string) string { return rapid.SampledFrom(from).Draw(t, "product") }
			switch step := rapid.IntRange(0, 4).Draw(t, "step"); {
			case step <= 1 || len(all) == 0:
				p, err := s.Create(Fields{"title": fmt.Sprint(len(all)), "sku": fmt.Sprint(len(all) % 3)})
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, p.ID)
			case step == 2:
				_, _ = s.Edit(pick(all), Fields{"price": len(all)}) // fails for those in the trash
			case step == 3:
				if id := pick(all); s.Trash(id) == nil {
					trashed = append(trashed, id)
				}
			case step == 4 && len(trashed) > 0:
				_ = s.Restore(pick(trashed)) // fails for those that are back already
			}
		}
		for _, sortBy := range []string{"created_at", "updated_at"} {
			want := s.Products()
			slices.SortStableFunc(want, func(a, b Product) int {
				if sortBy == "created_at" {
					return a.CreatedAt.Compare(b.CreatedAt)
				}
				return a.UpdatedAt.Compare(b.UpdatedAt)
			})
			got, total := s.List(Query{SortBy: sortBy, Limit: 1000})
			if diff := gocmp.Diff(ids(want), ids(got)); diff != "" || total != len(want) {
				t.Fatalf("by %s, total %d (-want +got):\n%s", sortBy, total, diff)
			}
		}
		if n := s.Len() + len(s.Trashed()); n != len(all) {
			t.Fatalf("%d products in all, %d were made", n, len(all))
		}
	})
}

func TestQueries(t *testing.T) {
	clk := newClock()
	s := open(t, options(clk))
	for i, f := range []Fields{
		{"title": "Café Crème", "sku": "C-1", "price": 3, "category": "Food / Drinks", "brand": "Noir"},
		{"title": "Tea", "sku": "T-1", "price": "2.5", "category": "Food / Drinks", "status": "draft", "ean": "12345670"},
		{"title": "Apple", "sku": "A-1", "price": 10, "stock": 4, "category": "Food"},
	} {
		clk.advance(time.Second)
		f["stock"] = cmp.Or[any](f["stock"], i)
		create(t, s, f)
	}
	drinks := s.CategoryID("Food/Drinks")
	low, high := 2.6, 3.0
	tests := []struct {
		name string
		q    Query
		want []string // SKUs
	}{
		{"by creation", Query{}, []string{"C-1", "T-1", "A-1"}},
		{"backwards", Query{Descending: true}, []string{"A-1", "T-1", "C-1"}},
		{"by price", Query{SortBy: "price"}, []string{"T-1", "C-1", "A-1"}},
		{"by stock, backwards", Query{SortBy: "stock_quantity", Descending: true}, []string{"A-1", "T-1", "C-1"}},
		{"by title", Query{SortBy: "title"}, []string{"A-1", "C-1", "T-1"}},
		{"search without case", Query{Search: "CRÈME"}, []string{"C-1"}},
		{"search an EAN", Query{Search: "12345670"}, []string{"T-1"}},
		{"search a SKU", Query{Search: "a-1"}, []string{"A-1"}},
		{"status", Query{Status: "active"}, []string{"C-1", "A-1"}},
		{"brand", Query{Brand: "Noir"}, []string{"C-1"}},
		{"category", Query{Category: "Food/Drinks"}, []string{"C-1", "T-1"}},
		{"category by id", Query{CategoryID: drinks}, []string{"C-1", "T-1"}},
		{"an unknown category", Query{CategoryID: "x"}, nil},
		{"prices", Query{PriceMin: &low, PriceMax: &high}, []string{"C-1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.q.Limit = 10
			page, total := s.List(test.q)
			var got []string
			for _, p := range page {
				got = append(got, p.Text("sku"))
			}
			if diff := gocmp.Diff(test.want, got); diff != "" || total != len(test.want) {
				t.Errorf("total %d (-want +got):\n%s", total, diff)
			}
		})
	}
}

func TestCategoriesFollowTheProducts(t *testing.T) {
	s := open(t, options(newClock()))
	create(t, s, Fields{"title": "a", "category": "Food/Drinks / Tea"})
	var got []string
	for _, c := range s.Categories() {
		parent := "-"
		if c.ParentID != nil {
			p, _ := s.Category(*c.ParentID)
			parent = p.Name
		}
		got = append(got, c.Name+" in "+parent)
	}
	if diff := gocmp.Diff([]string{"Food in -", "Drinks in Food", "Tea in Drinks"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
