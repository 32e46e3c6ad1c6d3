package odoo

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// Odoo writes dates as texts, in UTC, with the seconds cut off.
const dateTime = "2006-01-02 15:04:05"

// decode turns what Odoo returned for a field into its canonical value. Odoo's word for empty is false.
func decode(f pipeline.Field, raw any) (pipeline.Value, error) {
	v, err := plain(f, raw)
	if err != nil {
		return v, fmt.Errorf("field %q of Odoo: %w", f.Name, err)
	}
	if c, err := f.Canonical(v); err == nil {
		return c, nil
	}
	return v, nil // what Odoo holds is taken as it is: a choice that is no longer offered, say
}

func plain(f pipeline.Field, raw any) (pipeline.Value, error) {
	switch x := raw.(type) {
	case nil:
		return pipeline.Value{}, nil
	case bool:
		if f.Type == pipeline.TypeBool {
			return pipeline.Bool(x), nil
		}
		if !x {
			return pipeline.Value{}, nil
		}
	case int64:
		if f.Type == pipeline.TypeNumber {
			return pipeline.Int(x), nil
		}
	case float64:
		if f.Type == pipeline.TypeNumber {
			// The shortest text that gives the same float is the decimal that was stored.
			return pipeline.ParseNumber(strconv.FormatFloat(x, 'f', -1, 64))
		}
	case string:
		if f.Type != pipeline.TypeNumber && f.Type != pipeline.TypeBool {
			return pipeline.Text(x), nil
		}
	case []any: // many2one: id and display name
		if len(x) == 2 {
			if name, ok := x[1].(string); ok {
				return pipeline.Text(name), nil
			}
		}
	}
	return pipeline.Value{}, fmt.Errorf("a %T is no %s", raw, f.Type)
}

// cell writes a canonical value as load reads it: everything is text, and the empty text is empty.
func cell(v pipeline.Value) string {
	switch v.Kind() {
	case pipeline.KindBool:
		if v.AsBool() {
			return "1"
		}
		return "0"
	case pipeline.KindText:
		return sendable(v.AsText())
	}
	return v.String()
}

// argument writes a canonical value as write takes it.
func argument(v pipeline.Value) any {
	switch v.Kind() {
	case pipeline.KindNull:
		return false
	case pipeline.KindBool:
		return v.AsBool()
	case pipeline.KindNumber:
		// A float holds any decimal of up to 15 digits exactly, and Odoo computes with floats anyway.
		f, _ := v.AsNumber().Float64()
		return f
	case pipeline.KindText:
		return sendable(v.AsText())
	}
	return v.String()
}

// sendable leaves out the characters that XML cannot carry, as Odoo does in its answers.
func sendable(s string) string {
	return strings.Map(func(r rune) rune {
		if xmlrpc.Carries(r) {
			return r
		}
		return -1
	}, s)
}
