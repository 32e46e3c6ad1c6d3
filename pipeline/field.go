package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// FieldType is the type of a field in one system, in terms that both systems share.
type FieldType string

// The types of fields. TypeAny takes every value as it is (a custom field of Products Manager).
const (
	TypeAny       FieldType = "any"
	TypeText      FieldType = "text"
	TypeNumber    FieldType = "number"
	TypeBool      FieldType = "bool"
	TypePath      FieldType = "path"      // a place in a tree, as text: "All / Clothing / Shirts"
	TypeSelection FieldType = "selection" // one of Options
	TypeDate      FieldType = "date"      // text YYYY-MM-DD
	TypeDateTime  FieldType = "datetime"  // text YYYY-MM-DD HH:MM:SS, UTC
	TypeImage     FieldType = "image"
	TypeReference FieldType = "reference" // another record of the same system, see Via
)

// Unlimited is the Digits of a field that keeps every decimal.
const Unlimited = -1

// Field describes one field of one system.
type Field struct {
	Name      string    `json:"name"`
	Type      FieldType `json:"type"`
	Digits    int       `json:"digits"`               // numbers: decimals kept, Unlimited for all
	NotNull   bool      `json:"not_null,omitempty"`   // the system cannot hold "no value": null reads as 0, false, or the root
	MaxLength int       `json:"max_length,omitempty"` // texts: runes; 0 is no limit
	ReadOnly  bool      `json:"read_only,omitempty"`
	Required  bool      `json:"required,omitempty"`
	Options   []string  `json:"options,omitempty"`   // selections
	Separator string    `json:"separator,omitempty"` // paths: between two levels, "/" if empty
	Root      string    `json:"root,omitempty"`      // paths: the level that all others are below, not part of what is carried
	// Escapes: the levels of a path are records of their own, whose names may hold the separator. In a path
	// it has a backslash there: "All / Tops \/ Shirts" is two levels. For separators between blanks.
	Escapes bool   `json:"escapes,omitempty"`
	Label   string `json:"label,omitempty"`
	// Via is, for references, the field by whose value a record is named; its key where Via is empty.
	Via string `json:"via,omitempty"`
	// Fixed: a record is given the field when it is made, and it never changes.
	Fixed bool `json:"fixed,omitempty"`
	// Image is what an image field takes; nil for other types.
	Image *ImageNeeds `json:"image,omitempty"`
}

// Schema is what a system says of its fields.
type Schema struct {
	Fields map[string]Field `json:"fields"`
	Open   bool             `json:"open,omitempty"` // fields that are not listed exist too, as TypeAny
	// OpenBelow are beginnings of names ("attributes."): fields that are not listed, but named so, exist too.
	OpenBelow []string `json:"open_below,omitempty"`
}

// Lookup returns the field of that name.
func (s Schema) Lookup(name string) (Field, bool) {
	if f, ok := s.Fields[name]; ok {
		return f, true
	}
	if s.Open || slices.ContainsFunc(s.OpenBelow, func(begin string) bool { return strings.HasPrefix(name, begin) }) {
		return Field{Name: name, Type: TypeAny, Digits: Unlimited}, true
	}
	return Field{}, false
}

// Canonical turns v into what the field's system would hold after v was written to it: numbers at the
// field's digits (half away from zero), texts within their length, null as the zero of a field that
// cannot be null. The error says what cannot be held and why, without naming the field.
func (f Field) Canonical(v Value) (Value, error) {
	if v.IsNull() {
		return f.zero(), nil
	}
	switch f.Type {
	case TypeNumber:
		d, err := toNumber(v)
		if err != nil {
			return Value{}, err
		}
		if f.Digits >= 0 {
			d = d.Round(int32(f.Digits))
		}
		return Number(d), nil
	case TypeBool:
		return toBool(v)
	case TypeReference:
		if _, pending := AsPending(v); pending {
			return v, nil
		}
		return Text(v.String()), nil
	case TypeText, TypeSelection, TypeDate, TypeDateTime:
		if v.kind == KindList || v.kind == KindObject {
			return Value{}, fmt.Errorf("a %s is not a %s", v.kind, f.Type)
		}
		if n := len([]rune(v.String())); f.MaxLength > 0 && n > f.MaxLength {
			return Value{}, fmt.Errorf("the text has %d characters, at most %d are kept", n, f.MaxLength)
		}
		return f.checkOption(Text(v.String()))
	case TypePath:
		if v.kind != KindText {
			return Value{}, fmt.Errorf("a %s is not a path", v.kind)
		}
		return f.Path(f.Levels(v)), nil
	}
	return v, nil
}

func (f Field) checkOption(v Value) (Value, error) {
	if f.Type != TypeSelection || len(f.Options) == 0 || v.IsNull() {
		return v, nil
	}
	for _, o := range f.Options {
		if o == v.text {
			return v, nil
		}
	}
	return Value{}, fmt.Errorf("%q is none of the choices %s", clip(v.text), strings.Join(f.Options, ", "))
}

func (f Field) zero() Value {
	if !f.NotNull {
		return Value{}
	}
	switch f.Type {
	case TypeNumber:
		return Number(decimal.Zero)
	case TypeBool:
		return Bool(false)
	case TypePath:
		return Text(f.Root)
	}
	return Value{}
}

func toNumber(v Value) (decimal.Decimal, error) {
	switch v.kind {
	case KindNumber:
		return v.number, nil
	case KindText:
		n, err := ParseNumber(v.text)
		return n.number, err
	}
	return decimal.Decimal{}, fmt.Errorf("a %s is not a number", v.kind)
}

func toBool(v Value) (Value, error) {
	switch v.kind {
	case KindBool:
		return v, nil
	case KindNumber:
		return Bool(!v.number.IsZero()), nil
	case KindText:
		switch strings.ToLower(v.text) {
		case "true", "yes", "1":
			return Bool(true), nil
		case "false", "no", "0":
			return Bool(false), nil
		}
	}
	return Value{}, fmt.Errorf("%q is neither true nor false", clip(v.String()))
}
