package render

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tandem-sync/tandem/pipeline"
)

// valueWidth is how many runes of a value a person is shown.
const valueWidth = 60

// clean makes a text safe for a terminal and for one line: control characters, and those that turn the
// direction of writing, are shown escaped.
func clean(s string) string {
	if strings.IndexFunc(s, unsafeRune) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unsafeRune(r) {
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// value shows v on one line, shortened.
func value(v pipeline.Value) string { return quote(v, clip(plain(v), valueWidth)) }

// change shows two values of a field, cut where they are alike so that the difference is seen.
func change(before, after pipeline.Value) (string, string) {
	a, b := []rune(plain(before)), []rune(plain(after))
	if len(a) > valueWidth || len(b) > valueWidth {
		if cut := commonPrefix(a, b) - 20; cut > 5 {
			a, b = ellipsis(a[cut:]), ellipsis(b[cut:])
		}
	}
	return quote(before, clip(string(a), valueWidth)), quote(after, clip(string(b), valueWidth))
}

func ellipsis(r []rune) []rune { return append([]rune{'…'}, r...) }

func commonPrefix(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func plain(v pipeline.Value) string {
	if from, ok := pipeline.ImageSourceOf(v); ok {
		return from.String()
	}
	return v.String()
}

func quote(v pipeline.Value, s string) string {
	switch v.Kind() {
	case pipeline.KindNull:
		return "(none)"
	case pipeline.KindText:
		return `"` + clean(s) + `"`
	default:
		return clean(s)
	}
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// match names a record by its match values: sku=CH-100 ean=4006381333931.
func match(m map[string]pipeline.Value) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !m[name].IsNull() {
			parts = append(parts, name+"="+clean(clip(plain(m[name]), valueWidth)))
		}
	}
	return strings.Join(parts, " ")
}

// keys tells a record's ids: pm 12, erp 44. Labels are in the order given by the map's sorted keys.
func keys(m map[string]pipeline.Key) string {
	var parts []string
	for _, label := range slices.Sorted(maps.Keys(m)) {
		if m[label] != "" {
			parts = append(parts, label+" "+clean(string(m[label])))
		}
	}
	return strings.Join(parts, ", ")
}

// named is how a record is called: its match values with its keys behind.
func named(m map[string]pipeline.Value, k map[string]pipeline.Key) string {
	name, ids := match(m), keys(k)
	switch {
	case name == "":
		return ids
	case ids == "":
		return name
	}
	return name + " (" + ids + ")"
}

// orDash shows "-" for nothing, so that the columns of a table stay apart.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
