package render

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestChange(t *testing.T) {
	long := strings.Repeat("x", 200)
	for _, tt := range []struct {
		name          string
		before, after pipeline.Value
		want          [2]string
	}{
		{"short", pipeline.Text("a"), pipeline.Text("b"), [2]string{`"a"`, `"b"`}},
		{"none", pipeline.Value{}, pipeline.Bool(true), [2]string{"(none)", "true"}},
		{"different at the end", pipeline.Text(long + "old"), pipeline.Text(long + "new"), [2]string{
			`"…` + strings.Repeat("x", 20) + `old"`, `"…` + strings.Repeat("x", 20) + `new"`,
		}},
		{"different at the start", pipeline.Text("a" + long), pipeline.Text("b" + long), [2]string{
			`"a` + strings.Repeat("x", 58) + `…"`, `"b` + strings.Repeat("x", 58) + `…"`,
		}},
		{"line ends", pipeline.Text("a\nb"), pipeline.Text("a\tb"), [2]string{`"a\nb"`, `"a\tb"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, after := change(tt.before, tt.after)
			if before != tt.want[0] || after != tt.want[1] {
				t.Errorf("got %s → %s, want %s → %s", before, after, tt.want[0], tt.want[1])
			}
		})
	}
}

// Whatever the values are: the line stays a line, and values that differ are seen to differ.
func TestChangeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringN(0, 120, -1).Draw(t, "prefix")
		a := pipeline.Text(prefix + rapid.StringN(0, 8, -1).Draw(t, "a"))
		b := pipeline.Text(prefix + rapid.StringN(0, 8, -1).Draw(t, "b"))
		x, y := change(a, b)
		for _, s := range []string{x, y} {
			if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
				t.Fatalf("%q holds a control character", s)
			}
		}
		if a.Equal(b) != (x == y) {
			t.Fatalf("%q and %q are shown as %s and %s", a, b, x, y)
		}
	})
}
