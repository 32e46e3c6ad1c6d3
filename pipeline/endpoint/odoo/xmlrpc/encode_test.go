package xmlrpc

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	kolo "github.com/kolo/xmlrpc"
	"pgregory.net/rapid"
)

func TestEncodeCallRefuses(t *testing.T) {
	deep := any("x")
	for range 100 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"nil":               nil,
		"a wide integer":    int64(math.MaxInt32) + 1,
		"NaN":               math.NaN(),
		"infinity":          math.Inf(-1),
		"control character": "a\x01b",
		"bytes as text":     "\xff",
		"markup in a key":   map[string]any{"a<b": 1},
		"an empty key":      map[string]any{"": 1},
		"a nested nil":      []any{map[string]any{"a": nil}},
		"another type":      struct{}{},
		"a typed slice":     []string{"a"},
		"too deep":          deep,
	} {
		if b, err := EncodeCall("x", v); !errors.Is(err, ErrUnencodable) {
			t.Errorf("%s: got %q, %v", name, b, err)
		}
	}
	if _, err := EncodeCall("a&b"); !errors.Is(err, ErrUnencodable) {
		t.Errorf("method name: %v", err)
	}
}

// value generates what a call can carry and a decoder gives back unchanged.
func value() *rapid.Generator[any] {
	text := rapid.StringOf(rapid.RuneFrom([]rune("aé€😀<>&\"'\n\t ]"))).Filter(func(s string) bool { return checkText(s) == nil })
	scalar := rapid.OneOf(
		rapid.Int32().AsAny(), rapid.Bool().AsAny(), text.AsAny(),
		rapid.Float64Range(-1e15, 1e15).AsAny(),
		rapid.SliceOf(rapid.Byte()).AsAny(),
		rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "unix"), 0).UTC()
		}).AsAny(),
	)
	level := scalar
	for range 3 {
		level = rapid.OneOf(scalar,
			rapid.SliceOfN(level, 0, 4).AsAny(),
			rapid.MapOfN(rapid.StringMatching(`[a-z_]{1,8}`), level, 0, 4).AsAny())
	}
	return rapid.Map(level, func(v any) any {
		return normal(v)
	})
}

func normal(v any) any {
	switch x := v.(type) {
	case int32:
		return int64(x)
	case []any:
		for i := range x {
			x[i] = normal(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = normal(x[k])
		}
	}
	return v
}

func TestCallsReadBackAsTheyWereSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := []any{value().Draw(t, "a"), value().Draw(t, "b")}
		b, err := EncodeCall("execute_kw", want...)
		if err != nil {
			t.Fatal(err)
		}
		method, got, err := DecodeCall(b, Limits{})
		if err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		if diff := cmp.Diff(want, got); diff != "" || method != "execute_kw" {
			t.Fatal(method, diff)
		}
	})
}

// lossless leaves out what kolo's decoder gets wrong: empty texts and base64.
func lossless(v any) bool {
	switch x := v.(type) {
	case string:
		return x != ""
	case []byte:
		return false
	case []any:
		for _, e := range x {
			if !lossless(e) {
				return false
			}
		}
	case map[string]any:
		for _, e := range x {
			if !lossless(e) {
				return false
			}
		}
	}
	return true
}

func TestDecoderAgreesWithKolo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := value().Filter(lossless).Draw(t, "value")
		for _, style := range []Style{Style16, Style18} {
			doc, err := EncodeResponse(v, style)
			if err != nil {
				t.Fatal(err)
			}
			var theirs any
			if err := kolo.Response(doc).Unmarshal(&theirs); err != nil {
				t.Fatalf("kolo: %v in %s", err, doc)
			}
			if diff := cmp.Diff(theirs, decoded(t, doc), cmpopts.EquateEmpty()); diff != "" { // kolo has nil for empty
				t.Fatal(diff)
			}
			if diff := cmp.Diff(v, decoded(t, doc)); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
