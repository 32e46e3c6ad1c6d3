package pipeline_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

// anyValue draws values of every kind, nested.
func anyValue(depth int) *rapid.Generator[pipeline.Value] {
	return rapid.Custom(func(t *rapid.T) pipeline.Value {
		most := 5
		if depth == 0 {
			most = 3
		}
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return pipeline.Value{}
		case 1:
			return pipeline.Bool(rapid.Bool().Draw(t, "bool"))
		case 2:
			return pipeline.Number(decimal.New(rapid.Int64().Draw(t, "digits"), rapid.Int32Range(-30, 30).Draw(t, "exponent")))
		case 3:
			return pipeline.Text(rapid.String().Draw(t, "text"))
		case 4:
			return pipeline.List(rapid.SliceOfN(anyValue(depth-1), 0, 4).Draw(t, "list")...)
		}
		return pipeline.Object(rapid.MapOfN(rapid.String(), anyValue(depth-1), 0, 4).Draw(t, "object"))
	})
}

// TestValueJSON: what is written is read back equal, and equal values give equal bytes.
func TestValueJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(2).Draw(t, "value")
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back pipeline.Value
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s cannot be read back: %v", b, err)
		}
		if !back.Equal(v) {
			t.Fatalf("%s came back as %s", b, back)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(b) {
			t.Fatalf("%s became %s, %v", b, again, err)
		}
	})
}

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]string{
		"19.99": "19.99", " 1.50 ": "1.5", "-0.10": "-0.1", "1e3": "1000", "0.30000000000000004": "0.30000000000000004",
		"": "error", "abc": "error", "1e400": "error", "1e-400": "error", "0x10": "error", "NaN": "error", "1,5": "error",
	} {
		v, err := pipeline.ParseNumber(in)
		got := v.String()
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("ParseNumber(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	price := pipeline.Field{Type: pipeline.TypeNumber, Digits: 2, NotNull: true}
	category := pipeline.Field{Type: pipeline.TypePath, Separator: " / ", Root: "All", NotNull: true}
	for name, tc := range map[string]struct {
		field pipeline.Field
		in    pipeline.Value
		want  string
	}{
		"rounds half away from zero": {price, number("1.005"), "1.01"},
		"and below zero":             {price, number("-1.005"), "-1.01"},
		"a text is a number":         {price, pipeline.Text("12.50"), "12.5"},
		"nothing is zero":            {price, pipeline.Value{}, "0"},
		"no number":                  {price, pipeline.Text("abc"), "error"},
		"unlimited digits":           {pipeline.Field{Type: pipeline.TypeNumber, Digits: pipeline.Unlimited}, number("1.23456789"), "1.23456789"},
		"too long":                   {pipeline.Field{Type: pipeline.TypeText, MaxLength: 3}, pipeline.Text("étés"), "error"},
		"just long enough":           {pipeline.Field{Type: pipeline.TypeText, MaxLength: 4}, pipeline.Text("étés"), "étés"},
		"one of the choices":         {pipeline.Field{Type: pipeline.TypeSelection, Options: []string{"a", "b"}}, pipeline.Text("c"), "error"},
		"no category is the root":    {category, pipeline.Value{}, "All"},
		"spaces in a path":           {category, pipeline.Text("All /  Shoes"), "All / Shoes"},
		"yes is true":                {pipeline.Field{Type: pipeline.TypeBool}, pipeline.Text("Yes"), "true"},
		"neither true nor false":     {pipeline.Field{Type: pipeline.TypeBool}, pipeline.Text("maybe"), "error"},
		"line ends":                  {pipeline.Field{Type: pipeline.TypeText}, pipeline.Text("a\r\nb\rc"), "a\nb\nc"},
		"composed letters":           {pipeline.Field{Type: pipeline.TypeText}, pipeline.Text("e\u0301"), "\u00e9"},
	} {
		got, err := tc.field.Canonical(tc.in)
		text := got.String()
		if err != nil {
			text = "error"
		}
		if text != tc.want {
			t.Errorf("%s: %q, want %q (%v)", name, text, tc.want, err)
		}
	}
}

func number(s string) pipeline.Value {
	v, err := pipeline.ParseNumber(s)
	if err != nil {
		panic(err)
	}
	return v
}

func TestLimit(t *testing.T) {
	for _, tc := range []struct {
		limit     pipeline.Limit
		n, linked int
		want      bool
	}{
		{pipeline.Limit{}, 1_000_000, 0, true},
		{pipeline.CountLimit(20), 20, 0, true},
		{pipeline.CountLimit(20), 21, 100, false},
		{pipeline.CountLimit(0), 0, 100, true},
		{pipeline.PercentLimit(50), 19, 19, true}, // percentages count from 20 on
		{pipeline.PercentLimit(50), 10, 20, true},
		{pipeline.PercentLimit(50), 11, 20, false},
		{pipeline.PercentLimit(0), 1, 20, false},
	} {
		if got := tc.limit.Allows(tc.n, tc.linked); got != tc.want {
			t.Errorf("%s allows %d of %d: %v, want %v", tc.limit, tc.n, tc.linked, got, tc.want)
		}
	}
}

// TestSecret: no way of printing shows it.
func TestSecret(t *testing.T) {
	s := pipeline.NewSecret("hunter2")
	b, err := json.Marshal(map[string]any{"key": s})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"key":"***"}`, string(b)); diff != "" {
		t.Error(diff)
	}
	if s.String() != "***" || s.GoString() != "***" || s.LogValue().String() != "***" || s.Reveal() != "hunter2" {
		t.Errorf("%v %#v %v", s, s, s.LogValue())
	}
}
