package exact_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/config/internal/exact"
)

func number(s string) cty.Value { return exact.Number(decimal.RequireFromString(s)) }

func TestDecimal(t *testing.T) {
	tests := map[string]struct {
		give cty.Value
		want string
	}{
		"product":          {number("19.99").Multiply(number("1.2")), "23.988"},
		"sum":              {number("0.1").Add(number("0.2")), "0.3"},
		"quotient":         {number("1.206").Divide(number("1.2")), "1.005"},
		"endless":          {number("19.99").Divide(number("1.2")), "16.65833333333333333333333333333333"},
		"endless, tiny":    {number("1").Divide(number("3e20")), "0.000000000000000000003333333333333333333333333333333333"},
		"endless, large":   {number("1e30").Divide(number("3")), "333333333333333333333333333333.3333333333333333"},
		"whole":            {number("123456789012345678901234567890"), "123456789012345678901234567890"},
		"64 bits":          {cty.NumberIntVal(1).Divide(cty.NumberIntVal(10)), "0.1"},
		"float64":          {cty.NumberFloatVal(0.1), "0.1"},
		"zero":             {cty.Zero, "0"},
		"negative":         {number("-2.50"), "-2.5"},
		"many small steps": {steps("0.01", 1000), "10"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := exact.Decimal(tt.give.AsBigFloat())
			if err != nil || got.String() != tt.want {
				t.Errorf("got %v, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func steps(s string, n int) cty.Value {
	sum := cty.Zero
	for range n {
		sum = sum.Add(number(s))
	}
	return sum
}

func TestDecimalRefuses(t *testing.T) {
	huge := new(big.Float).SetMantExp(big.NewFloat(1), 1<<30)
	for want, f := range map[error]*big.Float{
		exact.ErrInfinite: number("1").Divide(cty.Zero).AsBigFloat(),
		exact.ErrTooLarge: huge,
	} {
		if _, err := exact.Decimal(f); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestThereAndBackIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-30, 30).Draw(t, "exponent"))
		got, err := exact.Decimal(exact.Number(d).AsBigFloat())
		if err != nil || !got.Equal(d) {
			t.Fatalf("%s came back as %s, %v", d, got, err)
		}
	})
}
