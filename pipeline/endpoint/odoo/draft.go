package odoo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
)

// line is one record on its way to Odoo.
type line struct {
	index    int    // in what the caller passed
	id       int64  // of an existing template
	token    string // of a new one
	values   pipeline.Values
	presumed pipeline.Values // what the caller saw
	category int64           // where values hold the category: its id, 0 for none
	// Where values hold the stock: the location that is counted, what is counted there, and the variant
	// of an existing product.
	place, variant int64
	count          decimal.Decimal
	// Where values hold an image: what it is, and once it is loaded its base64 text. own is the variant of an
	// existing product whose own image is in the way of the template's: it is taken away.
	image    pipeline.Image
	picture  string
	checksum string // SHA-1 of the image, in hexadecimal
	own      int64
	// Of variants of families: their template, the values that they are told by where these are written, and
	// what their price is to become.
	template    int64
	combination []int64
	price       *decimal.Decimal
}

// columns returns the names of the line's fields in a stable order.
func (l line) columns() []string { return slices.Sorted(maps.Keys(l.values)) }

// header names the columns as load wants them.
func (l line) header(columns []string) []any {
	names := make([]any, 0, len(columns))
	for _, name := range columns {
		switch {
		case name == categoryField:
			names = append(names, categoryField+"/.id")
		case name == stockField && l.counts():
			names = append(names, l.countHeader()...)
			if l.own != 0 {
				names = append(names, variantPath+ownImageField)
			}
		case name == attributesField:
			names = append(names, attributesField+"/.id")
		default:
			names = append(names, name)
		}
	}
	return names
}

// cells writes the line's values as load reads them.
func (l line) cells(columns []string) []any {
	cells := make([]any, 0, len(columns))
	for _, name := range columns {
		switch {
		case name == stockField && l.counts():
			cells = append(cells, l.countCells()...)
			if l.own != 0 {
				cells = append(cells, "")
			}
		case name == imageField:
			cells = append(cells, l.picture)
		case name == attributesField:
			cells = append(cells, combination(l.combination))
		case name != categoryField:
			cells = append(cells, cell(l.values[name]))
		case l.category == 0:
			cells = append(cells, "")
		default:
			cells = append(cells, strconv.FormatInt(l.category, 10))
		}
	}
	return cells
}

// arguments writes the line's values as write takes them.
func (l line) arguments() map[string]any {
	values := make(map[string]any, len(l.values))
	for name, v := range l.values {
		values[name] = argument(v)
		if name == imageField && !v.IsNull() {
			values[name] = l.picture
		}
	}
	if _, ok := l.values[attributesField]; ok {
		values[attributesField] = []any{[]any{int64(6), int64(0), anyOf(l.combination)}}
	}
	if _, ok := l.values[categoryField]; ok {
		values[categoryField] = false
		if l.category != 0 {
			values[categoryField] = l.category
		}
	}
	if l.own != 0 {
		values["product_variant_ids"] = []any{[]any{updateCommand, l.own, map[string]any{ownImageField: false}}}
	}
	return values
}

// updateCommand changes one of the records that a field points at.
const updateCommand = int64(1)

// canonical checks values that are to be written, before anything is sent.
func (s *session) canonical(fields pipeline.Values) (pipeline.Values, error) {
	if err := s.checkFields(slices.Sorted(maps.Keys(fields))); err != nil {
		return nil, err
	}
	out := make(pipeline.Values, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := s.schema.Fields[name]
		v, err := f.Canonical(fields[name])
		switch {
		case err != nil:
			return nil, &pipeline.Error{Code: pipeline.CodeMappingFailed, Message: fmt.Sprintf("the field %q of Odoo cannot hold this", name), Cause: err}
		case f.ReadOnly:
			return nil, &pipeline.Error{Code: pipeline.CodeMappingFailed, Message: fmt.Sprintf("the field %q of Odoo cannot be written", name)}
		case f.Required && v.IsNull():
			return nil, &pipeline.Error{Code: pipeline.CodeFieldRequired, Message: fmt.Sprintf("the field %q of Odoo must not be empty", name)}
		}
		out[name] = v
	}
	return out, nil
}

// placed fills in the categories of the lines, making those that are missing, and returns the lines
// that have one. The others' errors go to fail.
func (e *Endpoint) placed(ctx context.Context, s *session, lines []line, fail func(line, error)) []line {
	var paths []string
	for _, l := range lines {
		if v := l.values[categoryField]; !v.IsNull() {
			paths = append(paths, v.AsText())
		}
	}
	if len(paths) == 0 {
		return lines
	}
	ids, failed := e.categoriesOf(ctx, s, paths)
	var placed []line
	for _, l := range lines {
		if v := l.values[categoryField]; !v.IsNull() {
			if err := failed[v.AsText()]; err != nil {
				fail(l, err)
				continue
			}
			l.category = ids[v.AsText()]
		}
		placed = append(placed, l)
	}
	if err := e.keepTwins(ctx, s, placed); err != nil {
		for _, l := range placed {
			fail(l, unsent(err))
		}
		return nil
	}
	return placed
}

// grouped puts lines together that have the same columns, and of those the ones that have all values
// in common into groups of their own.
func grouped(lines []line) [][]line {
	same := map[string]int{}
	for _, l := range lines {
		same[l.signature()]++
	}
	var groups [][]line
	at := map[string]int{}
	for _, l := range lines {
		key := "columns " + strings.Join(l.columns(), ",")
		if s := l.signature(); same[s] > 1 {
			key = "values " + s
		}
		if l.own != 0 { // written alone: the variant is its own
			key = fmt.Sprint("variant ", l.own)
		}
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], l)
	}
	return groups
}

// signature is equal for lines that write the same values.
func (l line) signature() string {
	var b strings.Builder
	for _, name := range l.columns() {
		fmt.Fprintf(&b, "%s=%d:%q;", name, l.values[name].Kind(), l.values[name].String())
	}
	return b.String()
}

// fieldsOf returns the names of all fields of the lines, each once.
func fieldsOf(lines []line) []string {
	names := map[string]bool{}
	for _, l := range lines {
		for name := range l.values {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
