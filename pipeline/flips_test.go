package pipeline_test

import (
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// TestFlips takes the values of a text one by one, so many seconds apart, and tells at which take the
// field flips.
func TestFlips(t *testing.T) {
	for name, tc := range map[string]struct {
		values string
		apart  int
		flips  int // how many takes are before the one that flips; -1 for none
	}{
		"two values":                    {"ababababab", 60, 4},
		"fewer times":                   {"abab", 60, -1},
		"too slow":                      {"ababababab", 151, -1},
		"just fast enough":              {"ababababab", 149, 4},
		"growing":                       {"abcdefgh", 10, -1},
		"the same again and again":      {"aaaaaaaa", 10, -1},
		"three values":                  {"abcabcabc", 10, -1},
		"begins after something else":   {"xyababab", 10, 6},
		"a third value breaks the loop": {"abacabacabac", 10, -1},
	} {
		t.Run(name, func(t *testing.T) {
			var takes pipeline.Takes
			at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
			flips := -1
			for i, v := range tc.values {
				at = at.Add(time.Duration(tc.apart) * time.Second)
				next := pipeline.TakeOf(at, pipeline.Text(string(v)))
				if takes.Flips("price", next) {
					flips = i
					break
				}
				takes = takes.With("title", pipeline.TakeOf(at, pipeline.Int(int64(i)))).With("price", next)
				if len(takes["price"]) > pipeline.FlipTimes {
					t.Fatalf("%d takes are kept", len(takes["price"]))
				}
			}
			if flips != tc.flips {
				t.Errorf("it flips at the take after %d others, want %d", flips, tc.flips)
			}
		})
	}
}

func TestFlipsForget(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	var takes pipeline.Takes
	for i := range 4 {
		takes = takes.With("price", pipeline.TakeOf(at, pipeline.Int(int64(i%2))))
	}
	next := pipeline.TakeOf(at, pipeline.Int(0))
	if !takes.Flips("price", next) {
		t.Error("it does not flip")
	}
	if takes.Without("price").Flips("price", next) || !takes.Flips("price", next) {
		t.Error("Without does not let the field count anew, or changes what it is given")
	}
	if old := takes.With("title", pipeline.TakeOf(at.Add(pipeline.FlipWindow), pipeline.Int(1))); len(old) != 1 {
		t.Errorf("takes that are too old are kept: %v", old)
	}
}
