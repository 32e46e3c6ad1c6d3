package orm

import (
	"fmt"
	"strconv"
	"strings"
)

// badCell is a cell that load cannot make sense of. It fails its row, not the call.
type badCell struct{ message string }

func (b *badCell) Error() string { return b.message }

func badCellf(format string, args ...any) error { return &badCell{fmt.Sprintf(format, args...)} }

// cell converts one cell that is not empty. It expects texts; numbers are taken where the type is one,
// but a boolean must be a text: anything else is an exception inside of Odoo.
func (l *loader) cell(f *Field, sub string, v any) (any, error) {
	switch f.Type {
	case Float:
		if n, ok := v.(int64); ok {
			return float64(n), nil
		}
		if n, ok := v.(float64); ok {
			return n, nil
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(pythonText(v)), 64)
		if err != nil {
			return nil, badCellf("'%s' does not seem to be a number for field '%s'", pythonText(v), f.Label)
		}
		return n, nil
	case Integer:
		n, err := convertInteger(v)
		if err != nil {
			return nil, badCellf("'%s' does not seem to be an integer for field '%s'", pythonText(v), f.Label)
		}
		return n, nil
	case Boolean:
		return l.booleanCell(f, v)
	case Selection:
		return selectionCell(f, v)
	case Date, Datetime:
		t, err := l.convert(f, v)
		if err != nil {
			return nil, badCellf("'%s' does not seem to be a valid %s for field '%s'", pythonText(v), f.Type, f.Label)
		}
		return t, nil
	case Many2one:
		return l.referenceCell(f, sub, v)
	case Many2many:
		if sub == ".id" {
			return l.referenceCells(f, v)
		}
		return nil, badCellf("The stand-in loads values of type %s (field '%s') by database id alone", f.Type, f.Label)
	case One2many:
		return nil, badCellf("The stand-in loads no values of type %s (field '%s')", f.Type, f.Label)
	}
	return v, nil
}

func notText(v any) error {
	return Errorf("AttributeError", "'%s' object has no attribute 'lower'", pythonType(v))
}

func (l *loader) booleanCell(f *Field, v any) (any, error) {
	text, ok := v.(string)
	if !ok {
		return nil, notText(v)
	}
	switch strings.ToLower(text) {
	case "1", "true", "yes":
		return true, nil
	case "0", "false", "no":
		return false, nil
	}
	return nil, badCellf("Unknown value '%s' for boolean field '%s'", text, f.Label)
}

func selectionCell(f *Field, v any) (any, error) {
	text, ok := v.(string)
	if !ok {
		return nil, notText(v)
	}
	for _, o := range f.Options {
		if strings.EqualFold(o[0], text) || strings.EqualFold(o[1], text) {
			return o[0], nil
		}
	}
	return nil, badCellf("Value '%s' not found in selection field '%s'", text, f.Label)
}

// referenceCell finds the record that a cell names: by database id (column "f/.id"), by external id
// ("f/id") or by name ("f").
func (l *loader) referenceCell(f *Field, sub string, v any) (any, error) {
	other := l.DB.models[f.Relation]
	kind := "name"
	switch sub {
	case ".id":
		kind = "database id"
		n, err := convertInteger(v)
		if err != nil {
			return nil, badCellf("Invalid database id '%s' for the field '%s'", pythonText(v), f.Label)
		}
		if id, _ := n.(int64); other.Fetch(id) != nil {
			return id, nil
		}
	case "id":
		kind = "external id"
		data := l.DB.models["ir.model.data"]
		for _, at := range data.table.Having("complete_name", l.qualify(v)) {
			if id, _ := data.Fetch(at).Get("res_id").(int64); data.Fetch(at).Text("model") == other.Name && other.Fetch(id) != nil {
				return id, nil
			}
		}
	case "":
		ids, err := l.NameFind(other, pythonText(v), "=", nil, 100)
		if err != nil {
			return nil, err
		}
		if len(ids) > 1 {
			l.severalMatches(f, v, len(ids))
		}
		if len(ids) > 0 {
			return ids[0], nil
		}
	default:
		return nil, badCellf("Unknown sub-field “%s”", sub)
	}
	return nil, badCellf("No matching record found for %s '%s' in field '%s'", kind, pythonText(v), f.Label)
}

// severalMatches warns that a name means several records, of which the first is taken.
func (l *loader) severalMatches(f *Field, v any, n int) {
	text := fmt.Sprintf(l.Dialect().SeveralMatches, pythonText(v), f.Label, n)
	l.message("warning", l.at, textMember("field", f.Name), textMember("message", text))
}

// referenceCells finds the records that a cell names by database ids with commas in between.
func (l *loader) referenceCells(f *Field, v any) (any, error) {
	var ids []int64
	for part := range strings.SplitSeq(pythonText(v), ",") {
		id, err := l.referenceCell(f, ".id", part)
		if err != nil {
			return nil, err
		}
		if n, ok := id.(int64); ok {
			ids = append(ids, n)
		}
	}
	return ids, nil
}
