package json2

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

func TestArguments(t *testing.T) {
	context := map[string]any{"lang": "fr_FR"}
	list := func(v ...any) []any { return v }
	for name, tt := range map[string]struct {
		method  string
		args    []any
		options map[string]any
		writes  bool
		want    map[string]any
		wrong   string
	}{
		"a domain and options": {"search", list(list()), map[string]any{"limit": 5, "context": context}, false, map[string]any{"domain": list(), "limit": 5, "context": context}, ""},
		"records":              {"write", list(list(int64(7)), map[string]any{"name": "x"}), nil, true, map[string]any{"ids": list(int64(7)), "vals": map[string]any{"name": "x"}, "context": map[string]any{}}, ""},
		"a right of no record": {"has_access", list(list(), "create"), nil, false, map[string]any{"operation": "create", "context": map[string]any{}}, ""},
		"no argument":          {"context_get", nil, nil, false, map[string]any{"context": map[string]any{}}, ""},
		"a method of a module": {"x_do", nil, map[string]any{"n": 1}, true, map[string]any{"n": 1, "context": map[string]any{}}, ""},
		"a write of nothing":   {"write", list(list(), map[string]any{}), nil, true, nil, "write of no records"},
		"a deletion without":   {"unlink", nil, nil, true, nil, "unlink of no records"},
		"too many":             {"load", list(1, 2, 3), nil, true, nil, "load takes 2 arguments, not 3"},
		"twice":                {"search", list(list()), map[string]any{"domain": list()}, false, nil, `"domain" twice`},
		"of an unknown method": {"x_do", list(1), nil, true, nil, "arguments of x_do"},
	} {
		got, err := Arguments(tt.method, tt.args, tt.options, tt.writes)
		if tt.wrong != "" {
			if !errors.Is(err, xmlrpc.ErrUnencodable) || !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestEncodeRefusesWhatOdooSpoils(t *testing.T) {
	for name, v := range map[string]any{
		"NaN": math.NaN(), "infinity": math.Inf(-1), "a control character": "a\x01b", "NUL": "\x00", "bad UTF-8": "\xff", "a channel": make(chan int),
	} {
		if _, err := Encode(map[string]any{"vals": []any{map[string]any{"x": v}}}); !errors.Is(err, xmlrpc.ErrUnencodable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := Encode(map[string]any{"vals": map[string]any{"a": "<é & \u2028>", "b": 0.1, "c": nil, "d": []byte("hi")}})
	if want := `{"vals":{"a":"<é & \u2028>","b":0.1,"c":null,"d":"aGk="}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestDecode(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for name, tt := range map[string]struct {
		body string
		want any
		kind error
	}{
		"ids":               {"[1, 2]", []any{int64(1), int64(2)}, nil},
		"a record":          {`[{"id": 5, "categ_id": [5, "A / B"], "list_price": 70.0, "barcode": false}]`, []any{map[string]any{"id": int64(5), "categ_id": []any{int64(5), "A / B"}, "list_price": 70.0, "barcode": false}}, nil},
		"nothing":           {"null", nil, nil},
		"true":              {"true", true, nil},
		"NaN beside a text": {`[NaN, "NaN \" NaN", -Infinity, -1]`, []any{nil, `NaN " NaN`, nil, int64(-1)}, nil},
		"no bytes":          {" ", nil, xmlrpc.ErrEmpty},
		"half":              {`[{"id": 5, "na`, nil, xmlrpc.ErrTruncated},
		"two values":        {"[] []", nil, xmlrpc.ErrMalformed},
		"a page":            {"<html><title>Log in</title>", nil, xmlrpc.ErrMalformed},
		"nested":            {deep, nil, xmlrpc.ErrTooDeep},
		"a huge number":     {"1e999", nil, xmlrpc.ErrMalformed},
	} {
		got, err := Decode([]byte(tt.body))
		if tt.kind != nil {
			if !errors.Is(err, tt.kind) {
				t.Errorf("%s: %v, %v", name, got, err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	if _, err := DecodeAnswer(strings.NewReader("[1,2,3]"), 5); !errors.Is(err, xmlrpc.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func TestClassIsTheLastPartOfTheName(t *testing.T) {
	for _, name := range []string{"odoo.exceptions.MissingError", "fork.exceptions.MissingError", "MissingError"} {
		f, ok := FaultOf(404, map[string]any{"name": name, "message": "gone", "debug": "Traceback"})
		if !ok || f.Class() != "MissingError" || strings.Contains(f.Error(), "Traceback") {
			t.Errorf("%s: %v", name, f)
		}
	}
	if _, ok := FaultOf(404, []any{}); ok {
		t.Error("a list names an exception")
	}
}

// What a server writes is what a client reads, and a client's own bytes are read back too.
func TestRoundTrip(t *testing.T) {
	value := rapid.Deferred(func() *rapid.Generator[any] { return values(3) })
	rapid.Check(t, func(t *rapid.T) {
		want := value.Draw(t, "value")
		body, err := EncodeAnswer(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(body)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%s: %v %s", body, err, diff)
		}
		sent, err := Encode(map[string]any{"v": want})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(sent); err != nil {
			t.Fatalf("%s: %v", sent, err)
		}
	})
}

func values(depth int) *rapid.Generator[any] {
	text := rapid.StringOf(rapid.RuneFrom([]rune("aé\"\\\n <&/𝄞")))
	plain := []*rapid.Generator[any]{
		rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Float64Range(-1e12, 1e12).AsAny(), text.AsAny(), rapid.Just[any](nil),
	}
	if depth == 0 {
		return rapid.OneOf(plain...)
	}
	inner := values(depth - 1)
	return rapid.OneOf(append(plain, rapid.SliceOfN(inner, 0, 3).AsAny(), rapid.MapOfN(text, inner, 0, 3).AsAny())...)
}
