package worddiff_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/cmd/internal/worddiff"
)

// What the pieces hold without the new ones is the former text, without the gone ones the later.
func TestNothingIsLost(t *testing.T) {
	texts := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", " ", "\n", "-", "word", "é", "\u0301"}), 0, 30).Draw(t, "words"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		var before, after string
		for _, p := range worddiff.Of(a, b) {
			if p.Sign != '+' {
				before += p.Text
			}
			if p.Sign != '-' {
				after += p.Text
			}
		}
		if before != a || after != b {
			t.Fatalf("%q and %q became %q and %q", a, b, before, after)
		}
		if a == b && len(worddiff.Of(a, b)) > 1 {
			t.Fatalf("%q differs from itself", a)
		}
	})
}
