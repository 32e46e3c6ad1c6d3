package functions

func codes() []Entry {
	return []Entry{
		{
			Name: "ean13", Usage: "ean13(text)", Group: Codes, Func: ean13(),
			Does:   "The 13 digits of an EAN-13, UPC-A or EAN-8, without spaces and hyphens. Shorter codes get zeros in front.",
			Errors: "The number of digits and the check digit must be right: `try(ean13(value), null)` gives `null` where they are not.",
			Examples: []Example{
				{`ean13("4 006381-333931")`, `"4006381333931"`},
				{`ean13("036000291452")`, `"0036000291452"`},
				{`try(ean13("4006381333932"), null)`, `null`},
			},
		},
	}
}
