package view

import (
	"regexp"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// ConflictFilter selects conflicts; the zero value selects all that wait. Patterns are matched against the
// whole text: * is any text, ? any one character.
type ConflictFilter struct {
	Pipeline string
	Field    *string           // "" is the record itself; nil is any
	Match    map[string]string // patterns by match field
	Values   map[string]string // patterns by source, of what that side holds
}

// Select returns the conflicts that wait and that the filter selects, in their order.
func (f ConflictFilter) Select(conflicts []Conflict) []Conflict {
	match, values := patterns(f.Match), patterns(f.Values)
	selected := []Conflict{}
	for _, c := range conflicts {
		if c.Resolution == nil && (f.Pipeline == "" || c.Pipeline == f.Pipeline) && (f.Field == nil || c.Field == *f.Field) &&
			matches(match, c.Match) && matches(values, c.Values) {
			selected = append(selected, c)
		}
	}
	return selected
}

func patterns(texts map[string]string) map[string]*regexp.Regexp {
	compiled := make(map[string]*regexp.Regexp, len(texts))
	for name, text := range texts {
		expr := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(text))
		compiled[name] = regexp.MustCompile("(?s)^" + expr + "$")
	}
	return compiled
}

// matches tells whether all patterns fit; a name that the conflict does not have fits none.
func matches(patterns map[string]*regexp.Regexp, values map[string]pipeline.Value) bool {
	for name, p := range patterns {
		if v, known := values[name]; !known || !p.MatchString(v.String()) {
			return false
		}
	}
	return true
}

// SettledMany is what became of settling many conflicts at once.
type SettledMany struct {
	Settled []Conflict `json:"settled"`
	Refused []Refusal  `json:"refused"`
}

// Refusal is a conflict that was not settled.
type Refusal struct {
	ID    string `json:"id"`
	Error Error  `json:"error"`
}
