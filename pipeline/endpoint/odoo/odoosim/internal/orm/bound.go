package orm

import (
	"cmp"
	"strings"
	"time"
)

// bound turns the value of a condition into what the field's values can be compared with.
func (e *Env) bound(f *Field, operator string, value any) (any, error) {
	if f.Type == Datetime || f.Type == Date {
		return e.dateBound(f, operator, value)
	}
	switch f.Type {
	case Float:
		if n, ok := value.(int64); ok {
			return float64(n), nil
		}
	case Boolean:
		return Truthy(value), nil
	case Char, Text, HTML, Selection:
		return pythonText(value), nil
	}
	return value, nil
}

// dateBound reads a date in a condition: with or without fractions of a second, "T" and a zone, which
// PostgreSQL ignores. A day stands for its beginning, or after ">" and "<=" for its end.
func (e *Env) dateBound(f *Field, operator string, value any) (any, error) {
	if t, ok := value.(time.Time); ok {
		return t.UTC(), nil
	}
	text, ok := value.(string)
	if !ok {
		return nil, nil
	}
	second := e.Dialect().DatesBySecond
	plain := strings.Replace(strings.TrimSpace(text), "T", " ", 1)
	if at := strings.LastIndexAny(plain, "Z+"); at > 0 {
		if second {
			return nil, Errorf("ValueError", "time data %s does not match format '%%Y-%%m-%%d %%H:%%M:%%S'", Repr(text))
		}
		plain = plain[:at]
	}
	if len(plain) == len(time.DateOnly) && f.Type == Datetime {
		if operator == ">" || operator == "<=" {
			plain += " 23:59:59.999999"
		} else {
			plain += " 00:00:00"
		}
	}
	layout := time.DateTime
	if f.Type == Date {
		layout, plain = time.DateOnly, plain[:min(len(plain), len(time.DateOnly))]
	}
	t, err := time.Parse(layout, plain)
	if err != nil {
		return nil, Errorf("psycopg2.errors.InvalidDatetimeFormat", "invalid input syntax for type timestamp: %q", text)
	}
	if second {
		t = t.Truncate(time.Second)
	}
	return t.UTC(), nil
}

// compare orders two values of the same type.
func compare(a, b any) (int, bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return cmp.Compare(x, y), true
		}
	case int64:
		switch y := b.(type) {
		case int64:
			return cmp.Compare(x, y), true
		case float64:
			return cmp.Compare(float64(x), y), true
		}
	case float64:
		if y, ok := b.(float64); ok {
			return cmp.Compare(x, y), true
		}
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(bit(x), bit(y)), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	}
	return 0, false
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
