package json2

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// EncodeAnswer writes a value as Python does: with a space after each comma and colon, and floats with
// a point. An xmlrpc.Struct keeps the order of its members. NaN is written bare, which is no JSON.
func EncodeAnswer(v any) ([]byte, error) {
	var b bytes.Buffer
	err := writeValue(&b, v)
	return b.Bytes(), err
}

func writeValue(b *bytes.Buffer, v any) error {
	switch x := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(x))
	case int:
		b.WriteString(strconv.Itoa(x))
	case int64:
		b.WriteString(strconv.FormatInt(x, 10))
	case float64:
		b.WriteString(pythonFloat(x))
	case string:
		return writeText(b, x)
	case []any:
		return writeList(b, x)
	case []int64:
		return writeList(b, x)
	case []string:
		return writeList(b, x)
	case []xmlrpc.Struct:
		return writeList(b, x)
	case map[string]any:
		members := make(xmlrpc.Struct, 0, len(x))
		for _, name := range slices.Sorted(maps.Keys(x)) {
			members = append(members, xmlrpc.Member{Name: name, Value: x[name]})
		}
		return writeObject(b, members)
	case xmlrpc.Struct:
		return writeObject(b, x)
	default:
		return fmt.Errorf("%w: a %T", xmlrpc.ErrUnencodable, v)
	}
	return nil
}

func writeText(b *bytes.Buffer, s string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	b.Truncate(b.Len() - 1) // the encoder ends with a new line
	return err
}

func writeList[E any](b *bytes.Buffer, list []E) error {
	b.WriteByte('[')
	for i, e := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := writeValue(b, e); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

func writeObject(b *bytes.Buffer, members xmlrpc.Struct) error {
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := writeText(b, m.Name); err != nil {
			return err
		}
		b.WriteString(": ")
		if err := writeValue(b, m.Value); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	b.WriteByte('}')
	return nil
}

// pythonFloat is repr() of a Python float.
func pythonFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return xmlrpc.PythonFloat(f)
}
