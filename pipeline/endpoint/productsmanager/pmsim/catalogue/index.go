package catalogue

import (
	"cmp"
	"slices"
	"time"
)

// index keeps the live rows in the order of one of their times. Rows of the same time stand in the order
// of their creation: a row that is touched twice in one second stays where it was, as in the real
// server, whose order within a second is nobody's promise.
type index struct {
	rows []*row
	time func(*row) time.Time
}

func createdAt(r *row) time.Time { return r.CreatedAt }
func updatedAt(r *row) time.Time { return r.UpdatedAt }

func (x *index) compare(a, b *row) int {
	if c := x.time(a).Compare(x.time(b)); c != 0 {
		return c
	}
	return cmp.Compare(a.seq, b.seq)
}

func (x *index) add(r *row) {
	if n := len(x.rows); n == 0 || x.compare(x.rows[n-1], r) < 0 {
		x.rows = append(x.rows, r)
		return
	}
	i, _ := slices.BinarySearchFunc(x.rows, r, x.compare)
	x.rows = slices.Insert(x.rows, i, r)
}

func (x *index) remove(r *row) {
	if i, ok := slices.BinarySearchFunc(x.rows, r, x.compare); ok {
		x.rows = slices.Delete(x.rows, i, i+1)
	}
}
