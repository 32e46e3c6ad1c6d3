package wire

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
)

// ErrNotJSON is in the chain of Decode's errors when the text is something else altogether, a page of a
// proxy for instance; a JSON text that was cut off has io.ErrUnexpectedEOF instead.
var ErrNotJSON = errors.New("not JSON")

// Decode reads one JSON text. Numbers stay json.Number, so that no digit is lost. An empty body is nil.
func Decode(body []byte) (any, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return nil, nil
	}
	if body[0] == '<' {
		return nil, fmt.Errorf("a page of HTML or XML: %w", ErrNotJSON)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var raw any
	if err := dec.Decode(&raw); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("JSON that ends in the middle: %w", err)
		}
		return nil, fmt.Errorf("%w: it is wrong at byte %d", ErrNotJSON, dec.InputOffset())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the JSON text", ErrNotJSON)
	}
	return raw, nil
}

// Shape describes raw by its kind and, for an object, its keys: what may be told of an answer that
// nobody understands.
func Shape(raw any) string {
	switch x := raw.(type) {
	case nil:
		return "nothing"
	case []any:
		if len(x) == 0 {
			return "an empty array"
		}
		return "an array of " + kindOf(x[0])
	case map[string]any:
		if len(x) == 0 {
			return "an object without keys"
		}
		return "an object with the keys " + keysOf(x)
	}
	return kindOf(raw)
}

func kindOf(raw any) string {
	switch x := raw.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a text"
	case []any:
		return "arrays"
	case map[string]any:
		return "objects with the keys " + keysOf(x)
	}
	return "something else"
}

// keysOf lists at most twelve keys, sorted and quoted, none longer than 40 characters.
func keysOf(object map[string]any) string {
	const most, longest = 12, 40
	keys := slices.Sorted(maps.Keys(object))
	var quoted []string
	for _, k := range keys[:min(len(keys), most)] {
		quoted = append(quoted, Clip(strconv.Quote(Clip(k, longest)), 2*longest))
	}
	if len(keys) > most {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

// Clip shortens s to n characters and puts it on one line, for a message.
func Clip(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// whole reads a count that may be a number or a text; -1 when it is neither.
func whole(raw any) int {
	var text string
	switch x := raw.(type) {
	case json.Number:
		text = x.String()
	case string:
		text = strings.TrimSpace(x)
	default:
		return -1
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return -1
	}
	return int(n)
}

// text reads a text; "" for anything else.
func text(raw any) string {
	s, _ := raw.(string)
	return s
}

// first returns the value of the first of keys that object has and that is not null.
func first(object map[string]any, keys ...string) any {
	for _, k := range keys {
		if v, ok := object[k]; ok && v != nil {
			return v
		}
	}
	return nil
}
