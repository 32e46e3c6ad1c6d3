package render

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestWordDiff(t *testing.T) {
	long := strings.Repeat("seat of oak, ", 8)
	for _, tt := range []struct{ name, a, b, want string }{
		{"a word in the middle", long + "blue legs, " + long, long + "red legs, " + long, `…at of oak, seat of oak, [-blue-]{+red+} legs, seat of oak, seat…`},
		{"words added at the end", long, long + "and a cushion", `…at of oak, seat of oak, {+and a cushion+}`},
		{"words taken from the start", "Old: " + long, long, `[-Old: -]seat of oak, seat of oak…`},
		{"neighbours are one change", long + "one two three " + long, long + "four five three " + long, `…at of oak, seat of oak, [-one two-]{+four five+} three seat of oak, seat…`},
		{"two changes far apart", "A " + long + long + " B", "C " + long + long + " D", `[-A-]{+C+} seat of oak, seat of oa … t of oak, seat of oak,  [-B-]{+D+}`},
		{"all of it", strings.Repeat("a ", 40) + "a", strings.Repeat("b ", 40) + "b", "[-" + strings.Repeat("a ", 40) + "a-]{+" + strings.Repeat("b ", 40) + "b+}"},
		{"line ends and escapes", long + "\n\x1b[31mred", long + "\n\x1b[32mred", `…of oak, seat of oak, \n\x1b[[-31mred-]{+32mred+}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (&text{}).changed(pipeline.Text(tt.a), pipeline.Text(tt.b), "→"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if got := (&text{}).changed(pipeline.Text("short"), pipeline.Text("shorter"), "→"); got != `"short" → "shorter"` {
		t.Errorf("short texts: %s", got)
	}
}

// Texts too long for the table are still told apart, in bounded time.
func TestWordDiffOfHugeTexts(t *testing.T) {
	a, b := strings.Repeat("x y ", 50_000), strings.Repeat("z y ", 50_000)
	got := (&text{}).wordDiff("same "+a+" end", "same "+b+" end")
	if !strings.HasPrefix(got, "same [-x y x") || len(got) > 1000 {
		t.Errorf("got %d bytes: %.80s", len(got), got)
	}
}
