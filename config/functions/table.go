package functions

import "github.com/zclconf/go-cty/cty/function"

// Group orders the functions in the documentation.
type Group string

// The groups.
const (
	Numbers     Group = "Numbers and prices"
	Texts       Group = "Text"
	HTML        Group = "HTML"
	Units       Group = "Units"
	Codes       Group = "Codes"
	Collections Group = "Lists and maps"
	Conversions Group = "Conversion and encoding"
	Missing     Group = "Empty values and errors"
	Dates       Group = "Dates"
	Surrounding Group = "Outside"
)

// Entry is one function with its documentation, which docs/functions.md and `tandem functions` show.
type Entry struct {
	Name     string
	Usage    string // how it is called: "round(number, digits = 0)"; [brackets] are around what may be left out
	Does     string // in a sentence or two
	Errors   string // what it refuses, in a sentence; "" where it takes every value of the right type
	Examples []Example
	Group    Group
	Func     function.Function

	blames int    // the argument that failures of Func are about which name none, from 0; none says so of none
	hint   string // what to write instead, behind such a failure
}

const none = -1

// Example is a call and what it gives, both as they are written in a configuration. Secret stands for a
// result that is not shown.
type Example struct {
	Call, Result string
}

// Secret is the Result of an Example that gives a secret.
const Secret = "(secret)"

// Map returns the functions by name, as hcl wants them.
func Map(entries ...[]Entry) map[string]function.Function {
	m := map[string]function.Function{}
	for _, list := range entries {
		for _, e := range list {
			m[e.Name] = e.Func
		}
	}
	return m
}

// Usages returns how each function is called, by name.
func Usages(entries ...[]Entry) map[string]string {
	m := map[string]string{}
	for _, list := range entries {
		for _, e := range list {
			m[e.Name] = e.Usage
		}
	}
	return m
}

// PerRecord returns the functions that may be called everywhere, group by group.
func PerRecord() []Entry {
	var all []Entry
	for _, list := range [][]Entry{
		numbers(), texts(), html(), units(), codes(), collections(), conversions(), missing(), dates(),
	} {
		for _, e := range list {
			e.Func = e.adapted()
			all = append(all, e)
		}
	}
	return all
}
