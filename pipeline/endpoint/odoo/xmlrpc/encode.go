package xmlrpc

import (
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	kolo "github.com/kolo/xmlrpc"
)

// EncodeCall encodes a call. Arguments are made of bool, int, int64 (32 bits wide), float64, string,
// []byte, time.Time, []any and map[string]any. Floats are written with the shortest text that reads
// back as the same number, so a decimal of up to 15 digits is exact.
//
// What the wire cannot carry is refused with ErrUnencodable, never altered: nil (Odoo's word for "no
// value" is false), wide integers, NaN, control characters, and keys that would need escaping.
func EncodeCall(method string, args ...any) ([]byte, error) {
	if !plainName(method) {
		return nil, fmt.Errorf("%w: method name %q", ErrUnencodable, method)
	}
	prepared := make([]any, len(args))
	for i, a := range args {
		var err error
		if prepared[i], err = prepare(a, 0); err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return kolo.EncodeMethodCall(method, prepared...)
}

// prepare checks v and turns it into what kolo encodes rightly: kolo writes bytes as an array of ints,
// local clock times without their zone, and names unescaped.
func prepare(v any, depth int) (any, error) {
	if depth > defaultDepth {
		return nil, fmt.Errorf("%w: %w", ErrUnencodable, ErrTooDeep)
	}
	switch x := v.(type) {
	case bool:
		return x, nil
	case int:
		return prepareInt(int64(x))
	case int64:
		return prepareInt(x)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%w: the number %v", ErrUnencodable, x)
		}
		return x, nil
	case string:
		return x, checkText(x)
	case []byte:
		return kolo.Base64(base64.StdEncoding.EncodeToString(x)), nil
	case time.Time:
		return x.UTC(), nil
	case []any:
		return prepareList(x, depth)
	case map[string]any:
		return prepareMap(x, depth)
	}
	return nil, fmt.Errorf("%w: a %T", ErrUnencodable, v)
}

func prepareInt(i int64) (any, error) {
	if i < math.MinInt32 || i > math.MaxInt32 {
		return nil, fmt.Errorf("%w: %d is wider than 32 bits", ErrUnencodable, i)
	}
	return i, nil
}

func prepareList(list []any, depth int) (any, error) {
	out := make([]any, len(list))
	for i, e := range list {
		var err error
		if out[i], err = prepare(e, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func prepareMap(m map[string]any, depth int) (any, error) {
	out := make(map[string]any, len(m))
	for name, e := range m {
		if !plainName(name) {
			return nil, fmt.Errorf("%w: the key %q", ErrUnencodable, name)
		}
		p, err := prepare(e, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = p
	}
	return out, nil
}

// plainName tells whether s can stand in a <name> without any escaping.
func plainName(s string) bool {
	return s != "" && !strings.ContainsAny(s, "<>&") && checkText(s) == nil
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: a text that is not UTF-8", ErrUnencodable)
	}
	for _, r := range s {
		if !Carries(r) {
			return fmt.Errorf("%w: the character %U", ErrUnencodable, r)
		}
	}
	return nil
}

// Carries tells whether XML can carry the character r: control characters cannot be written in it,
// not even as a reference.
func Carries(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return true
	case r < ' ' || r == 0xFFFE || r == 0xFFFF || (r >= 0xD800 && r <= 0xDFFF):
		return false
	}
	return r <= utf8.MaxRune
}
