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
