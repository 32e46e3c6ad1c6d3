package odoo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cursor is where the next poll begins. Its text is a date and the category edits that polls have
// dealt with since: "2026-11-24 15:00:00|12@2026-11-24 15:10:03".
type cursor struct {
	since      time.Time // of the server's clock
	categories []categoryEdit
}

// categoryEdit is a category as it was last written.
type categoryEdit struct {
	id   int64
	date string
}

// maxCategoryEdits bounds a cursor's length; edits that do not fit are dealt with again.
const maxCategoryEdits = 500

func (c cursor) String() string {
	var b strings.Builder
	b.WriteString(c.since.Format(dateTime))
	for i, edit := range c.categories {
		if i == maxCategoryEdits {
			break
		}
		fmt.Fprintf(&b, "|%d@%s", edit.id, edit.date)
	}
	return b.String()
}

// parseCursor reads a cursor; false for none, and for one that is not ours.
func parseCursor(text string) (cursor, bool) {
	date, rest, _ := strings.Cut(text, "|")
	since, err := time.Parse(dateTime, date)
	c := cursor{since: since}
	if err != nil || rest == "" {
		return c, err == nil
	}
	for part := range strings.SplitSeq(rest, "|") {
		id, date, _ := strings.Cut(part, "@")
		n, err := strconv.ParseInt(id, 10, 32)
		if err != nil {
			return cursor{}, false
		}
		c.categories = append(c.categories, categoryEdit{id: n, date: date})
	}
	return c, true
}

// settled tells whether an edit after began, a moment of the server's clock, must show another date.
func (c categoryEdit) settled(began time.Time) bool {
	date, err := time.Parse(dateTime, c.date)
	return err == nil && !began.IsZero() && !began.Before(date.Add(2*time.Second))
}
