package functions

import (
	"crypto/sha256"
	"encoding/hex"
)

func codes() []Entry {
	return []Entry{
		{
			Name: "gtin", Usage: "gtin(text, [length])", Group: Codes, Func: gtin(),
			Does:   "The digits of a GTIN (EAN-8, UPC-A, EAN-13, GTIN-14), without spaces and hyphens; with `length` 8, 12, 13 or 14 that many, with zeros in front or without them.",
			Errors: "The number of digits and the check digit must be right: `can(gtin(value))` tells whether they are.",
			Examples: []Example{
				{`gtin("4 006381-333931")`, `"4006381333931"`},
				{`gtin("036000291452", 14)`, `"00036000291452"`},
				{`gtin("0036000291452", 12)`, `"036000291452"`},
				{`can(gtin("4006381333932"))`, `false`},
			},
		},
		{
			Name: "ean13", Usage: "ean13(text)", Group: Codes, Func: ean13(),
			Does:   "The 13 digits of an EAN-13, UPC-A or EAN-8: `gtin(text, 13)`.",
			Errors: "As of `gtin`.",
			Examples: []Example{
				{`ean13("036000291452")`, `"0036000291452"`},
				{`try(ean13("4006381333932"), null)`, `null`},
			},
		},
		{
			Name: "check_digit", Usage: "check_digit(digits)", Group: Codes, Func: checkDigitOf(),
			Does:     "The last digit of a GTIN for the 7, 11, 12 or 13 before it. Codes that begin with 20 to 29 are a shop's own.",
			Errors:   "There must be as many digits, and nothing else.",
			Examples: []Example{{`check_digit("200000012345")`, `"5"`}, {`"200000012345${check_digit("200000012345")}"`, `"2000000123455"`}},
		},
		{
			Name: "sha256", Usage: "sha256(text)", Group: Codes, Func: textFunc("text", func(s string) string {
				sum := sha256.Sum256([]byte(s))
				return hex.EncodeToString(sum[:])
			}),
			Does:     "The SHA-256 of the text in UTF-8, as 64 hexadecimal digits: a key of fixed length for text of any.",
			Examples: []Example{{`substr(sha256("Tandem"), 0, 8)`, `"92a3b5e7"`}},
		},
	}
}
