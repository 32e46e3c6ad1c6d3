package exact

import (
	"errors"
	"math"
	"math/big"

	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
)

const (
	// bits is the precision of cty's numbers: some 154 decimal digits.
	bits = 512
	// digits of a 512-bit number are taken as meant; what follows is the dust of binary arithmetic.
	digits = 100
	// A result with more digits than endless does not end (16.658333…). It is cut to at least
	// significant digits, and never to fewer than places decimals.
	endless     = 50
	significant = 34
	places      = 16
	// maxExponent is what a pipeline.Value can be read back with.
	maxExponent = 400

	log10of2 = 0.30102999566398120
)

// The errors of Decimal.
var (
	ErrInfinite = errors.New("the result is infinite, as after a division by zero")
	ErrTooLarge = errors.New("the result is too large or too small to be kept")
)

// Number returns d as a number of expressions. It goes by the text, so that no digit of d is lost.
func Number(d decimal.Decimal) cty.Value {
	f, _, err := big.ParseFloat(d.String(), 10, bits, big.ToNearestEven)
	if err != nil { // cannot happen: a decimal's text is a number
		return cty.Zero
	}
	return cty.NumberVal(f)
}

// Decimal returns f as the decimal that was meant: exactly where its digits end, else cut far behind the
// digits that any field keeps.
func Decimal(f *big.Float) (decimal.Decimal, error) {
	if f.IsInf() {
		return decimal.Decimal{}, ErrInfinite
	}
	if e := f.MantExp(nil); e > 4*maxExponent || e < -4*maxExponent {
		return decimal.Decimal{}, ErrTooLarge
	}
	if f.IsInt() {
		return bounded(decimal.NewFromString(f.Text('f', 0)))
	}
	d := meant(f)
	if d.NumDigits() > endless {
		before := d.NumDigits() + int(d.Exponent()) // digits before the point; negative for 0.00…
		d = trim(d.Round(int32(max(places, significant-before))))
	}
	return bounded(d, nil)
}

// Settled returns the number that the result of a calculation was meant to be: 23.988 and a trifle
// becomes 23.988. One whose digits do not end stays as it is, so that 10 / 3 * 3 is 10.
func Settled(v cty.Value) (cty.Value, error) {
	f := v.AsBigFloat()
	if f.IsInf() {
		return cty.NilVal, ErrInfinite
	}
	if e := f.MantExp(nil); f.IsInt() && f.Prec() >= bits && e < 200 || e > 4*maxExponent || e < -4*maxExponent {
		return v, nil
	}
	d := meant(f)
	if d.NumDigits() > endless {
		return v, nil
	}
	return Number(d), nil
}

// meant returns the digits of f without dust: f scaled to a whole number of that many digits.
func meant(f *big.Float) decimal.Decimal {
	power := int(math.Floor(float64(f.MantExp(nil)) * log10of2)) // f is below ten to that power and one
	scale := trusted(f) - 1 - power
	scaled := new(big.Float).SetPrec(2 * bits)
	if scale >= 0 {
		scaled.Mul(f, tenTo(scale))
	} else {
		scaled.Quo(f, tenTo(-scale))
	}
	scaled.Add(scaled, big.NewFloat(math.Copysign(0.5, float64(f.Sign()))))
	coefficient, _ := scaled.Int(nil)
	return trim(decimal.NewFromBigInt(coefficient, int32(-scale)))
}

func tenTo(n int) *big.Float {
	i := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	return new(big.Float).SetPrec(2 * bits).SetInt(i)
}

// trusted returns how many decimal digits of f are meant. Some functions of cty answer with less than
// 512 bits.
func trusted(f *big.Float) int {
	if f.Prec() >= bits {
		return digits
	}
	return max(1, int(float64(f.Prec()-1)*log10of2))
}

// trim takes the zeros off the end, which count as digits otherwise: 64 of them, then 32, and so on, so
// that it takes few divisions.
func trim(d decimal.Decimal) decimal.Decimal {
	coefficient, exponent := d.Coefficient(), d.Exponent()
	if coefficient.Sign() == 0 {
		return decimal.Zero
	}
	quotient, rest := new(big.Int), new(big.Int)
	for zeros := int64(64); zeros > 0; zeros /= 2 {
		power := new(big.Int).Exp(big.NewInt(10), big.NewInt(zeros), nil)
		for exponent < 0 {
			quotient.QuoRem(coefficient, power, rest)
			if rest.Sign() != 0 {
				break
			}
			coefficient.Set(quotient)
			exponent += int32(zeros)
		}
	}
	return decimal.NewFromBigInt(coefficient, exponent)
}

func bounded(d decimal.Decimal, err error) (decimal.Decimal, error) {
	if err == nil && (d.NumDigits()+int(d.Exponent()) > maxExponent || d.Exponent() < -maxExponent) {
		return decimal.Decimal{}, ErrTooLarge
	}
	return d, err
}
