package ui

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"time"

	"golang.org/x/text/message"
)

// words writes texts, numbers and times in one language.
type words struct {
	language Language
	texts    map[string]string
	printer  *message.Printer
	now      func() time.Time
}

func newWords(l Language, now func() time.Time) words {
	return words{language: l, texts: l.messages(), printer: l.printer(), now: now}
}

// text returns the text of that key with args put in. A key that is missing is shown itself: a test
// sees to it that none is.
func (w words) text(key string, args ...any) string {
	format, ok := w.texts[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return format
	}
	return w.printer.Sprintf(format, args...)
}

// count returns the form of the text that n takes, with n put in as %d.
func (w words) count(key string, n int) string {
	one, many, _ := strings.Cut(w.text(key), "|")
	if w.language.plural(n) {
		one = many
	}
	return w.printer.Sprintf(one, n)
}

func (w words) number(n int) string { return w.printer.Sprintf("%d", n) }

// clock writes a time whole.
func (w words) clock(t time.Time) string {
	t = t.Local()
	if w.language == French {
		return fmt.Sprintf("%d %s %d à %s", t.Day(), frenchMonths()[t.Month()-1], t.Year(), t.Format("15:04:05 MST"))
	}
	return t.Format("2 Jan 2006, 15:04:05 MST")
}

// time is a <time> element with the whole time.
func (w words) time(t time.Time) template.HTML {
	return w.element(t, w.clock(t), "")
}

// ago is a <time> element that says how long ago, or in how long, t is; a script keeps it true.
func (w words) ago(t time.Time) template.HTML {
	return w.element(t, w.relative(t), ` data-relative title="`+template.HTMLEscapeString(w.clock(t))+`"`)
}

// until is like ago of something to come: what is over already is now.
func (w words) until(t time.Time) template.HTML {
	shown := t
	if now := w.now(); t.Before(now) {
		shown = now
	}
	return w.element(t, w.relative(shown), ` data-relative="until" title="`+template.HTMLEscapeString(w.clock(t))+`"`)
}

func (words) element(t time.Time, text, attributes string) template.HTML {
	return template.HTML("<time datetime=\"" + t.UTC().Format(time.RFC3339) + "\"" + attributes + ">" + //nolint:gosec // every part is escaped or made here
		template.HTMLEscapeString(text) + "</time>")
}

func (w words) relative(t time.Time) string {
	d := t.Sub(w.now())
	if d.Abs() < time.Second {
		return w.text("time.now")
	}
	key := "in"
	if d <= 0 {
		key, d = "ago", -d
	}
	return w.text("time."+key, w.span(d))
}

// span writes a length of time in its largest unit.
func (w words) span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.count("time.seconds", int(d/time.Second))
	case d < time.Hour:
		return w.count("time.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return w.count("time.hours", int(d/time.Hour))
	}
	return w.count("time.days", int(d/(24*time.Hour)))
}

// duration writes how long something took: a time.Duration, or a type of its own kind.
func (w words) duration(of any) string {
	d := time.Duration(reflect.ValueOf(of).Int())
	switch {
	case d < time.Second:
		return w.printer.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return w.printer.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return w.printer.Sprintf("%d min %d s", int(d/time.Minute), int(d%time.Minute/time.Second))
	}
	return w.printer.Sprintf("%d h %d min", int(d/time.Hour), int(d%time.Hour/time.Minute))
}
