package exact

import (
	"errors"
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
	d, err := decimal.NewFromString(f.Text('g', trusted(f)))
	if err != nil {
		return decimal.Decimal{}, err
	}
	d = trim(d)
	if d.NumDigits() > endless {
		before := d.NumDigits() + int(d.Exponent()) // digits before the point; negative for 0.00…
		d = trim(d.Round(int32(max(places, significant-before))))
	}
	return bounded(d, nil)
}

// trusted returns how many decimal digits of f are meant. Some functions of cty answer with less than
// 512 bits.
func trusted(f *big.Float) int {
	if f.Prec() >= bits {
		return digits
	}
	return max(1, int(float64(f.Prec()-1)*0.30103))
}

// trim takes the zeros off the end, which count as digits otherwise.
func trim(d decimal.Decimal) decimal.Decimal {
	coefficient, exponent := d.Coefficient(), d.Exponent()
	ten, rest := big.NewInt(10), new(big.Int)
	for exponent < 0 && coefficient.Sign() != 0 {
		next, _ := new(big.Int).QuoRem(coefficient, ten, rest)
		if rest.Sign() != 0 {
			break
		}
		coefficient, exponent = next, exponent+1
	}
	return decimal.NewFromBigInt(coefficient, exponent)
}

func bounded(d decimal.Decimal, err error) (decimal.Decimal, error) {
	if err == nil && (d.NumDigits()+int(d.Exponent()) > maxExponent || d.Exponent() < -maxExponent) {
		return decimal.Decimal{}, ErrTooLarge
	}
	return d, err
}
