package functions

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tandem-sync/tandem/config/internal/exact"
)

// maxDigits bounds what round and its like can be asked for.
const maxDigits = 60

func number(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.Number}
}

func round() function.Function {
	return function.New(&function.Spec{
		Description:  "Rounds half away from zero.",
		Params:       []function.Parameter{number("number")},
		VarParam:     &function.Parameter{Name: "digits", Type: cty.Number},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			d, err := exact.Decimal(args[0].AsBigFloat())
			if err != nil {
				return cty.NilVal, err
			}
			return rounded(d, args[1:], 0)
		},
	})
}

func taxIncluded() function.Function {
	return tax("net", func(net, factor decimal.Decimal, digits int32) (decimal.Decimal, error) {
		return net.Mul(factor).Round(digits), nil
	})
}

func taxExcluded() function.Function {
	return tax("gross", func(gross, factor decimal.Decimal, digits int32) (decimal.Decimal, error) {
		if factor.IsZero() {
			return decimal.Decimal{}, errors.New("a tax of -100 % leaves nothing to take it from")
		}
		return gross.DivRound(factor, digits), nil
	})
}

// tax makes a function of a price and a percentage.
func tax(price string, of func(price, factor decimal.Decimal, digits int32) (decimal.Decimal, error)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{number(price), number("percent")},
		VarParam:     &function.Parameter{Name: "digits", Type: cty.Number},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			price, err := exact.Decimal(args[0].AsBigFloat())
			if err != nil {
				return cty.NilVal, err
			}
			percent, err := exact.Decimal(args[1].AsBigFloat())
			if err != nil {
				return cty.NilVal, err
			}
			digits, err := digitsOf(args[2:], 2)
			if err != nil {
				return cty.NilVal, err
			}
			d, err := of(price, percent.Shift(-2).Add(decimal.NewFromInt(1)), digits)
			if err != nil {
				return cty.NilVal, err
			}
			return exact.Number(d), nil
		},
	})
}

func rounded(d decimal.Decimal, given []cty.Value, otherwise int32) (cty.Value, error) {
	digits, err := digitsOf(given, otherwise)
	if err != nil {
		return cty.NilVal, err
	}
	return exact.Number(d.Round(digits)), nil
}

// digitsOf reads the optional last argument.
func digitsOf(given []cty.Value, otherwise int32) (int32, error) {
	switch len(given) {
	case 0:
		return otherwise, nil
	case 1:
		f := given[0].AsBigFloat()
		n, _ := f.Int64()
		if !f.IsInt() || n > maxDigits || n < -maxDigits {
			return 0, fmt.Errorf("digits must be a whole number from %d to %d", -maxDigits, maxDigits)
		}
		return int32(n), nil
	}
	return 0, errors.New("there are too many arguments: digits is the last")
}

func notNull(b *cty.RefinementBuilder) *cty.RefinementBuilder { return b.NotNull() }
