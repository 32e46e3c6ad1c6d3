package orm

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// convert turns a value from outside into what a row holds, as fields.py does: strings are taken for
// numbers, anything that is not empty for true, nil and false for no value.
func (e *Env) convert(f *Field, v any) (any, error) {
	if f.Check != nil {
		checked, err := f.Check(e, v)
		if err != nil {
			return nil, err
		}
		v = checked
	}
	switch f.Type {
	case Float:
		return convertFloat(f, v)
	case Integer:
		return convertInteger(v)
	case Boolean:
		return Truthy(v), nil
	case Selection:
		return f.convertSelection(v)
	case Date:
		return convertDate(v, time.DateOnly)
	case Datetime:
		return convertDate(v, time.DateTime)
	case Many2one:
		return e.convertReference(f, v)
	case Many2many, One2many, Binary:
		return v, nil
	}
	if v == nil || v == false {
		return nil, nil
	}
	return pythonText(v), nil
}

// pythonText is Python's str().
func pythonText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Repr(v)
}

func convertFloat(f *Field, v any) (any, error) {
	var n float64
	switch x := v.(type) {
	case nil:
	case float64:
		n = x
	case int64:
		n = float64(x)
	case bool:
		if x {
			n = 1
		}
	case string:
		parsed, err := strconv.ParseFloat(strings.TrimSpace(x), 64)
		if err != nil {
			return nil, Errorf("ValueError", "could not convert string to float: %s", Repr(x))
		}
		n = parsed
	default:
		return nil, Errorf("TypeError", "float() argument must be a string or a real number, not '%s'", pythonType(v))
	}
	return Round(n, f.Digits), nil
}

// Round rounds half away from zero, as Odoo does, to that many decimals; 0 is all of them.
func Round(n float64, digits int) float64 {
	if digits <= 0 || math.IsNaN(n) || math.IsInf(n, 0) || n == math.Trunc(n) {
		return n
	}
	return decimal.NewFromFloat(n).Round(int32(digits)).InexactFloat64()
}

func convertInteger(v any) (any, error) {
	var n int64
	switch x := v.(type) {
	case nil:
	case int64:
		n = x
	case float64:
		n = int64(x)
	case bool:
		if x {
			n = 1
		}
	case string:
		if x == "" {
			break
		}
		parsed, err := strconv.ParseInt(strings.TrimSpace(x), 10, 64)
		if err != nil {
			return nil, Errorf("ValueError", "invalid literal for int() with base 10: %s", Repr(x))
		}
		n = parsed
	default:
		return nil, Errorf("TypeError", "int() argument must be a string, a bytes-like object or a real number, not '%s'", pythonType(v))
	}
	if n < math.MinInt32 || n > math.MaxInt32 {
		return nil, Errorf("psycopg2.errors.NumericValueOutOfRange", "integer out of range")
	}
	return n, nil
}

func (f *Field) convertSelection(v any) (any, error) {
	if !Truthy(v) {
		return nil, nil
	}
	text := pythonText(v)
	for _, o := range f.Options {
		if o[0] == text {
			return text, nil
		}
	}
	return nil, Errorf("ValueError", "Wrong value for %s.%s: %s", f.model.Name, f.Name, Repr(v))
}

// convertDate reads a date; what follows the layout's length, fractions of a second, is cut.
func convertDate(v any, layout string) (any, error) {
	switch x := v.(type) {
	case time.Time:
		return x.UTC(), nil
	case string:
		if x == "" {
			return nil, nil
		}
		text := strings.Replace(x, "T", " ", 1)
		if len(text) == len(time.DateOnly) && layout == time.DateTime {
			text += " 00:00:00"
		}
		t, err := time.Parse(layout, text[:min(len(text), len(layout))])
		if err != nil {
			return nil, Errorf("ValueError", "time data %s does not match format '%s'", Repr(x),
				map[string]string{time.DateOnly: "%Y-%m-%d", time.DateTime: "%Y-%m-%d %H:%M:%S"}[layout])
		}
		return t, nil
	}
	if Truthy(v) {
		return nil, Errorf("TypeError", "'%s' object is not a date", pythonType(v))
	}
	return nil, nil
}

func (e *Env) convertReference(f *Field, v any) (any, error) {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	switch x := v.(type) {
	case int64:
		if x == 0 {
			return nil, nil
		}
		if e.DB.models[f.Relation].Fetch(x) == nil {
			return nil, e.badReference(f, x)
		}
		return x, nil
	case string:
		if x != "" {
			return nil, Errorf("ValueError", "Wrong value for %s.%s: %s", f.model.Name, f.Name, Repr(x))
		}
	}
	return nil, nil
}

func (e *Env) badReference(f *Field, id int64) error {
	if e.Dialect().ChecksReferences {
		return MissingRecord(f.Relation, []int64{id}, e.User.ID)
	}
	m := f.model
	return e.ForeignKey(Link{Label: m.Label, Model: m.Name, Field: f.Name, FieldLabel: f.Label, Table: m.tableName()})
}

func (m *Model) tableName() string {
	if m.Table != "" {
		return m.Table
	}
	return strings.ReplaceAll(m.Name, ".", "_")
}

// pythonType names the type that v has in Python.
func pythonType(v any) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []any:
		return "list"
	case map[string]any:
		return "dict"
	}
	return fmt.Sprintf("%T", v)
}

// translated returns what a text column holds after text was written to it in the language of e.
func (e *Env) translated(was, text any) any {
	now, ok := text.(string)
	if !ok {
		return nil
	}
	language := e.language()
	switch old := was.(type) {
	case Texts:
		texts := Texts{}
		for code, t := range old {
			texts[code] = t
		}
		texts[language] = now
		return texts
	case string:
		if language != english {
			return Texts{english: old, language: now}
		}
	}
	if language != english {
		return Texts{english: now, language: now}
	}
	return now
}

// columnAfter returns what the column of f holds after v, already converted, was written to it.
func (e *Env) columnAfter(f *Field, was, v any) any {
	switch {
	case f.Translate:
		return e.translated(was, v)
	case f.PerCompany:
		amounts := Amounts{}
		old, _ := was.(Amounts)
		for company, n := range old {
			amounts[company] = n
		}
		if companies := e.Companies(); len(companies) > 0 {
			n, _ := v.(float64)
			amounts[companies[0]] = n
		}
		return amounts
	case f.Type == Many2many:
		ids, _ := was.([]int64)
		return manyAfter(ids, v)
	}
	return v
}
