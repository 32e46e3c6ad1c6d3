package memory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

func product(sku string) pipeline.Values {
	return pipeline.Values{"title": pipeline.Text("Product " + sku), "sku": pipeline.Text(sku)}
}

func insert(t *testing.T, s *memory.System, fields pipeline.Values) pipeline.Key {
	t.Helper()
	k, err := s.Insert(fields)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// read returns a record as an endpoint sees it.
func read(t *testing.T, s *memory.System, k pipeline.Key) pipeline.Record {
	t.Helper()
	records, err := s.Fetch(t.Context(), []pipeline.Key{k}, []string{"title", "sku", "price", "category", "active"})
	if err != nil || len(records) != 1 {
		t.Fatalf("Fetch of %s: %v, %v", k, records, err)
	}
	return records[0]
}

// stamps returns what Changes gives, by key.
func stamps(t *testing.T, s *memory.System, cursor string) (map[pipeline.Key]string, string) {
	t.Helper()
	got := map[pipeline.Key]string{}
	next, err := s.Changes(t.Context(), cursor, nil, func(batch []pipeline.Change) error {
		for _, c := range batch {
			got[c.Key] = c.Stamp
			if c.Gone {
				got[c.Key] = "gone"
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, next
}

func TestInsertStoresWhatTheSchemaSays(t *testing.T) {
	s := memory.New(memory.Config{Now: newClock().now})
	fields := product("A")
	fields["price"] = pipeline.Text("2.675")
	fields["category"] = pipeline.Text("All /  Shirts")
	k := insert(t, s, fields)
	price, _ := pipeline.ParseNumber("2.68")
	want := pipeline.Values{
		"title": pipeline.Text("Product A"), "sku": pipeline.Text("A"), "price": price,
		"category": pipeline.Text("All / Shirts"), "active": pipeline.Bool(true),
	}
	if diff := cmp.Diff(want, read(t, s, k).Fields); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestShopErrors(t *testing.T) {
	s := memory.New(memory.Config{Unique: []string{"sku"}})
	a, b := insert(t, s, product("A")), insert(t, s, product("B"))
	for name, c := range map[string]struct {
		err  error
		code pipeline.Code
	}{
		"insert of a taken SKU": {second(s.Insert(product("A"))), pipeline.CodeDuplicate},
		"edit to a taken SKU":   {s.Edit(b, pipeline.Values{"sku": pipeline.Text("A")}), pipeline.CodeDuplicate},
		"title removed":         {s.Edit(a, pipeline.Values{"title": {}}), pipeline.CodeFieldRequired},
		"insert without title":  {second(s.Insert(pipeline.Values{"sku": pipeline.Text("C")})), pipeline.CodeFieldRequired},
		"edit of no record":     {s.Edit("77", product("C")), pipeline.CodeRecordGone},
		"delete of no record":   {s.Delete("no key"), pipeline.CodeRecordGone},
	} {
		if e := pipeline.AsError(c.err); e == nil || e.Code != c.code {
			t.Errorf("%s: got %v, want the code %q", name, c.err, c.code)
		}
	}
	if err := s.Edit(a, product("A")); err != nil {
		t.Errorf("a record may keep its unique value: %v", err)
	}
	if err := s.Delete(a); err != nil {
		t.Fatal(err)
	}
	if err := s.Edit(b, product("A")); err != nil {
		t.Errorf("a unique value is free when its record is gone: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// A transaction shows nothing before its end, and then carries the time of its beginning: behind a
// poll that was made meanwhile.
func TestTransactionIsStampedWithItsBeginning(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: clock.now, Overlap: time.Minute})
	old := insert(t, s, product("old"))
	clock.advance(10 * time.Second)
	began := clock.now().Truncate(time.Second).Format(time.RFC3339Nano)
	tx := s.Begin()
	fresh := tx.Insert(product("new"))
	tx.Edit(old, pipeline.Values{"title": pipeline.Text("edited")})

	clock.advance(30 * time.Second)
	if got := read(t, s, old).Fields["title"]; !got.Equal(pipeline.Text("Product old")) {
		t.Errorf("an open transaction shows %v", got)
	}
	_, cursor := stamps(t, s, "")
	clock.advance(20 * time.Second)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	got, _ := stamps(t, s, cursor)
	if diff := cmp.Diff(map[pipeline.Key]string{old: began, fresh: began}, got); diff != "" {
		t.Errorf("changes after a poll in the middle of the transaction (-want +got):\n%s", diff)
	}
}

// While a transaction of that second is open, a stamp of the second can still come back.
func TestOpenTransactionKeepsStampsUnsettled(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: clock.now})
	k := insert(t, s, product("A"))
	tx := s.Begin()
	tx.Edit(k, pipeline.Values{"title": pipeline.Text("edited")})
	clock.advance(5 * time.Second)
	before := read(t, s, k)
	if before.Settled {
		t.Error("settled, although a transaction of that second is open")
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if after := read(t, s, k); after.Stamp != before.Stamp || !after.Settled {
		t.Errorf("after the commit the stamp is %q (settled: %t), want %q, settled", after.Stamp, after.Settled, before.Stamp)
	}
}

func TestTransactionRunsAgainAfterAConflict(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: clock.now})
	k := insert(t, s, product("A"))
	tx := s.Begin()
	tx.Edit(k, pipeline.Values{"title": pipeline.Text("late")})
	clock.advance(5 * time.Second)
	if err := s.Edit(k, pipeline.Values{"title": pipeline.Text("quick")}); err != nil {
		t.Fatal(err)
	}
	quick := read(t, s, k).Stamp
	clock.advance(5 * time.Second)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, k); got.Stamp <= quick || !got.Fields["title"].Equal(pipeline.Text("late")) {
		t.Errorf("after the second commit: %v at %q, want the late title with a stamp after %q", got.Fields, got.Stamp, quick)
	}
}

func TestTransactionIsAllOrNothing(t *testing.T) {
	s := memory.New(memory.Config{Now: newClock().now, Unique: []string{"sku"}, Tombstones: true})
	a, b := insert(t, s, product("A")), insert(t, s, product("B"))
	before := s.Snapshot()

	tx := s.Begin()
	tx.Insert(product("C"))
	tx.Edit(a, pipeline.Values{"sku": pipeline.Text("A2")})
	tx.Delete(b)
	tx.Insert(product("C"))
	if e := pipeline.AsError(tx.Commit()); e == nil || e.Code != pipeline.CodeDuplicate {
		t.Fatalf("a transaction with a duplicate: %v", e)
	}
	tx = s.Begin()
	tx.Delete(a)
	tx.Rollback()

	if diff := cmp.Diff(before, s.Snapshot()); diff != "" {
		t.Errorf("a failed and a given up transaction left something behind (-before +after):\n%s", diff)
	}
	if got, _ := stamps(t, s, ""); len(got) != 2 {
		t.Errorf("Changes tells of %v, want the two records alone", got)
	}
	for _, sku := range []string{"A", "B"} { // still taken
		if err := second(s.Insert(product(sku))); err == nil {
			t.Errorf("the SKU %s was freed by a transaction that did not take place", sku)
		}
	}
	insert(t, s, product("C")) // and free
}

func TestTombstones(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: clock.now, Tombstones: true, Overlap: -1, BatchSize: 1})
	a, b := insert(t, s, product("A")), insert(t, s, product("B"))
	_, cursor := stamps(t, s, "")
	if err := errors.Join(s.Delete(a), s.Delete(b)); err != nil {
		t.Fatal(err)
	}
	got, cursor := stamps(t, s, cursor)
	if diff := cmp.Diff(map[pipeline.Key]string{a: "gone", b: "gone"}, got); diff != "" {
		t.Errorf("after two deletions (-want +got):\n%s", diff)
	}
	clock.advance(time.Second)
	_, cursor = stamps(t, s, cursor)
	if got, _ := stamps(t, s, cursor); len(got) != 0 {
		t.Errorf("an old deletion is told again: %v", got)
	}
}

func TestRenamePathMovesNoStamp(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: clock.now})
	in := func(path string) pipeline.Key {
		fields := product(path)
		fields["category"] = pipeline.Text(path)
		return insert(t, s, fields)
	}
	keys := []pipeline.Key{in("All / Shirt"), in("All / Shirt / Long"), in("All / Shirts"), in("All")}
	clock.advance(time.Hour)
	before := s.Snapshot()
	if n := s.RenamePath("category", "All / Shirt", "All / Tops"); n != 2 {
		t.Errorf("renamed %d records, want 2", n)
	}
	want := []string{"All / Tops", "All / Tops / Long", "All / Shirts", "All"}
	for i, k := range keys {
		got := read(t, s, k)
		if got.Fields["category"].AsText() != want[i] || got.Stamp != before[i].Stamp {
			t.Errorf("%v at %q, want %q at %q", got.Fields["category"], got.Stamp, want[i], before[i].Stamp)
		}
	}
}
