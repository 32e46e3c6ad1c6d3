package odoo

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

func number(t *testing.T, s string) pipeline.Value {
	t.Helper()
	v, err := pipeline.ParseNumber(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDecode(t *testing.T) {
	text := pipeline.Field{Name: "f", Type: pipeline.TypeText}
	price := pipeline.Field{Name: "f", Type: pipeline.TypeNumber, Digits: 2, NotNull: true}
	flag := pipeline.Field{Name: "f", Type: pipeline.TypeBool, NotNull: true}
	choice := pipeline.Field{Name: "f", Type: pipeline.TypeSelection, Options: []string{"a"}}
	place := pipeline.Field{Name: "f", Type: pipeline.TypePath, Separator: " / ", Root: "All", NotNull: true}
	free := pipeline.Field{Name: "f", Type: pipeline.TypePath, Separator: " / "}
	for name, tt := range map[string]struct {
		field pipeline.Field
		raw   any
		want  pipeline.Value
	}{
		"text":                  {text, " é ", pipeline.Text(" é ")},
		"no text":               {text, false, pipeline.Value{}},
		"empty text":            {text, "", pipeline.Value{}},
		"price":                 {price, 19.99, number(t, "19.99")},
		"float noise":           {price, 0.1 + 0.2, number(t, "0.3")},
		"whole number":          {price, int64(7), number(t, "7")},
		"no number":             {price, false, number(t, "0")},
		"true":                  {flag, true, pipeline.Bool(true)},
		"false":                 {flag, false, pipeline.Bool(false)},
		"choice":                {choice, "a", pipeline.Text("a")},
		"a choice of old":       {choice, "z", pipeline.Text("z")},
		"category":              {place, []any{int64(7), "All / Shirts"}, pipeline.Text("All / Shirts")},
		"no category":           {place, false, pipeline.Text("All")},
		"no category, optional": {free, false, pipeline.Value{}},
		"another relation":      {text, []any{int64(7), "Unit"}, pipeline.Text("Unit")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decode(tt.field, tt.raw)
			if err != nil || !got.Equal(tt.want) {
				t.Errorf("got %v, %v; want %v", got, err, tt.want)
			}
		})
	}
	for name, tt := range map[string]struct {
		field pipeline.Field
		raw   any
	}{
		"a text in a number": {price, "1"}, "a number in a text": {text, 1.5}, "true in a text": {text, true}, "a list of three": {text, []any{int64(1), "a", "b"}},
	} {
		if got, err := decode(tt.field, tt.raw); err == nil {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestCell(t *testing.T) {
	for want, v := range map[string]pipeline.Value{
		"": {}, "1": pipeline.Bool(true), "0": pipeline.Bool(false), "19.99": number(t, "19.99"), "0.0000001": number(t, "1e-7"),
		"12345678901234567890.5": number(t, "12345678901234567890.5"), " a\nb ": pipeline.Text(" a\nb "), "bell": pipeline.Text("be\x07ll"),
	} {
		if got := cell(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}

// A decimal of a price's digits comes back as it was sent, by either way of writing.
func TestDecimalsSurvive(t *testing.T) {
	f := pipeline.Field{Name: "list_price", Type: pipeline.TypeNumber, Digits: 2}
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(-99_999_999_99, 99_999_999_99).Draw(t, "cents")
		v, err := pipeline.ParseNumber(pipeline.Int(cents).String() + "e-2")
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decode(f, argument(v)); err != nil || !back.Equal(v) {
			t.Fatalf("%v came back as %v, %v", v, back, err)
		}
	})
}

func TestKeys(t *testing.T) {
	for key, want := range map[pipeline.Key]int64{"1": 1, "2147483647": 2147483647, "0": 0, "-1": 0, "01": 0, "+1": 0, "1.0": 0, "": 0, "x": 0, "2147483648": 0} {
		if id, ok := idOf(key); ok != (want > 0) || ok && id != want {
			t.Errorf("%q is %d, %t", key, id, ok)
		}
	}
}

func TestCursor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, ok := parseCursor("2026-11-24 15:00:00")
		if !ok {
			t.Fatal("no cursor")
		}
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			c.categories = append(c.categories, categoryEdit{id: rapid.Int64Range(1, 1<<31-1).Draw(t, "id"), date: "2026-11-24 15:10:03"})
		}
		if back, ok := parseCursor(c.String()); !ok || back.String() != c.String() || len(back.categories) != len(c.categories) {
			t.Fatalf("%q came back as %q, %t", c, back, ok)
		}
	})
	for _, text := range []string{"", "2026", "2026-11-24", "2026-11-24 15:00:00|x@y", "v2|2026-11-24 15:00:00"} {
		if c, ok := parseCursor(text); ok {
			t.Errorf("%q is read as %v", text, c)
		}
	}
	long := cursor{categories: make([]categoryEdit, maxCategoryEdits+10)}
	for i := range long.categories {
		long.categories[i].id = 1
	}
	if back, ok := parseCursor(long.String()); !ok || len(back.categories) != maxCategoryEdits {
		t.Errorf("a long cursor holds %d edits, %t", len(back.categories), ok)
	}
}

func TestParts(t *testing.T) {
	lines := make([]line, 4)
	for i := range lines {
		lines[i].index = i
	}
	for name, tt := range map[string]struct {
		blamed []int
		want   string
	}{
		"nobody": {nil, "[0 1] [2 3]"}, "everybody": {[]int{0, 1, 2, 3}, "[0 1] [2 3]"}, "one": {[]int{2}, "[0 1 3] [2]"}, "two": {[]int{0, 3}, "[1 2] [0] [3]"},
	} {
		var got []string
		for _, part := range parts(lines, tt.blamed) {
			var text []string
			for _, l := range part {
				text = append(text, string(rune('0'+l.index)))
			}
			got = append(got, "["+strings.Join(text, " ")+"]")
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", name, got, tt.want)
		}
	}
}
