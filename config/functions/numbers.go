package functions

import "github.com/zclconf/go-cty/cty/function/stdlib"

func numbers() []Entry {
	const digits = "`digits` is a whole number from -60 to 60."
	return []Entry{
		{
			Name: "round", Usage: "round(number, digits = 0, mode = \"half_up\")", Group: Numbers, Func: round(),
			Does: "The number with that many digits after the point; negative `digits` round to tens, hundreds and so on. " +
				"`mode` says where half of a digit goes: `half_up` away from zero, `half_even` to the even digit; `up` and `down` round everything away from zero and towards it.",
			Errors: digits,
			Examples: []Example{
				{`round(1.005, 2)`, `1.01`},
				{`round(-2.5)`, `-3`},
				{`round(1234.5, -2)`, `1200`},
				{`round(0.125, 2, "half_even")`, `0.12`},
				{`round(12.301, 2, "up")`, `12.31`},
				{`round(19.97 / 0.05) * 0.05`, `19.95`},
			},
		},
		{
			Name: "price_ending", Usage: "price_ending(price, ending, mode = \"up\")", Group: Numbers, Func: priceEnding(),
			Does: "The next price up that ends so, or the price itself if it does: `ending` 0.99 is for 18.99, 9.99 for 129.99. " +
				"`mode` `down` and `nearest` look elsewhere too. The price 0 stays 0, and none is below `ending`.",
			Errors: "`price` and `ending` must not be below 0.",
			Examples: []Example{
				{`price_ending(18.3, 0.99)`, `18.99`},
				{`price_ending(123.4, 9.99)`, `129.99`},
				{`price_ending(19.2, 0.9, "nearest")`, `18.9`},
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
			Does:   "The largest of the numbers. `...` behind a list makes arguments of its elements.",
			Errors: "There must be one number at least.", blames: none, hint: "put one beside a list that may be empty, as in max(0, LIST...)",
			Examples: []Example{{`max(0, -3)`, `0`}, {`max([12, 15, 9]...)`, `15`}},
		},
		{
			Name: "min", Usage: "min(numbers...)", Group: Numbers, Func: stdlib.MinFunc,
			Does:   "The smallest of the numbers. `...` behind a list makes arguments of its elements.",
			Errors: "There must be one number at least.", blames: none, hint: "put one beside a list that may be empty, as in min(999, LIST...)",
			Examples: []Example{{`min(19.99, 24.5)`, `19.99`}},
		},
		{
			Name: "sum", Usage: "sum(list)", Group: Numbers, Func: sum(),
			Does:     "The sum of the list's numbers; 0 for an empty list.",
			Errors:   "No element may be `null`.",
			Examples: []Example{{`sum([0.1, 0.2])`, `0.3`}, {`sum([for s in [{ quantity = 3 }, { quantity = 4 }] : s.quantity])`, `7`}},
		},
		{
			Name: "signum", Usage: "signum(number)", Group: Numbers, Func: stdlib.SignumFunc,
			Does:     "-1, 0 or 1: whether the number is negative, zero or positive.",
			Examples: []Example{{`signum(-4)`, `-1`}},
		},
	}
}
