package functions

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func conversions() []Entry {
	return []Entry{
		{
			Name: "tonumber", Usage: "tonumber(value)", Group: Conversions, Func: toNumber(),
			Does:     "The number that a text holds, with a point before its decimals; `null` for `null`.",
			Errors:   "The text must be a number: take units, spaces and commas out before.",
			Examples: []Example{{`tonumber("19.990")`, `19.99`}, {`tonumber(replace("19,99", ",", "."))`, `19.99`}},
		},
		{
			Name: "tostring", Usage: "tostring(value)", Group: Conversions, Func: toText(),
			Does:     "The text of a number or of true or false; `null` for `null`.",
			Errors:   "A list or map has no text: `join` and `jsonencode` make one.",
			Examples: []Example{{`tostring(19.90)`, `"19.9"`}, {`tostring(true)`, `"true"`}},
		},
		{
			Name: "tobool", Usage: "tobool(value)", Group: Conversions, Func: toBool(),
			Does:     "The truth of the texts `\"true\"` and `\"false\"`; `null` for `null`.",
			Errors:   "Other texts must be compared, as in `value == \"yes\"`.",
			Examples: []Example{{`tobool("true")`, `true`}},
		},
		{
			Name: "parseint", Usage: "parseint(text, base)", Group: Conversions, Func: stdlib.ParseIntFunc,
			Does:     "The whole number that a text holds in that base, 2 to 62.",
			Errors:   "The text must hold digits of that base only.",
			Examples: []Example{{`parseint("ff", 16)`, `255`}, {`parseint("0042", 10)`, `42`}},
		},
		{
			Name: "jsondecode", Usage: "jsondecode(text)", Group: Conversions, Func: stdlib.JSONDecodeFunc,
			Does:     "The value that the JSON holds.",
			Errors:   "The text must be JSON.",
			Examples: []Example{{`jsondecode("{\"price\": 1.10}").price`, `1.1`}},
		},
		{
			Name: "jsonencode", Usage: "jsonencode(value)", Group: Conversions, Func: stdlib.JSONEncodeFunc,
			Does:     "The value as JSON.",
			Examples: []Example{{`jsonencode({ sizes = [40, 41.5] })`, `"{\"sizes\":[40,41.5]}"`}},
		},
		{
			Name: "csvdecode", Usage: "csvdecode(text)", Group: Conversions, Func: stdlib.CSVDecodeFunc,
			Does:     "A list with a map for each row of the CSV, whose first row has the names. Cells are texts, and commas stand between them.",
			Errors:   "All rows must be of one length.",
			Examples: []Example{{`csvdecode("code,name\nR,red\n")[0].name`, `"red"`}},
		},
	}
}

func toBool() function.Function   { return conversion(cty.Bool) }
func toNumber() function.Function { return conversion(cty.Number) }
func toText() function.Function   { return conversion(cty.String) }

// conversion makes a function that converts simple values; null stays null.
func conversion(to cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			if t != cty.DynamicPseudoType && !t.IsPrimitiveType() {
				return to, function.NewArgErrorf(0, "a %s cannot become a %s", t.FriendlyName(), to.FriendlyName())
			}
			return to, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := convert.Convert(args[0], to)
			if err == nil || args[0].Type() != cty.String || args[0].IsNull() {
				return v, err
			}
			return cty.NilVal, misread(args[0].AsString(), to)
		},
	})
}

// misread says what to write for a text that is no number, or neither true nor false.
func misread(s string, to cty.Type) error {
	if to == cty.Bool {
		return fmt.Errorf("%q is neither \"true\" nor \"false\"; compare it instead, as in lower(TEXT) == \"yes\"", s)
	}
	if strings.Contains(s, ",") {
		return fmt.Errorf("%q is not a number; write tonumber(replace(TEXT, \",\", \".\")) where a comma stands before the decimals", s)
	}
	return fmt.Errorf("%q is not a number; take the other characters out, as in tonumber(regex(\"[0-9.]+\", TEXT)), or write try(tonumber(TEXT), null)", s)
}
