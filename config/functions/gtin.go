package functions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

func ean13() function.Function {
	return textChecked("text", func(s string) (string, error) { return toGTIN(s, 13) })
}

func gtin() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "text", Type: cty.String}},
		VarParam: optional("length"),
		Type: typed(cty.String, 2, "length", func(args []cty.Value) error {
			_, err := lengthOf(args)
			return err
		}),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			length, err := lengthOf(args)
			if err != nil {
				return cty.NilVal, err
			}
			s, err := toGTIN(args[0].AsString(), length)
			return cty.StringVal(s), err
		},
	})
}

// lengthOf reads the optional length, 0 for none.
func lengthOf(args []cty.Value) (int, error) {
	if !given(args, 1) {
		return 0, nil
	}
	if v, err := convert.Convert(args[1], cty.Number); err == nil {
		n, _ := v.AsBigFloat().Int64()
		if v.AsBigFloat().IsInt() && slices.Contains(lengths(), int(n)) {
			return int(n), nil
		}
	}
	return 0, function.NewArgErrorf(1, "length must be 8, 12, 13 or 14")
}

func checkDigitOf() function.Function {
	return textChecked("digits", func(s string) (string, error) {
		digits, err := digitsIn(s)
		if err != nil {
			return "", err
		}
		if n := len(digits) + 1; !slices.Contains(lengths(), n) {
			return "", fmt.Errorf("%q has %d digits; before the check digit there are 7, 11, 12 or 13", s, len(digits))
		}
		return string(checkDigit(digits)), nil
	})
}

// lengths of a GTIN: EAN-8, UPC-A, EAN-13, and that of a case.
func lengths() []int { return []int{8, 12, 13, 14} }

// toGTIN returns the digits of s, as many as length says or, for 0, as there are. Zeros in front leave the check
// digit valid, and so they may be put there or taken away.
func toGTIN(s string, length int) (string, error) {
	digits, err := digitsIn(s)
	if err != nil {
		return "", err
	}
	n := len(digits)
	if !slices.Contains(lengths(), n) {
		return "", fmt.Errorf("%q is not a GTIN (EAN or UPC): it has %d digits, not 13 (nor 8, 12 or 14).%s", s, n, lostZeros(digits))
	}
	if want := checkDigit(digits[:n-1]); digits[n-1] != want {
		return "", fmt.Errorf("%q is not a valid GTIN: its check digit is %c, and it should be %c", s, digits[n-1], want)
	}
	switch {
	case length == 0:
	case n < length:
		digits = strings.Repeat("0", length-n) + digits
	case strings.Trim(digits[:n-length], "0") != "":
		return "", fmt.Errorf("%q cannot be written with %d digits: the first of its %d are not zero", s, length, n)
	default:
		digits = digits[n-length:]
	}
	return digits, nil
}

// lostZeros tells of a code that spreadsheets made a number of.
func lostZeros(digits string) string {
	for _, n := range lengths() {
		if n == 14 || len(digits) < 6 || len(digits) >= n {
			continue
		}
		if padded := strings.Repeat("0", n-len(digits)) + digits; checkDigit(padded[:n-1]) == padded[n-1] {
			return fmt.Sprintf(" If zeros at its start were lost, as in spreadsheets, write format(\"%%0%dd\", tonumber(…)) around it: %s.", n, padded)
		}
	}
	return ""
}

// digitsIn returns the digits of a code without the spaces and hyphens between them.
func digitsIn(s string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	for _, r := range digits {
		if r < '0' || r > '9' {
			return "", fmt.Errorf("%q is not a GTIN (EAN or UPC): it holds %q beside digits", s, r)
		}
	}
	return digits, nil
}

// checkDigit returns the last digit of a GTIN for those before it (GS1 General Specifications, 7.9).
func checkDigit(before string) byte {
	sum := 0
	for i := range len(before) {
		d := int(before[i] - '0')
		if (len(before)-i)%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}
