package diag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest returns the name that given is probably a misspelling of, "" if none is near.
func Nearest(given string, names []string) string {
	limit := 3
	switch n := len(given); {
	case n <= 3:
		limit = 1
	case n <= 7:
		limit = 2
	}
	best := ""
	for _, name := range names {
		d := distance(strings.ToLower(given), strings.ToLower(name))
		if d <= limit && name != given {
			best, limit = name, d-1
		}
	}
	return best
}

// distance is Levenshtein's, except that letters in another order ("ulr" for "url") are one mistake.
func distance(a, b string) int {
	if a != b && len(a) == len(b) && sortedLetters(a) == sortedLetters(b) {
		return 1
	}
	return levenshtein.Distance(a, b, nil)
}

func sortedLetters(s string) string {
	r := []rune(s)
	slices.Sort(r)
	return string(r)
}

// DidYouMean returns ` Did you mean "x"?`, or "" where no name is near.
func DidYouMean(given string, names []string) string {
	if near := Nearest(given, names); near != "" {
		return fmt.Sprintf(" Did you mean %q?", near)
	}
	return ""
}

// Choices is DidYouMean that lists the names where none is near.
func Choices(given string, names []string) string {
	if hint := DidYouMean(given, names); hint != "" {
		return hint
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" The only choice is %q.", names[0])
	}
	return fmt.Sprintf(" The choices are %s.", Quoted(names))
}

// Quoted joins names for a sentence: `"a", "b" and "c"`.
func Quoted(names []string) string {
	var b strings.Builder
	for i, n := range names {
		switch {
		case i > 0 && i == len(names)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", n)
	}
	return b.String()
}
