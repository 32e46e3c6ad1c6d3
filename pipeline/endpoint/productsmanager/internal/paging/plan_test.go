package paging

import (
	"testing"

	"pgregory.net/rapid"
)

// Each planned page begins at or before the last row read and reaches beyond it.
func TestNextOverlapsAndAdvances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		largest := rapid.IntRange(smallestOverlap, 1000).Draw(t, "largest")
		have := rapid.IntRange(1, 5_000_000).Draw(t, "have")
		page, size := next(have, largest)
		if begin := (page - 1) * size; begin > have-1 {
			t.Fatalf("page %d of %d begins at row %d, after the last row read (%d)", page, size, begin, have-1)
		}
		if end := page * size; end <= have {
			t.Fatalf("page %d of %d ends at row %d and brings nothing after %d", page, size, end, have)
		}
		if size > largest {
			t.Fatalf("a page of %d was planned, the server gives %d", size, largest)
		}
	})
}

// The overlap costs at most 15 requests in a hundred beside those of plain pages.
func TestNextIsCheap(t *testing.T) {
	for _, rows := range []int{1_000, 50_000, 1_000_000} {
		requests, have := 1, 100
		for have < rows {
			page, size := next(have, 100)
			have = page * size
			requests++
		}
		if most := rows*115/10_000 + 1; requests > most {
			t.Errorf("%d rows take %d requests, want at most %d", rows, requests, most)
		}
	}
}
