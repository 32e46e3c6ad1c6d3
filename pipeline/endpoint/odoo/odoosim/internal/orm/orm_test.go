package orm

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shelf is a small database: books on shelves in rooms.
func shelf(t rapid.TB) (*Database, func(time.Duration)) {
	dialect, err := DialectOf(16)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	db, err := NewDatabase("shelf", dialect, func() time.Time { return now }, []*Model{
		{Name: "res.users", Fields: []*Field{Column("name", "Name", Char)}},
		{Name: "shelf", Parent: "parent_id", Order: "name, id", Fields: []*Field{
			Column("name", "Name", Char).Must().Index(), Reference("parent_id", "Above", "shelf").Index(),
			Children("book_ids", "Books", "book", "shelf_id"),
		}},
		{Name: "book", Order: "name, id", Fields: []*Field{
			Column("name", "Name", Char), Column("code", "Code", Char).Index(), Column("price", "Price", Float),
			Column("active", "Active", Boolean).Or(true), Reference("shelf_id", "Shelf", "shelf").Index(),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, func(d time.Duration) { now = now.Add(d) }
}

func reader() *Account { return &Account{ID: 2, Role: Administrator} }

// values draws what is written to a book.
func values(t *rapid.T, shelves []int64) Values {
	drawn := Values{}
	text := rapid.SampledFrom([]any{"a", "b", "c", false, ""})
	for name, g := range map[string]*rapid.Generator[any]{
		"name": text, "code": text,
		"price":    rapid.SampledFrom([]any{0.0, 1.5, 2.0, 3.0}),
		"active":   rapid.SampledFrom([]any{true, false}),
		"shelf_id": rapid.SampledFrom(append(anyList(shelves), false)),
	} {
		if rapid.Bool().Draw(t, "has "+name) {
			drawn[name] = g.Draw(t, name)
		}
	}
	return drawn
}

// edit makes some random edits in one transaction, which fails if told to.
func edit(t *rapid.T, db *Database, fail bool) {
	_ = db.Update(reader(), nil, time.Time{}, func(e *Env) error {
		books, shelves := e.Model("book"), e.Model("shelf")
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			ids, places := slices.Clone(books.table.ids), slices.Clone(shelves.table.ids)
			ids = slices.DeleteFunc(ids, func(id int64) bool { return books.Fetch(id) == nil })
			switch what := rapid.SampledFrom([]string{"create", "write", "write", "unlink", "shelf", "try"}).Draw(t, "what"); {
			case what == "shelf":
				parent := rapid.SampledFrom(append(anyList(places), false)).Draw(t, "parent")
				if _, err := e.Create(shelves, []Values{{"name": rapid.SampledFrom([]string{"x", "y"}).Draw(t, "shelf"), "parent_id": parent}}); err != nil {
					return err
				}
			case what == "create" || len(ids) == 0:
				if _, err := e.Create(books, []Values{values(t, places)}); err != nil {
					return err
				}
			case what == "unlink":
				if err := e.Unlink(books, []int64{rapid.SampledFrom(ids).Draw(t, "unlinked")}); err != nil {
					return err
				}
			case what == "try":
				if err := e.Tx.Try(func() error {
					if err := e.Write(books, ids[:1], values(t, places)); err != nil {
						return err
					}
					return errors.New("undone")
				}); err == nil {
					return errors.New("try lost the error")
				}
			default:
				if err := e.Write(books, []int64{rapid.SampledFrom(ids).Draw(t, "written")}, values(t, places)); err != nil {
					return err
				}
			}
		}
		if fail {
			return errors.New("failed as told")
		}
		return nil
	})
}

// leafOf draws a condition on a book.
func leafOf(t *rapid.T, stamps []string) any {
	compare := rapid.SampledFrom([]string{"=", "!=", ">", ">=", "<", "<="})
	text := rapid.SampledFrom([]any{"a", "b", "", false})
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) any {
			return []any{"id", rapid.SampledFrom([]string{"in", "not in"}).Draw(t, "op"), []any{int64(1), int64(3), int64(9)}}
		}),
		rapid.Custom(func(t *rapid.T) any {
			return []any{rapid.SampledFrom([]string{"name", "code"}).Draw(t, "f"), rapid.SampledFrom([]string{"=", "!=", "ilike"}).Draw(t, "op"), text.Draw(t, "v")}
		}),
		rapid.Custom(func(t *rapid.T) any { return []any{"code", "in", []any{text.Draw(t, "v"), "c"}} }),
		rapid.Custom(func(t *rapid.T) any { return []any{"price", compare.Draw(t, "op"), 2.0} }),
		rapid.Custom(func(t *rapid.T) any {
			return []any{"write_date", compare.Draw(t, "op"), rapid.SampledFrom(stamps).Draw(t, "at")}
		}),
		rapid.Custom(func(t *rapid.T) any {
			return []any{rapid.SampledFrom([]string{"shelf_id.name", "shelf_id.parent_id.name"}).Draw(t, "f"), "=", "x"}
		}),
		rapid.Custom(func(t *rapid.T) any {
			return []any{"shelf_id.book_ids.code", "=", text.Draw(t, "v")}
		}),
		rapid.Custom(func(t *rapid.T) any {
			return []any{"shelf_id", rapid.SampledFrom([]string{"child_of", "parent_of", "=", "in"}).Draw(t, "op"), int64(1)}
		}),
	).Draw(t, "leaf")
}

