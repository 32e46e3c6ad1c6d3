package functions

import (
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func missing() []Entry {
	return []Entry{
		{
			Name: "coalesce", Usage: "coalesce(values...)", Group: Missing, Func: stdlib.CoalesceFunc,
			Does:   "The first of the values that is not `null`. An empty field is `null`; a text that an expression emptied, as `trimspace(\" \")` does, is not.",
			Errors: "One of them must not be `null`, and all must be of one type.", blames: none, hint: "end with a value of the same type that is never null, as in coalesce(value, 0)",
			Examples: []Example{
				{`coalesce(null, "none")`, `"none"`},
				{`coalesce("red", "none")`, `"red"`},
			},
		},
		{
			Name: "try", Usage: "try(expressions...)", Group: Missing, Func: tryfunc.TryFunc,
			Does:     "The result of the first expression that does not fail.",
			Errors:   "One of them must not fail.",
			Examples: []Example{{`try(tonumber("n/a"), null)`, `null`}, {`try(["a.jpg"][0], null)`, `"a.jpg"`}},
		},
		{
			Name: "can", Usage: "can(expression)", Group: Missing, Func: tryfunc.CanFunc,
			Does:     "Whether the expression can be worked out.",
			Examples: []Example{{`can(tonumber("n/a"))`, `false`}},
		},
	}
}
