package catalogue

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// NotFound says that no product, live in the store, has that id.
type NotFound struct{ ID string }

func (e *NotFound) Error() string { return fmt.Sprintf("product %q not found", e.ID) }

// Duplicate says that another product, trashed ones included, has that EAN.
type Duplicate struct{ EAN, Holder string }

func (e *Duplicate) Error() string {
	return fmt.Sprintf("a product with EAN %s already exists (%s)", e.EAN, e.Holder)
}

// Invalid lists everything that is wrong with the fields of a write.
type Invalid struct{ Problems []Problem }

// Problem is one field that was refused.
type Problem struct {
	Field   string // canonical name
	Type    string // pydantic's name of the rule: missing, string_type, decimal_parsing, …
	Message string
}

func (e *Invalid) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.Field + ": " + p.Message
	}
	return strings.Join(parts, "; ")
}

// newInvalid orders the problems, which come from a map, by field.
func newInvalid(problems []Problem) *Invalid {
	slices.SortFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Field, b.Field) })
	return &Invalid{problems}
}

func invalid(field, kind, format string, args ...any) *Invalid {
	return &Invalid{[]Problem{{field, kind, fmt.Sprintf(format, args...)}}}
}