func domainOf(t *rapid.T, stamps []string, depth int) []any {
	if depth == 0 || rapid.Bool().Draw(t, "leaf?") {
		return []any{leafOf(t, stamps)}
	}
	switch op := rapid.SampledFrom([]string{"&", "|", "!", ""}).Draw(t, "operator"); op {
	case "!":
		return append([]any{"!"}, domainOf(t, stamps, depth-1)...)
	case "":
		return append(domainOf(t, stamps, depth-1), domainOf(t, stamps, depth-1)...)
	default:
		return append(append([]any{op}, domainOf(t, stamps, depth-1)...), domainOf(t, stamps, depth-1)...)
	}
}

// TestIndexesFindWhatLookingAtEveryRowFinds: whatever was written, undone or deleted before.
func TestIndexesFindWhatLookingAtEveryRowFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db, tick := shelf(t)
		stamps := []string{"2026-11-24 12:00:00"}
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			tick(time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds")) * time.Second)
			stamps = append(stamps, db.Now().Format(time.DateTime))
			edit(t, db, rapid.IntRange(0, 3).Draw(t, "fails") == 0)
		}
		for range 5 {
			domain := domainOf(t, stamps, 3)
			context := Context{"active_test": rapid.Bool().Draw(t, "active test")}
			_ = db.View(reader(), context, func(e *Env) error {
				m := e.Model("book")
				c, err := e.compile(m, domain)
				if err != nil {
					t.Fatalf("%v: %v", domain, err)
				}
				quick, slow := m.matching(c), m.matching(condition{match: c.match})
				if diff := cmp.Diff(slow, quick); diff != "" {
					t.Fatalf("%s (-every row +index):\n%s", Repr(domain), diff)
				}
				return nil
			})
		}
	})
}

// TestAFailedTransactionLeavesNothing compares all rows before and after.
func TestAFailedTransactionLeavesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db, tick := shelf(t)
		for range rapid.IntRange(0, 3).Draw(t, "transactions") {
			tick(time.Second)
			edit(t, db, false)
		}
		before := dump(db)
		tick(time.Second)
		edit(t, db, true)
		if diff := cmp.Diff(before, dump(db)); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}

func dump(db *Database) map[string]string {
	rows := map[string]string{}
	for _, name := range []string{"shelf", "book"} {
		table := db.models[name].table
		for r := range table.All() {
			rows[fmt.Sprint(name, r.ID)] = fmt.Sprint(r.Written, r.WriteUID, r.values)
		}
		for f, values := range table.byText {
			for v, ids := range values {
				rows[fmt.Sprint(name, " ", f.Name, "=", v)] = fmt.Sprint(ids)
			}
		}
	}
	return rows
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		n      float64
		digits int
		want   float64
	}{
		{2.345, 2, 2.35},
		{1.005, 2, 1.01},
		{-2.345, 2, -2.35},
		{0.125, 2, 0.13},
		{1.23456789, 2, 1.23},
		{1e15 + 0.3, 2, 1e15 + 0.3},
		{1.0 / 3, 0, 1.0 / 3},
		{1.0 / 3, -1, 1.0 / 3},
		{19.99, 2, 19.99},
	} {
		if got := Round(c.n, c.digits); got != c.want {
			t.Errorf("Round(%v, %d) = %v, want %v", c.n, c.digits, got, c.want)
		}
	}
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"%", "", true},
		{"", "", true},
		{"", "a", false},
		{"a%", "abc", true},
		{"%c", "abc", true},
		{"%b%", "abc", true},
		{"a_c", "abc", true},
		{"a_c", "ac", false},
		{"a\\_c", "abc", false},
		{"a\\_c", "a_c", true},
		{"%é_", "caféx", true},
		{"%ab%ab%", "abxab", true},
		{"%ab%ab%", "abx", false},
		{"50\\%", "50%", true},
		{"50\\%", "500", false},
	} {
		if got := like([]rune(c.pattern), []rune(c.text)); got != c.want {
			t.Errorf("%q like %q: %v", c.text, c.pattern, got)
		}
	}
}

func TestRepr(t *testing.T) {
	for want, v := range map[string]any{
		"'a'": "a", `"it's"`: "it's", `'"it\'s"'`: `"it's"`, "None": nil, "True": true, "1.0": 1.0, "0.5": 0.5, "7": int64(7),
		"[1, 'a', False]": []any{int64(1), "a", false}, `'a\nb'`: "a\nb",
	} {
		if got := Repr(v); got != want {
			t.Errorf("%#v is %s, want %s", v, got, want)
		}
	}
}
