package functions_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/config/functions"
)

// TestFailuresPointAtTheArgument: a message is about the argument that is wrong, below which its caret is.
func TestFailuresPointAtTheArgument(t *testing.T) {
	for _, text := range []string{
		`gtin(«"4006381333932"»)`, `gtin("4006381333931", «10»)`, `round(1, «0.5»)`, `round(1, 2, «"upp"»)`, `round(1, 2, "up", «3»)`,
		`tax_excluded(1, «-100»)`, `tax_included(1, 20, «"x"»)`, `price_ending(«-1», 0.99)`, `price_ending(1, «-1»)`, `sum(«[1, null]»)`,
		`convert_unit(1, «"kgs"», "g")`, `convert_unit(1, "g", «"cm"»)`, `truncate("abc", «0»)`, `lookup({ a = 1 }, «"b"»)`, `lookup(«"a"», "b")`,
		`contains(«"abc"», "b")`, `regex("x", «"abc"»)`, `regex(«"("», "abc")`, `regexreplace("a", «"("», "b")`, `tonumber(«"19,99"»)`,
		`formatdate("YYYY", «"today"»)`, `timeadd("2026-11-24", «"1d"»)`, `jsondecode(«"{"»)`, `csvdecode(«"a,b\n1"»)`, `element(«[]», 0)`,
		`zipmap(["a"], «[]»)`, `replace("a", «null», "b")`, `parseint(«"zz"», 10)`, `max(1, «"x"»)`, `anytrue(«[null]»)`,
	} {
		_, rest, _ := strings.Cut(text, "«")
		argument, _, _ := strings.Cut(rest, "»")
		plain := strings.NewReplacer("«", "", "»", "").Replace(text)
		expr, problems := hclsyntax.ParseExpression([]byte(plain), "test.hcl", hcl.InitialPos)
		if problems.HasErrors() {
			t.Fatal(plain, problems)
		}
		_, problems = expr.Value(&hcl.EvalContext{Functions: functions.Map(functions.PerRecord())})
		if len(problems) != 1 || problems[0].Expression == nil || string(problems[0].Expression.Range().SliceBytes([]byte(plain))) != argument {
			t.Errorf("%s: %v", text, problems)
		}
	}
}

// TestUnknownValues: the type of a result is known before its arguments are, so that a configuration is checked without a record.
func TestUnknownValues(t *testing.T) {
	text, number := cty.UnknownVal(cty.String), cty.UnknownVal(cty.Number)
	all := functions.Map(functions.PerRecord())
	for name, tt := range map[string]struct {
		args []cty.Value
		want cty.Type
	}{
		"round":        {[]cty.Value{number, cty.NumberIntVal(2), text}, cty.Number},
		"price_ending": {[]cty.Value{number, number}, cty.Number},
		"convert_unit": {[]cty.Value{number, text, cty.StringVal("kg")}, cty.Number},
		"gtin":         {[]cty.Value{text, cty.DynamicVal}, cty.String},
		"truncate":     {[]cty.Value{text, number, text}, cty.String},
		"format":       {[]cty.Value{cty.StringVal("%.2f"), number}, cty.String},
		"formatdate":   {[]cty.Value{cty.StringVal("YYYY"), text}, cty.String},
		"upper":        {[]cty.Value{text}, cty.String},
	} {
		v, err := all[name].Call(tt.args)
		if err != nil || v.IsKnown() || v.Type() != tt.want {
			t.Errorf("%s gave %#v, %v", name, v, err)
		}
	}
	for name, args := range map[string][]cty.Value{
		"convert_unit": {number, text, cty.StringVal("kgs")},
		"round":        {number, cty.NumberIntVal(2), cty.StringVal("upp")},
		"tax_included": {number, number, cty.NumberFloatVal(0.5)},
		"price_ending": {number, number, cty.StringVal("upp")},
		"gtin":         {text, cty.NumberIntVal(10)},
		"truncate":     {text, cty.Zero},
	} {
		if _, err := all[name].Call(args); err == nil {
			t.Errorf("%s: a wrong argument is not noticed before the others are known", name)
		}
	}
}

func decimals(t *rapid.T, label string) decimal.Decimal {
	return decimal.New(rapid.Int64Range(0, 10_000_000).Draw(t, label), rapid.Int32Range(-4, 0).Draw(t, label+" exponent"))
}

// TestPriceEnding: the price is the next one up, or down, with that ending.
func TestPriceEnding(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		price, ending := decimals(rt, "price"), decimals(rt, "ending").Mod(decimal.NewFromInt(1000))
		period := decimal.NewFromInt(1)
		for !ending.LessThan(period) {
			period = period.Mul(decimal.NewFromInt(10))
		}
		for _, mode := range []string{"up", "down", "nearest"} {
			v, err := call(t, functions.Place{}, fmt.Sprintf(`tostring(price_ending(%s, %s, "%s"))`, price, ending, mode))
			if err != nil {
				rt.Fatal(err)
			}
			got := decimal.RequireFromString(v.AsString())
			if price.IsZero() {
				if !got.IsZero() {
					rt.Fatalf("0 became %s", got)
				}
				continue
			}
			off := got.Sub(price)
			if !got.Mod(period).Equal(ending) || off.Abs().GreaterThanOrEqual(period) && got.GreaterThan(ending) ||
				mode == "up" && off.IsNegative() || mode == "down" && off.IsPositive() && !got.Equal(ending) ||
				mode == "nearest" && off.Abs().Mul(decimal.NewFromInt(2)).GreaterThan(period) && !got.Equal(ending) {
				rt.Fatalf("price_ending(%s, %s, %q) is %s", price, ending, mode, got)
			}
		}
	})
}

// TestFormatRoundsAsRound: %.Nf and round agree for every decimal.
func TestFormatRoundsAsRound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := decimal.New(rapid.Int64().Draw(rt, "coefficient"), rapid.Int32Range(-12, 2).Draw(rt, "exponent"))
		digits := rapid.Int32Range(0, 6).Draw(rt, "digits")
		v, err := call(t, functions.Place{}, fmt.Sprintf(`format("%%.%df", %s)`, digits, d))
		if err != nil {
			rt.Fatal(err)
		}
		if got, want := v.AsString(), d.Round(digits); !decimal.RequireFromString(got).Equal(want) {
			rt.Fatalf("%s with %d digits is %s, and not %s", d, digits, got, want)
		}
	})
}
