package expression_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/functions"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

func known() pipeline.Schema {
	return pipeline.Schema{Open: true, Fields: map[string]pipeline.Field{
		"title":      {Name: "title", Type: pipeline.TypeText},
		"price":      {Name: "price", Type: pipeline.TypeNumber, Digits: 2},
		"is_active":  {Name: "is_active", Type: pipeline.TypeBool},
		"attributes": {Name: "attributes", Type: pipeline.TypeAny},
	}}
}

func parse(t testing.TB, text string) hclsyntax.Expression {
	t.Helper()
	expr, problems := hclsyntax.ParseExpression([]byte(text), "shop.hcl", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatalf("%s: %s", text, problems)
	}
	expression.Prepare(expr)
	return expr
}

func input() expression.Input {
	return expression.Input{
		Name: `to_erp of field "price"`, At: "shop.hcl:35", Source: "pm", Known: known(),
		Mapped: []string{"title", "images[0].url", "attributes.color"},
		Scope: &expression.Scope{
			PerRecord: true, Functions: functions.Map(functions.PerRecord()), Refused: functions.Refused(),
			Locals: map[string]cty.Value{
				"vat":    cty.MustParseNumberVal("1.20"),
				"colors": cty.ObjectVal(map[string]cty.Value{"red": cty.StringVal("R")}),
				"secret": cty.StringVal("hush").Mark(functions.Sensitive),
			},
			Vars: map[string]cty.Value{"shop": cty.StringVal("paris")},
		},
	}
}

func compile(t testing.TB, text string, in expression.Input) (*expression.Expression, hcl.Diagnostics) {
	t.Helper()
	var d diag.List
	e, ok := expression.Compile(parse(t, text), in, &d)
	if ok != (d.Errors() == 0) {
		t.Fatalf("%s: compiled: %t, but %s", text, ok, d.Sorted())
	}
	return e, d.Sorted()
}

func mustCompile(t testing.TB, text string, in expression.Input) *expression.Expression {
	t.Helper()
	e, problems := compile(t, text, in)
	if problems.HasErrors() {
		t.Fatalf("%s: %s", text, problems)
	}
	return e
}

func number(s string) pipeline.Value {
	v, err := pipeline.ParseNumber(s)
	if err != nil {
		panic(err)
	}
	return v
}

func product() *pipeline.Record {
	return &pipeline.Record{Fields: pipeline.Values{
		"title": pipeline.Text("Été"), "price": number("19.99"), "is_active": pipeline.Bool(true), "empty": {},
		"attributes.color": pipeline.Text("red"), "attributes.size-eu": number("42"), "images[0].url": pipeline.Text("https://a/1.jpg"),
		"images": pipeline.List(pipeline.Object(map[string]pipeline.Value{"url": pipeline.Text("https://a/1.jpg")})),
	}}
}

