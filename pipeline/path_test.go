package pipeline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestCarryPath(t *testing.T) {
	pm := pipeline.Field{Type: pipeline.TypePath, Separator: "/"}
	erp := pipeline.Field{Type: pipeline.TypePath, Separator: " / ", Root: "All", NotNull: true, Escapes: true}
	arrow := pipeline.Field{Type: pipeline.TypePath, Separator: " > "}
	for _, tc := range []struct {
		from, to pipeline.Field
		in, want string
	}{
		{pm, erp, "Clothing/Shirts", "All / Clothing / Shirts"},
		{erp, pm, "All / Clothing / Shirts", "Clothing/Shirts"},
		{erp, pm, "All", ""},
		{erp, pm, "Expenses / Travel", "Expenses/Travel"}, // not below the root
		{erp, pm, "All / Hi-Fi/TV", "error"},              // would be two levels there
		{pm, erp, "Hi-Fi & TV", "All / Hi-Fi & TV"},
		{arrow, erp, "Tops / Shirts > Red", `All / Tops \/ Shirts / Red`},
		{erp, arrow, `All / Tops \/ Shirts / Red`, "Tops / Shirts > Red"},
		{erp, pm, `All / Tops \/ Shirts`, "error"},
		{erp, arrow, "All / Hi-Fi/TV", "Hi-Fi/TV"},
	} {
		v, err := pipeline.CarryPath(pipeline.Text(tc.in), tc.from, tc.to)
		got := v.String()
		if err != nil {
			got = "error"
		}
		if got != tc.want {
			t.Errorf("%q becomes %q, want %q (%v)", tc.in, got, tc.want, err)
		}
	}
}

// A line of the table also moves what is below its category; the longest beginning counts.
func TestPlaces(t *testing.T) {
	types := [2][]pipeline.Field{
		{{Type: pipeline.TypePath, Separator: "/"}, {Type: pipeline.TypeText}},
		{{Type: pipeline.TypePath, Separator: " / ", Root: "All", NotNull: true, Escapes: true}, {Type: pipeline.TypeText}},
	}
	d := &pipeline.Definition{Fields: make([]pipeline.MappedField, 2), Places: []pipeline.Place{
		{Paths: [2]string{"Clothing", "All / Apparel"}},
		{Paths: [2]string{"Clothing/Shirts", "Tops"}}, // the root may be left out
		{Paths: [2]string{"Hi-Fi and TV", `All / Hi-Fi / TV \/ Sat`}},
		{Paths: [2]string{"Slash", "All / In/out"}},
	}}
	c := &pipeline.Cycle{Definition: d, Types: types, Places: pipeline.BindPlaces(d, types)}
	for left, right := range map[string]string{
		"Clothing": "All / Apparel", "Clothing/Hats/Caps": "All / Apparel / Hats / Caps", "Clothing/Shirts/Long": "All / Tops / Long",
		"Hi-Fi and TV": `All / Hi-Fi / TV \/ Sat`, "Hi-Fi and TV/New": `All / Hi-Fi / TV \/ Sat / New`, "Shoes": "All / Shoes", "Slash/a": "All / In/out / a",
	} {
		there, err := c.CarryPath(pipeline.Text(left), pipeline.Right, 0)
		if err != nil || there.AsText() != right {
			t.Errorf("%q becomes %q, want %q (%v)", left, there, right, err)
		}
		back, err := c.CarryPath(pipeline.Text(right), pipeline.Left, 0)
		if err != nil || back.AsText() != left {
			t.Errorf("%q becomes %q, want %q (%v)", right, back, left, err)
		}
	}
	if v, err := c.CarryPath(pipeline.Text("Clothing"), pipeline.Right, 1); err != nil || v.AsText() != "Clothing" {
		t.Errorf("another field is carried as %q, %v", v, err)
	}
}

// TestLevels: names of levels come back from a path as they went in, whatever separators and backslashes
// they hold.
func TestLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := pipeline.Field{Type: pipeline.TypePath, Escapes: true, Separator: rapid.SampledFrom([]string{" / ", " > ", " -> "}).Draw(t, "separator")}
		name := rapid.StringOfN(rapid.RuneFrom([]rune(`ab/\->  `)), 1, 12, -1).
			Filter(func(s string) bool { return s != "" && s == strings.TrimSpace(s) })
		levels := rapid.SliceOfN(name, 1, 4).Draw(t, "levels")
		path := f.Path(levels)
		if diff := cmp.Diff(levels, f.Levels(path)); diff != "" {
			t.Fatalf("%q (-in +out):\n%s", path, diff)
		}
		if c, err := f.Canonical(path); err != nil || !c.Equal(path) {
			t.Fatalf("%q is %q in canonical form, %v", path, c, err)
		}
	})
}
