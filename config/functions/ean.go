package functions

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func ean13() function.Function {
	return function.New(&function.Spec{
		Description:  "Returns the 13 digits of an EAN.",
		Params:       []function.Parameter{{Name: "text", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := toEAN13(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(s), nil
		},
	})
}

// toEAN13 pads a shorter GTIN with zeros on the left, which leaves its check digit valid.
func toEAN13(s string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	for _, r := range digits {
		if r < '0' || r > '9' {
			return "", fmt.Errorf("%q is not an EAN: it holds %q beside digits", s, r)
		}
	}
	if n := len(digits); n != 8 && n != 12 && n != 13 {
		return "", fmt.Errorf("%q is not an EAN: it has %d digits, not 13 (nor 12 as a UPC-A or 8 as an EAN-8)", s, n)
	}
	padded := strings.Repeat("0", 13-len(digits)) + digits
	if want := checkDigit(padded[:12]); padded[12] != want {
		return "", fmt.Errorf("%q is not a valid EAN: its check digit is %c, and it should be %c", s, padded[12], want)
	}
	return padded, nil
}

// checkDigit returns the thirteenth digit for the first twelve (GS1 General Specifications, 7.9).
func checkDigit(twelve string) byte {
	sum := 0
	for i := range len(twelve) {
		d := int(twelve[i] - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}
