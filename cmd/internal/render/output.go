package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// Output is where and how a command's result is told.
type Output struct {
	W     io.Writer
	JSON  bool
	Color bool      // ANSI colours; the caller has looked at NO_COLOR and at the terminal
	Now   time.Time // what "3 minutes ago" counts from
	// Zone is the time zone of a person's clock; nil is the machine's.
	Zone *time.Location
}

// json writes v as one indented document.
func (o Output) json(v any) error {
	enc := json.NewEncoder(o.W)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// list writes a JSON array, "[]" for none.
func list[T any](o Output, vs []T) error {
	if vs == nil {
		vs = []T{}
	}
	return o.json(vs)
}

// text collects lines and keeps the first error of writing, so that renderers read as what they print.
type text struct {
	w     io.Writer
	color bool
	err   error
}

func (o Output) text() *text { return &text{w: o.W, color: o.Color} }

func (t *text) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format+"\n", args...)
	}
}

// table prints rows in aligned columns; the first row is the heading. Cells must be clean.
func (t *text) table(rows [][]string) {
	if t.err != nil {
		return
	}
	tw := tabwriter.NewWriter(t.w, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(tw, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	t.err = tw.Flush()
}

// Colours of a terminal.
const (
	red     = "31"
	green   = "32"
	yellow  = "33"
	magenta = "35"
	bold    = "1"
	dim     = "2"
)

func (t *text) paint(color, s string) string {
	if !t.color || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// rule tells at the end of a line which rule decided.
func (t *text) rule(r string) string {
	if r == "" {
		return ""
	}
	return "  " + t.paint(dim, clean(r))
}

// when tells a moment in local time with its distance from now.
func (o Output) when(at time.Time) string {
	if at.IsZero() {
		return "unknown"
	}
	return o.clock(at) + " (" + humanize.RelTime(at, o.Now, "ago", "from now") + ")"
}

// clock tells a moment in local time.
func (o Output) clock(at time.Time) string {
	zone := o.Zone
	if zone == nil {
		zone = time.Local
	}
	return at.In(zone).Format("2006-01-02 15:04:05")
}

// count is "1 conflict", "3 conflicts".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