func TestApply(t *testing.T) {
	null := pipeline.Value{}
	cases := []struct {
		expr  string
		value pipeline.Value
		want  pipeline.Value
	}{
		{`value`, number("19.990"), number("19.99")},
		{`value`, pipeline.Text("e\u0301"), pipeline.Text("é")},
		{`value`, pipeline.List(pipeline.Bool(true), null), pipeline.List(pipeline.Bool(true), null)},
		{`value`, pipeline.Object(map[string]pipeline.Value{"a": number("1")}), pipeline.Object(map[string]pipeline.Value{"a": number("1")})},
		{`value * 1.2`, number("19.99"), number("23.988")},
		{`value / local.vat`, number("19.99"), number("16.65833333333333333333333333333333")},
		{`round(value / local.vat, 2)`, number("19.99"), number("16.66")},
		{`round(value / 1.2, 2)`, number("1.206"), number("1.01")},
		{`value * 1.2 == 23.988`, number("19.99"), pipeline.Bool(true)},
		{`"${value * 1.2} EUR"`, number("19.99"), pipeline.Text("23.988 EUR")},
		{`value / 3 * 3`, number("10"), number("10")},
		{`value % 0.1`, number("0.35"), number("0.05")},
		{`value - 0.1 - 0.2`, number("0.3"), number("0")},
		{`value`, number("123456789012345678901234567890.123456789"), number("123456789012345678901234567890.123456789")},
		{`upper(value)`, pipeline.Text("été"), pipeline.Text("ÉTÉ")},
		{`trimspace(value)`, pipeline.Text("  "), null},
		{`value == "" ? null : value`, pipeline.Text("x"), pipeline.Text("x")},
		{`record.title`, null, pipeline.Text("Été")},
		{`record.attributes.color`, null, pipeline.Text("red")},
		{`record.attributes["size-eu"] + 1`, null, number("43")},
		{`record["attributes"]["color"]`, null, pipeline.Text("red")},
		{`record.images[0].url`, null, pipeline.Text("https://a/1.jpg")},
		{`[for i in record.images : i.url]`, null, pipeline.List(pipeline.Text("https://a/1.jpg"))},
		{`join(",", record.images[*].url)`, null, pipeline.Text("https://a/1.jpg")},
		{`record.is_active && record.price > 10`, null, pipeline.Bool(true)},
		{`record.missing == null`, null, pipeline.Bool(true)},
		{`lookup(local.colors, record.attributes.color, "?")`, null, pipeline.Text("R")},
		{`var.shop`, null, pipeline.Text("paris")},
		{`jsonencode(record)`, null, pipeline.Text(`{"attributes":{"color":"red"},"images":[{"url":"https://a/1.jpg"}],"title":"Été"}`)},
		{`record[value]`, pipeline.Text("title"), pipeline.Text("Été")},
		{`{ a = value, b = [1, "x"] }`, number("2"), pipeline.Object(map[string]pipeline.Value{"a": number("2"), "b": pipeline.List(number("1"), pipeline.Text("x"))})},
		// A null value is carried unless the expression can work on it.
		{`value * 1.2`, null, null},
		{`upper(value)`, null, null},
		{`"${value} EUR"`, null, null},
		{`coalesce(value, "none")`, null, pipeline.Text("none")},
		{`value == null ? "none" : upper(value)`, null, pipeline.Text("none")},
		{`value == null ? "none" : upper(value)`, pipeline.Text("a"), pipeline.Text("A")},
		{`record.is_active ? value * 2 : 0`, null, null},
		{`value * record.factor`, null, null},
		{`try(ean13(value), null)`, pipeline.Text("123"), null},
	}
	for _, tt := range cases {
		e := mustCompile(t, tt.expr, input())
		got, err := e.Apply(tt.value, product())
		if err != nil || !got.Equal(tt.want) {
			t.Errorf("%s of %s: got %s (%s), %v; want %s", tt.expr, tt.value, got, got.Kind(), err, tt.want)
		}
	}
}

func TestApplyFails(t *testing.T) {
	cases := []struct {
		expr  string
		value pipeline.Value
		want  string
	}{
		{`value * 2`, pipeline.Text("abc"), `to_erp of field "price" (shop.hcl:35) cannot be worked out: Unsuitable value for left operand: a number is required`},
		{`value * record.factor`, number("2"), `a value that it needs is empty (empty: record.factor)`},
		{`ean13(value)`, pipeline.Text("123"), `ean13: "123" is not a GTIN (EAN or UPC): it has 3 digits`},
		{`value / record.zero`, number("2"), `a division by zero`},
		{`regex("[0-9]+", record.title)`, pipeline.Value{}, `regex: pattern did not match any part of the given string`},
		{`lookup(local.colors, value)`, pipeline.Text("blue"), `lookup: the map has no key "blue"`},
	}
	for _, tt := range cases {
		r := product()
		r.Fields["zero"] = number("0")
		e := mustCompile(t, tt.expr, input())
		_, err := e.Apply(tt.value, r)
		var typed *pipeline.Error
		if !errors.As(err, &typed) || typed.Code != pipeline.CodeMappingFailed || typed.Class != pipeline.Permanent || typed.Remedy == "" {
			t.Errorf("%s: %#v", tt.expr, err)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want %q", tt.expr, err, tt.want)
		}
	}
}

