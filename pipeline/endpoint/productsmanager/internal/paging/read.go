package paging

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// Row is one row of a list.
type Row = map[string]any

// List is a list to be read.
type List struct {
	// Size is the largest page that the server gives.
	Size int
	// Fetch gets one page, numbered from 1.
	Fetch func(ctx context.Context, page, size int) (wire.Page, error)
	// Mark tells rows apart: the id, or id and version where a changed row counts as another. An error
	// ends the reading.
	Mark func(Row) (string, error)
	// Sort is the key that the server sorts by. Two rows of equal keys have no order.
	Sort func(Row) string
	// Visit gets the rows of a page that were not seen before; an error ends the reading.
	Visit func(fresh []Row) error
	// Enough is told of each page whole, which has rows, and ends the reading before the end of the list; nil never does.
	Enough func(all []Row) bool
	// Complete says that the list is read to its end, and that its length must be what the server says.
	Complete bool
}

const (
	// mostReadings of a list that does not hold still, before giving up.
	mostReadings = 5
	// mostIdle pages in a row may bring nothing new: a server that ignores the page number repeats for ever.
	mostIdle = 3
)

// mark is a row's Mark, shortened: a listing of a million rows keeps 16 bytes for each.
type mark [16]byte

// reader is the state of one List being read.
type reader struct {
	List
	size  int  // the largest page that the server really gives
	fixed bool // the server does not give pages of the size asked for: they cannot overlap

	seen map[mark]int // the reading that saw a row last
	turn int          // the present reading, from 1

	// of the present reading
	rows  int // distinct rows
	fresh int // rows that no earlier reading had
	total int // what the server last announced, -1 if it does not say
	sure  bool
	last  Row // the last row of the page before
}

// Read reads the list. It returns nil only when nothing can have been missed.
func Read(ctx context.Context, list List) error {
	r := &reader{List: list, size: list.Size, seen: map[mark]int{}}
	for r.turn = 1; r.turn <= mostReadings; r.turn++ {
		r.rows, r.fresh, r.total, r.sure, r.last = 0, 0, -1, true, nil
		if err := r.readOnce(ctx); err != nil {
			return err
		}
		if r.done() {
			return nil
		}
		if r.turn > 1 && r.fresh == 0 { // reading on would bring nothing
			return incomplete("the list of products gives %d rows, but announces %d", len(r.seen), r.total)
		}
	}
	return incomplete("the list of products changes faster than it can be read")
}

// done tells whether the reading that ended, with those before it, saw everything.
func (r *reader) done() bool {
	counted := r.Complete && r.total >= 0
	switch {
	case counted && r.total > len(r.seen):
		return false // Invariant 5: a short listing is no listing
	case counted && r.sure && r.rows >= r.total:
		return true
	case !counted && r.sure:
		return true
	}
	return r.turn > 1 && r.fresh == 0
}

// readOnce reads from the first page to the last, or to the one that is enough.
func (r *reader) readOnce(ctx context.Context) error {
	have, furthest, idle, steps, restarts := 0, 0, 0, 0, 0
	page, size := 1, r.size
	for {
		got, err := r.Fetch(ctx, page, size)
		if err != nil {
			return err
		}
		if r.adapt(got, page, size) {
			page, size, have = 1, r.size, 0
			continue
		}
		offset := (page - 1) * size
		if !r.fixed && page > 1 && !r.joins(got.Items) { // rows were taken out before it: go back, each time further
			have = max(0, min(have, offset)-r.size<<steps)
			steps++
			if have == 0 {
				restarts++
			}
			if restarts > mostReadings {
				return incomplete("the list of products changes faster than it can be read")
			}
			page, size = r.after(have, page)
			continue
		}
		before := r.rows
		if err := r.take(got); err != nil {
			return err
		}
		if ends(got, page) || (r.Enough != nil && r.Enough(got.Items)) {
			return nil
		}
		have, steps = offset+len(got.Items), 0
		if r.rows > before {
			idle = 0
		} else if have > furthest {
			idle++
		}
		if idle > mostIdle {
			return incomplete("the list of products repeats its pages")
		}
		furthest = max(furthest, have)
		page, size = r.after(have, page)
	}
}

// adapt follows a server that gives other page sizes than it is asked for. It returns true when that
// came out only now and the reading must begin again.
func (r *reader) adapt(got wire.Page, page, size int) (restart bool) {
	switch {
	case r.fixed || got.Size == size:
		return false
	case page == 1 && got.Size > 0 && got.Size < size: // clamped: smaller sizes may be had
		r.size = got.Size
		r.fixed = r.size < smallestOverlap
		return false
	}
	r.fixed = true // it gives one size only, or does not say which
	return page > 1
}

// after plans the page that follows the first have rows.
func (r *reader) after(have, page int) (int, int) {
	switch {
	case r.fixed:
		r.sure = false // nothing shows whether rows slipped from one page to the other
		return page + 1, r.size
	case have == 0:
		return 1, r.size
	}
	return next(have, r.size)
}

// joins tells whether a page begins with a row that this reading has seen.
func (r *reader) joins(items []Row) bool {
	if len(items) == 0 {
		return false
	}
	m, err := r.mark(items[0])
	return err == nil && r.seen[m] == r.turn
}

// take counts the rows of a page and hands on the new ones.
func (r *reader) take(got wire.Page) error {
	if got.Total >= 0 {
		r.total = got.Total
	}
	var fresh []Row
	for _, row := range got.Items {
		m, err := r.mark(row)
		if err != nil {
			return err
		}
		switch r.seen[m] {
		case r.turn:
			continue
		case 0:
			fresh = append(fresh, row)
		}
		if r.last != nil && r.Sort(r.last) == r.Sort(row) && !(r.Complete && r.total >= 0) {
			r.sure = false // the page break fell between equals: either page may have left one out
		}
		r.last = nil
		r.seen[m] = r.turn
		r.rows++
	}
	if len(got.Items) > 0 {
		r.last = got.Items[len(got.Items)-1]
	}
	r.fresh += len(fresh)
	if len(fresh) == 0 {
		return nil
	}
	return r.Visit(fresh)
}

// ends tells whether a page is the last one: only one that is not full can be. What a server announces
// may be older than its rows.
func ends(got wire.Page, page int) bool {
	switch {
	case len(got.Items) == 0:
		return true
	case got.Size == 0 || len(got.Items) >= got.Size: // a short page says nothing when the size is not known
		return false
	case got.More != nil:
		return !*got.More
	}
	return got.Total < 0 || page*got.Size >= got.Total
}

func (r *reader) mark(row Row) (mark, error) {
	text, err := r.Mark(row)
	if err != nil {
		return mark{}, err
	}
	sum := sha256.Sum256([]byte(text))
	return mark(sum[:16]), nil
}

func incomplete(format string, args ...any) error {
	return &pipeline.Error{
		Code: pipeline.CodeListingIncomplete, Class: pipeline.Transient, Message: fmt.Sprintf(format, args...),
	}
}
