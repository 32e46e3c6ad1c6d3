package functions

import "github.com/zclconf/go-cty/cty/function/stdlib"

func numbers() []Entry {
	const digits = "`digits` is a whole number from -60 to 60."
	return []Entry{
		{
			Name: "round", Usage: "round(number, digits = 0)", Group: Numbers, Func: round(),
			Does:   "The number with that many digits after the point, half away from zero. Negative `digits` round to tens, hundreds and so on.",
			Errors: digits,
			Examples: []Example{
				{`round(1.005, 2)`, `1.01`},
				{`round(-2.5)`, `-3`},
				{`round(1234.5, -2)`, `1200`},
				{`round(19.97 / 0.05) * 0.05`, `19.95`},
			},
		},
		{
			Name: "tax_included", Usage: "tax_included(net, percent, digits = 2)", Group: Numbers, Func: taxIncluded(),
			Does:     "The price with tax; `percent` 20 is 20 %.",
			Errors:   digits,
			Examples: []Example{{`tax_included(16.66, 20)`, `19.99`}, {`tax_included(0.333, 5.5, 4)`, `0.3513`}},
		},
		{
			Name: "tax_excluded", Usage: "tax_excluded(gross, percent, digits = 2)", Group: Numbers, Func: taxExcluded(),
			Does:     "The price without tax; `percent` 20 is 20 %.",
			Errors:   digits + " A tax of -100 % leaves no price.",
			Examples: []Example{{`tax_excluded(19.99, 20)`, `16.66`}, {`tax_excluded(105.5, 5.5)`, `100`}},
		},
		{
			Name: "abs", Usage: "abs(number)", Group: Numbers, Func: stdlib.AbsoluteFunc,
			Does:     "The number without its sign.",
			Examples: []Example{{`abs(-1.5)`, `1.5`}},
		},
		{
			Name: "ceil", Usage: "ceil(number)", Group: Numbers, Func: stdlib.CeilFunc,
			Does:     "The next whole number up, or the number itself if it is whole.",
			Examples: []Example{{`ceil(18.2)`, `19`}},
		},
		{
			Name: "floor", Usage: "floor(number)", Group: Numbers, Func: stdlib.FloorFunc,
			Does:     "The next whole number down, or the number itself if it is whole.",
			Examples: []Example{{`floor(18.8)`, `18`}, {`floor(-0.5)`, `-1`}},
		},
		{
			Name: "max", Usage: "max(numbers...)", Group: Numbers, Func: stdlib.MaxFunc,
			Does:     "The largest of the numbers. `...` behind a list makes arguments of its elements.",
			Errors:   "There must be one number at least.",
			Examples: []Example{{`max(0, -3)`, `0`}, {`max([12, 15, 9]...)`, `15`}},
		},
		{
			Name: "min", Usage: "min(numbers...)", Group: Numbers, Func: stdlib.MinFunc,
			Does:     "The smallest of the numbers. `...` behind a list makes arguments of its elements.",
			Errors:   "There must be one number at least.",
			Examples: []Example{{`min(19.99, 24.5)`, `19.99`}},
		},
		{
			Name: "signum", Usage: "signum(number)", Group: Numbers, Func: stdlib.SignumFunc,
			Does:     "-1, 0 or 1: whether the number is negative, zero or positive.",
			Examples: []Example{{`signum(-4)`, `-1`}},
		},
	}
}