func TestReads(t *testing.T) {
	cases := map[string][]string{
		`value`:                      nil,
		`record.title`:               {"title"},
		`record["odd name"]`:         {"odd name"},
		`record.attributes.color`:    {"attributes.color"},
		`record.attributes["color"]`: {"attributes.color"},
		`record.attributes[value]`:   {"attributes"},
		`record.attributes[value] == record.attributes.color ? 1 : 2`: {"attributes"},
		`record.images[0].url`:                        {"images[0].url"},
		`record.images[*].url`:                        {"images"},
		`record.images[0].url == record.images`:       {"images"},
		`record.a[0] == record.a.b`:                   {"a"},
		`[for k, v in record.attributes : v]`:         {"attributes"},
		`"${record.title}: ${record.price}"`:          {"price", "title"},
		`upper(coalesce(record.brand, record.title))`: {"brand", "title"},
		`record`:        {"attributes.color", "images[0].url", "title"},
		`record[value]`: {"attributes.color", "images[0].url", "title"},
	}
	for text, want := range cases {
		e := mustCompile(t, text, input())
		if diff := cmp.Diff(want, e.Reads()); diff != "" {
			t.Errorf("%s: -want +got\n%s", text, diff)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	cases := map[string]string{
		`valu`:                `Did you mean "value"?`,
		`record.titel`:        `Did you mean "title"?`, // a warning: such systems may have other fields
		`record.title.length`: `The field "title" is a text: there is no "length" in it.`,
		`record[0]`:           `The fields of a record are looked at by name`,
		`local.vta`:           `Did you mean "vat"?`,
		`local["vta"]`:        `Did you mean "vat"?`,
		`var.shopp`:           `Did you mean "shop"?`,
		`local.secret`:        `holds a secret`,
		`keys(local)`:         `holds a secret`,
		`env("HOME")`:         `Results of env are secrets`,
		`file("x")`:           `Call file in a locals block`,
		`rond(value)`:         `Did you mean "round"?`,
		`try(rond(value), 1)`: `Did you mean "round"?`,
		`round()`:             `expects at least 1 argument`,
		`value.x.y`:           `attribute`,
		`source.odoo.erp`:     `There is no "source"`,
	}
	for text, want := range cases {
		in := input()
		in.Value = known().Fields["price"]
		_, problems := compile(t, text, in)
		if !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: got %s, want %q", text, problems, want)
		}
	}
}

func TestResultThatCannotFit(t *testing.T) {
	field := func(kind pipeline.FieldType) pipeline.Field {
		return pipeline.Field{Name: "f", Type: kind, Digits: 2, Options: []string{"a", "b"}}
	}
	cases := []struct {
		expr string
		kind pipeline.FieldType
		want string // "" fits
	}{
		{`"${value}"`, pipeline.TypeNumber, ""},
		{`"-${value}e3"`, pipeline.TypeNumber, ""},
		{`"${value} €"`, pipeline.TypeNumber, "text that is no number"},
		{`("EUR ${value}")`, pipeline.TypeNumber, "text that is no number"},
		{`value > 1 ? "1" : "2"`, pipeline.TypeNumber, ""},
		{`replace(value, ",", ".")`, pipeline.TypeNumber, ""},
		{`value == 1`, pipeline.TypeNumber, "true or false"},
		{`split(",", value)`, pipeline.TypeText, "a list"},
		{`{ a = value }`, pipeline.TypeText, "a map"},
		{`value * 2`, pipeline.TypePath, "a number"},
		{`"All/${value}"`, pipeline.TypePath, ""},
		{`"c"`, pipeline.TypeSelection, `none of the choices a, b`},
		{`"a"`, pipeline.TypeSelection, ""},
		{`"yes"`, pipeline.TypeBool, ""},
		{`"maybe"`, pipeline.TypeBool, "neither true nor false"},
		{`null`, pipeline.TypeNumber, ""},
		{`{ a = value }`, pipeline.TypeAny, ""},
	}
	for _, tt := range cases {
		in := input()
		in.Result = field(tt.kind)
		_, problems := compile(t, tt.expr, in)
		if (tt.want == "") == problems.HasErrors() || !strings.Contains(problems.Error(), tt.want) && tt.want != "" {
			t.Errorf("%s into a %s: got %s, want %q", tt.expr, tt.kind, problems, tt.want)
		}
	}
}

func TestHolds(t *testing.T) {
	in := input()
	in.Condition = true
	scope := *in.Scope
	scope.NoValue = true
	in.Scope = &scope
	for text, want := range map[string]bool{
		`record.title == "Été"`: true, `record.price < 10`: false, `record.missing != "draft"`: true,
		`record.missing != null && record.missing > 3`: false, `contains(["red"], record.attributes.color)`: true,
	} {
		if got, err := mustCompile(t, text, in).Holds(product()); err != nil || got != want {
			t.Errorf("%s: %t, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		`record.missing > 3`:   `a value that it needs is empty (empty: record.missing)`,
		`record.missing`:       `the result is null, neither true nor false (empty: record.missing)`,
		`record.images[0].url`: `the result is text, neither true nor false`,
	} {
		if _, err := mustCompile(t, text, in).Holds(product()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		`value > 3`:    "No value is being carried here",
		`record.title`: "A condition must be true or false, but this gives text",
		`null`:         "but this is null",
	} {
		if _, problems := compile(t, text, in); !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: %s", text, problems)
		}
	}
}

// TestTaxThereAndBack: a price with two decimals comes back as it was, whatever arithmetic carries it.
func TestTaxThereAndBack(t *testing.T) {
	out := mustCompile(t, `round(value / local.vat, 2)`, input())
	back := mustCompile(t, `round(value * local.vat, 2)`, input())
	finer := mustCompile(t, `round(value / local.vat, 4)`, input())
	carry := func(e *expression.Expression, v pipeline.Value) pipeline.Value {
		v, err := e.Apply(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := carry(back, carry(out, number("19.99"))); !got.Equal(number("19.99")) {
		t.Errorf("19.99 came back as %s", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, 100_000_000).Draw(t, "cents")
		price := pipeline.Number(pipeline.Int(cents).AsNumber().Shift(-2))
		net := carry(out, price)
		exact := price.AsNumber().DivRound(number("1.2").AsNumber(), 2)
		if !net.AsNumber().Equal(exact) {
			t.Fatalf("%s without tax is %s, not %s", price, exact, net)
		}
		// Rounding the net price to cents moves the gross price by one cent at most, and to four
		// digits not at all.
		if off := carry(back, net).AsNumber().Sub(price.AsNumber()).Abs(); off.GreaterThan(number("0.01").AsNumber()) {
			t.Fatalf("%s came back %s off", price, off)
		}
		if got := carry(back, carry(finer, price)); !got.Equal(price) {
			t.Fatalf("%s came back as %s by way of four digits", price, got)
		}
	})
}

// TestValuesSurvive: what no expression changes comes out as it went in.
func TestValuesSurvive(t *testing.T) {
	e := mustCompile(t, `value`, input())
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(3).Draw(t, "value")
		got, err := e.Apply(v, nil)
		if err != nil || !got.Equal(v) {
			t.Fatalf("%s became %s, %v", v, got, err)
		}
	})
}

func anyValue(depth int) *rapid.Generator[pipeline.Value] {
	simple := []*rapid.Generator[pipeline.Value]{
		rapid.Just(pipeline.Value{}),
		rapid.Map(rapid.Bool(), pipeline.Bool),
		rapid.Map(rapid.String(), pipeline.Text),
		rapid.Custom(func(t *rapid.T) pipeline.Value {
			d := pipeline.Int(rapid.Int64().Draw(t, "coefficient")).AsNumber().Shift(rapid.Int32Range(-30, 30).Draw(t, "exponent"))
			return pipeline.Number(d)
		}),
	}
	if depth > 0 {
		simple = append(simple,
			rapid.Map(rapid.SliceOfN(anyValue(depth-1), 0, 3), func(l []pipeline.Value) pipeline.Value { return pipeline.List(l...) }),
			rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-z]{1,4}`), anyValue(depth-1), 0, 3), pipeline.Object),
		)
	}
	return rapid.OneOf(simple...)
}

func TestConcurrentUse(t *testing.T) {
	e := mustCompile(t, `"${upper(record.title)} ${round(value * local.vat, 2)} ${lookup(local.colors, record.attributes.color, "?")}"`, input())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				got, err := e.Apply(number("19.99"), product())
				if err != nil || got.AsText() != "ÉTÉ 23.99 R" {
					t.Errorf("%s, %v", got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkApply(b *testing.B) {
	for _, text := range []string{`value`, `record.title`, `upper(trimspace(record.title))`, `round(value / local.vat, 2)`, `record.is_active && value > 0 ? "${record.title}!" : null`} {
		b.Run(text, func(b *testing.B) {
			e, value, record := mustCompile(b, text, input()), number("19.99"), product()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Apply(value, record); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
