package functions

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
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
		Params:       []function.Parameter{number("number")},
		VarParam:     optional("digits"),
		Type:         typed(cty.Number, 3, "mode", checkDigits(1), checkMode),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			d, err := exact.Decimal(args[0].AsBigFloat())
			if err != nil {
				return cty.NilVal, err
			}
			digits, err := digitsOf(args, 1, 0)
			if err != nil {
				return cty.NilVal, err
			}
			mode, err := roundingMode(args)
			if err != nil {
				return cty.NilVal, err
			}
			switch mode {
			case "half_even":
				d = d.RoundBank(digits)
			case "up":
				d = d.RoundUp(digits)
			case "down":
				d = d.RoundDown(digits)
			default:
				d = d.Round(digits)
			}
			return exact.Number(d), nil
		},
	})
}

func roundingMode(args []cty.Value) (string, error) {
	return choice(args, 2, "mode", "half_up", "half_even", "up", "down")
}

func checkMode(args []cty.Value) error {
	_, err := roundingMode(args)
	return err
}

func checkDigits(i int) func([]cty.Value) error {
	return func(args []cty.Value) error {
		_, err := digitsOf(args, i, 0)
		return err
	}
}

func sum() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.Number)}},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			total := decimal.Zero
			for i, v := range args[0].AsValueSlice() {
				if v.IsNull() {
					return cty.NilVal, fmt.Errorf("element %d is null; leave those out, as in sum([for n in LIST : n if n != null])", i)
				}
				d, err := exact.Decimal(v.AsBigFloat())
				if err != nil {
					return cty.NilVal, err
				}
				total = total.Add(d)
			}
			return exact.Number(total), nil
		},
	})
}

func priceEnding() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{number("price"), number("ending")},
		VarParam: optional("mode"),
		Type: typed(cty.Number, 3, "mode", func(args []cty.Value) error {
			_, _, err := endingOf(args)
			return err
		}),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			price, err := exact.Decimal(args[0].AsBigFloat())
			if err != nil {
				return cty.NilVal, err
			}
			if price.IsNegative() {
				return cty.NilVal, function.NewArgErrorf(0, "a price below 0 has no ending")
			}
			ending, mode, err := endingOf(args)
			return exact.Number(withEnding(price, ending, mode)), err
		},
	})
}

func endingOf(args []cty.Value) (ending decimal.Decimal, mode string, err error) {
	if given(args, 1) {
		if ending, err = exact.Decimal(args[1].AsBigFloat()); err != nil {
			return ending, "", function.NewArgError(1, err)
		}
	}
	if ending.IsNegative() {
		return ending, "", function.NewArgErrorf(1, "the ending must not be below 0; write 0.99 for prices as 18.99, 9.99 for prices as 129.99")
	}
	mode, err = choice(args, 2, "mode", "up", "down", "nearest")
	return ending, mode, err
}

// withEnding returns a price whose last digits are those of ending: of 9.99, say, the last three.
func withEnding(price, ending decimal.Decimal, mode string) decimal.Decimal {
	if price.IsZero() {
		return price // no price, or a gift
	}
	period := decimal.NewFromInt(1)
	for period.LessThanOrEqual(ending) {
		period = period.Shift(1)
	}
	// Whole periods below the price, and what is left: no division, so that nothing is cut off.
	over := price.Sub(ending)
	rest := over.Mod(period)
	if rest.IsNegative() {
		rest = rest.Add(period)
	}
	below := price.Sub(rest)
	up := mode == "up" && !rest.IsZero() || mode == "nearest" && rest.Add(rest).GreaterThanOrEqual(period)
	if up || below.IsNegative() {
		return below.Add(period)
	}
	return below
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
		VarParam:     optional("digits"),
		Type:         typed(cty.Number, 3, "digits", checkDigits(2)),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			price, err := exact.Decimal(args[0].AsBigFloat())
			if err != nil {
				return cty.NilVal, err
			}
			percent, err := exact.Decimal(args[1].AsBigFloat())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			digits, err := digitsOf(args, 2, 2)
			if err != nil {
				return cty.NilVal, err
			}
			d, err := of(price, percent.Shift(-2).Add(decimal.NewFromInt(1)), digits)
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			return exact.Number(d), nil
		},
	})
}

// digitsOf reads the optional argument i, a number of digits.
func digitsOf(args []cty.Value, i int, otherwise int32) (int32, error) {
	if !given(args, i) {
		return otherwise, nil
	}
	if v, err := convert.Convert(args[i], cty.Number); err == nil {
		f := v.AsBigFloat()
		n, _ := f.Int64()
		if f.IsInt() && n <= maxDigits && n >= -maxDigits {
			return int32(n), nil
		}
	}
	return 0, function.NewArgErrorf(i, "digits must be a whole number from %d to %d", -maxDigits, maxDigits)
}

func notNull(b *cty.RefinementBuilder) *cty.RefinementBuilder { return b.NotNull() }
