package demo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The catalogue is what the guide and the issue promise: odd where it says so and nowhere else.
func TestSample(t *testing.T) {
	pm, err := samplePM()
	if err != nil {
		t.Fatal(err)
	}
	erp, err := sampleERP()
	if err != nil {
		t.Fatal(err)
	}
	if len(pm) != 60 || len(erp) != 14 {
		t.Errorf("%d and %d products", len(pm), len(erp))
	}
	var twice, wrong, decimals []string
	skus := map[any]bool{}
	for _, p := range pm {
		sku := fmt.Sprint(p["sku"])
		if skus[sku] {
			twice = append(twice, sku)
		}
		skus[sku] = true
		if ean, ok := p["ean"].(string); ok && !rightCheckDigit(ean) {
			wrong = append(wrong, sku)
		}
		if _, digits, _ := strings.Cut(p["price"].(json.Number).String(), "."); len(digits) > 2 {
			decimals = append(decimals, sku)
		}
		if levels := strings.Split(p["category"].(string), " / "); len(levels) != 3 {
			t.Errorf("%s is in a category of %d levels", sku, len(levels))
		}
	}
	for _, p := range erp {
		if code, ok := p["barcode"].(string); ok && !rightCheckDigit(code) {
			wrong = append(wrong, fmt.Sprint(p["default_code"]))
		}
	}
	for _, c := range []struct {
		what      string
		got, want []string
	}{
		{"have a SKU twice", twice, []string{skuTwice}},
		{"have a wrong check digit", wrong, []string{skuWrongDigit}},
		{"have a price with three decimals", decimals, []string{skuThreeDecimals}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%v %s, want %v", c.got, c.what, c.want)
		}
	}
}

// rightCheckDigit looks at the last digit of an EAN or a UPC.
func rightCheckDigit(code string) bool {
	sum := 0
	for i := range code {
		digit := int(code[len(code)-1-i] - '0')
		if i%2 == 1 {
			digit *= 3
		}
		sum += digit
	}
	return sum%10 == 0 && (len(code) == 13 || len(code) == 12)
}
