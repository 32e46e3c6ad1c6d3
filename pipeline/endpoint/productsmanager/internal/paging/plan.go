package paging

// smallestOverlap is the page size below which pages are not made to overlap: it would cost too much.
const smallestOverlap = 20

// next returns the page that goes on after the first have rows of a list and begins with one that was
// read already: of the sizes between half of largest and largest, the one that reaches furthest.
// size is at least smallestOverlap and have at least 1.
//
// An offset is (page-1)·size, so only multiples of a size can be asked for. About one row in
// eight is read twice.
func next(have, largest int) (page, size int) {
	reach := 0
	for s := largest; s > largest/2; s-- {
		before := (have - 1) / s // whole pages of that size before the last row read
		if end := (before + 1) * s; end > reach {
			page, size, reach = before+1, s, end
		}
	}
	return page, size
}
