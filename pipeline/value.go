package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/text/unicode/norm"
)

// Kind says what a Value holds.
type Kind uint8

// The kinds of values. KindNull is the zero Value: absent, empty, or Odoo's false of a text field.
const (
	KindNull Kind = iota
	KindBool
	KindNumber
	KindText
	KindList
	KindObject
)

func (k Kind) String() string {
	return [...]string{"null", "bool", "number", "text", "list", "object"}[k]
}

// Value is one canonical value of a field: null, a bool, an exact decimal, a text, a list or an object.
// The zero Value is null. Values are immutable; copy them freely.
//
// Its JSON form is the natural one; numbers are written with all their digits and read back exactly.
type Value struct {
	kind   Kind
	bool   bool
	text   string
	number decimal.Decimal
	list   []Value
	object map[string]Value
}

// Bool returns a boolean value.
func Bool(b bool) Value { return Value{kind: KindBool, bool: b} }

// Number returns an exact decimal.
func Number(d decimal.Decimal) Value { return Value{kind: KindNumber, number: d} }

// Int returns a whole number.
func Int(i int64) Value { return Number(decimal.NewFromInt(i)) }

// ParseNumber reads a decimal in plain or exponent notation, exactly. It refuses numbers that no price or
// quantity can be: over 200 digits, or with an exponent beyond ±60.
func ParseNumber(s string) (Value, error) {
	d, err := decimal.NewFromString(strings.TrimSpace(s))
	if err != nil || len(s) > 300 || d.NumDigits() > 200 || d.Exponent() > 60 || d.Exponent() < -60 {
		return Value{}, fmt.Errorf("%q is not a decimal number", clip(s))
	}
	return Number(d), nil
}

// Text returns a text in normal form: Unicode NFC, line ends as "\n". The empty text is null, since
// neither system can tell the two apart.
func Text(s string) Value {
	if strings.ContainsRune(s, '\r') {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if s == "" {
		return Value{}
	}
	return Value{kind: KindText, text: norm.NFC.String(s)}
}

// List returns a list; it takes over vs.
func List(vs ...Value) Value { return Value{kind: KindList, list: vs} }

// Object returns an object; it takes over m.
func Object(m map[string]Value) Value { return Value{kind: KindObject, object: m} }

// Kind returns what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull tells whether v is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// AsBool returns the boolean; false for other kinds.
func (v Value) AsBool() bool { return v.bool }

// AsNumber returns the decimal; zero for other kinds.
func (v Value) AsNumber() decimal.Decimal { return v.number }

// AsText returns the text; "" for other kinds. See String for a rendering of any kind.
func (v Value) AsText() string { return v.text }

// AsList returns the elements, not to be modified; nil for other kinds.
func (v Value) AsList() []Value { return v.list }

// AsObject returns the attributes, not to be modified; nil for other kinds.
func (v Value) AsObject() map[string]Value { return v.object }

// Equal compares canonically: numbers by value (1.50 equals 1.5), lists in order, objects by attribute.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case KindBool:
		return v.bool == w.bool
	case KindNumber:
		return v.number.Equal(w.number)
	case KindText:
		return v.text == w.text
	case KindList:
		return slices.EqualFunc(v.list, w.list, Value.Equal)
	case KindObject:
		return maps.EqualFunc(v.object, w.object, Value.Equal)
	}
	return true
}

// String renders v for people and for messages: texts as they are, null as "", the rest as JSON.
func (v Value) String() string {
	switch v.kind {
	case KindNull:
		return ""
	case KindText:
		return v.text
	default:
		return string(v.appendJSON(nil))
	}
}

// MarshalJSON writes the natural JSON form, object keys sorted, so that equal values give equal bytes
// (numbers are written without trailing zeros).
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

func (v Value) appendJSON(b []byte) []byte {
	switch v.kind {
	case KindBool:
		return strconv.AppendBool(b, v.bool)
	case KindNumber:
		return append(b, v.number.String()...)
	case KindText:
		return appendText(b, v.text)
	case KindList:
		b = append(b, '[')
		for i, e := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = e.appendJSON(b)
		}
		return append(b, ']')
	case KindObject:
		b = append(b, '{')
		for i, k := range slices.Sorted(maps.Keys(v.object)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, k), ':')
			b = v.object[k].appendJSON(b)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

func appendText(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // cannot happen: a string always encodes
		return strconv.AppendQuote(b, s)
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// UnmarshalJSON reads any JSON value; numbers keep all their digits.
func (v *Value) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var raw any
	if err := dec.Decode(&raw); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the JSON value")
	}
	got, err := FromJSON(raw)
	if err != nil {
		return err
	}
	*v = got
	return nil
}

// FromJSON converts what encoding/json decodes into any (with UseNumber, else floats lose digits).
func FromJSON(raw any) (Value, error) {
	switch x := raw.(type) {
	case nil:
		return Value{}, nil
	case bool:
		return Bool(x), nil
	case json.Number:
		return ParseNumber(x.String())
	case float64:
		return ParseNumber(strconv.FormatFloat(x, 'g', -1, 64))
	case string:
		return Text(x), nil
	case []any:
		list := make([]Value, len(x))
		for i, e := range x {
			var err error
			if list[i], err = FromJSON(e); err != nil {
				return Value{}, err
			}
		}
		return List(list...), nil
	case map[string]any:
		object := make(map[string]Value, len(x))
		for k, e := range x {
			var err error
			if object[k], err = FromJSON(e); err != nil {
				return Value{}, err
			}
		}
		return Object(object), nil
	}
	return Value{}, fmt.Errorf("no value can be made of a %T", raw)
}

// clip shortens s for a message.
func clip(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}
