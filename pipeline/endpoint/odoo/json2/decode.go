package json2

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// DecodeAnswer reads an answer of at most limit bytes and returns its value as package xmlrpc does:
// whole numbers are int64, others float64, objects map[string]any; null is nil. Bad bytes are returned as
// an *xmlrpc.DecodeError, and an error of r as it is, except that an unexpected end is ErrTruncated.
func DecodeAnswer(r io.Reader, limit int64) (any, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case int64(len(body)) > limit:
		return nil, &xmlrpc.DecodeError{Kind: xmlrpc.ErrTooLarge, Offset: len(body)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &xmlrpc.DecodeError{Kind: xmlrpc.ErrTruncated, Offset: len(body)}
	case err != nil:
		return nil, err
	}
	return Decode(body)
}

// Decode reads one JSON value, as DecodeAnswer does.
func Decode(body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, &xmlrpc.DecodeError{Kind: xmlrpc.ErrEmpty}
	}
	v, err := decode(body)
	if err != nil {
		// A number that is none, which some other client stored, comes back bare.
		if mended, changed := withoutNaN(body); changed {
			v, err = decode(mended)
		}
	}
	if err != nil {
		return nil, badJSON(body, err)
	}
	return plain(v, 0)
}

func decode(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the end")
	}
	return v, nil
}

func badJSON(body []byte, err error) error {
	bad := &xmlrpc.DecodeError{Kind: xmlrpc.ErrMalformed, Offset: len(body), Clue: err.Error()}
	var syntax *json.SyntaxError
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		bad.Offset, bad.Clue = 0, xmlrpc.Clue(body)
	case errors.Is(err, io.ErrUnexpectedEOF):
		bad.Kind, bad.Clue = xmlrpc.ErrTruncated, ""
	case errors.As(err, &syntax):
		bad.Offset = int(syntax.Offset)
	}
	return bad
}

// plain turns numbers into Go's.
func plain(v any, depth int) (any, error) {
	if depth > most {
		return nil, &xmlrpc.DecodeError{Kind: xmlrpc.ErrTooDeep}
	}
	var err error
	switch x := v.(type) {
	case json.Number:
		return number(x)
	case []any:
		for i, e := range x {
			if x[i], err = plain(e, depth+1); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name, e := range x {
			if x[name], err = plain(e, depth+1); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func number(n json.Number) (any, error) {
	if !strings.ContainsAny(n.String(), ".eE") {
		if i, err := n.Int64(); err == nil {
			return i, nil
		}
	}
	f, err := n.Float64()
	if err != nil {
		return nil, &xmlrpc.DecodeError{Kind: xmlrpc.ErrMalformed, Clue: fmt.Sprintf("the number %.40s", n)}
	}
	return f, nil
}

// withoutNaN replaces what Python writes for numbers that are none, outside of texts, by null.
func withoutNaN(body []byte) (mended []byte, changed bool) {
	quoted := false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			mended = append(mended, c)
			if i++; i < len(body) {
				mended = append(mended, body[i])
			}
			continue
		case c == '"':
			quoted = !quoted
		case !quoted && (c == 'N' || c == 'I' || c == '-'):
			if word := bareWord(body[i:]); word > 0 {
				mended, changed = append(mended, "null"...), true
				i += word - 1
				continue
			}
		}
		mended = append(mended, body[i])
	}
	return mended, changed
}

// bareWord returns the length of the number that is none at the beginning of b, 0 if there is none.
func bareWord(b []byte) int {
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(b, []byte(word)) {
			return len(word)
		}
	}
	return 0
}
