package json2

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// most is how deep values may be nested, in both directions.
const most = 32

// Encode encodes the arguments of a call. Values are made of bool, int, int64, float64, string, []byte,
// time.Time, nil, []any and map[string]any.
//
// What Odoo would take and spoil is refused with xmlrpc.ErrUnencodable, never altered: NaN, which is
// stored and makes every later answer unreadable, and characters that a server cannot give back over
// XML-RPC.
func Encode(arguments map[string]any) ([]byte, error) {
	prepared, err := prepare(arguments, 0)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(prepared); err != nil {
		return nil, fmt.Errorf("%w: %w", xmlrpc.ErrUnencodable, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// prepare checks v and turns it into what package json encodes as Odoo reads it.
func prepare(v any, depth int) (any, error) {
	if depth > most {
		return nil, fmt.Errorf("%w: %w", xmlrpc.ErrUnencodable, xmlrpc.ErrTooDeep)
	}
	switch x := v.(type) {
	case nil, bool, int, int64:
		return x, nil
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%w: the number %v", xmlrpc.ErrUnencodable, x)
		}
		return x, nil
	case string:
		return x, checkText(x)
	case []byte:
		return base64.StdEncoding.EncodeToString(x), nil
	case time.Time:
		return x.UTC().Format(time.DateTime), nil
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			var err error
			if out[i], err = prepare(e, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(x))
		for name, e := range x {
			p, err := prepare(e, depth+1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out[name] = p
		}
		return out, nil
	}
	return nil, fmt.Errorf("%w: a %T", xmlrpc.ErrUnencodable, v)
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: a text that is not UTF-8", xmlrpc.ErrUnencodable)
	}
	for _, r := range s {
		if !xmlrpc.Carries(r) {
			return fmt.Errorf("%w: the character %U", xmlrpc.ErrUnencodable, r)
		}
	}
	return nil
}
