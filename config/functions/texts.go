package functions

import "github.com/zclconf/go-cty/cty/function/stdlib"

//nolint:funlen // a table, one function after the other
func texts() []Entry {
	const pattern = "The pattern must be a regular expression of [Go's syntax](https://pkg.go.dev/regexp/syntax)."
	return []Entry{
		{
			Name: "lower", Usage: "lower(text)", Group: Texts, Func: stdlib.LowerFunc,
			Does:     "The text in lower case.",
			Examples: []Example{{`lower("ÉTÉ")`, `"été"`}},
		},
		{
			Name: "upper", Usage: "upper(text)", Group: Texts, Func: stdlib.UpperFunc,
			Does:     "The text in upper case.",
			Examples: []Example{{`upper("été")`, `"ÉTÉ"`}},
		},
		{
			Name: "capitalize", Usage: "capitalize(text)", Group: Texts, Func: textFunc("text", capitalized),
			Does:     "The text with a capital at its beginning. Other letters stay as they are.",
			Examples: []Example{{`capitalize(lower("CHAISE DE JARDIN"))`, `"Chaise de jardin"`}},
		},
		{
			Name: "title", Usage: "title(text)", Group: Texts, Func: textFunc("text", toTitle),
			Does:     "Every word with a capital. Other letters stay as they are: put `lower` inside for a text that is all capitals.",
			Examples: []Example{{`title("red shirt")`, `"Red Shirt"`}, {`title(lower("L'ÉTÉ"))`, `"L'Été"`}},
		},
		{
			Name: "slug", Usage: "slug(text)", Group: Texts, Func: slug(),
			Does:     "Lower-case letters without accents, digits, and hyphens between the words, as in addresses of pages.",
			Examples: []Example{{`slug("Été à Nice")`, `"ete-a-nice"`}, {`slug("Größe: 42 ½")`, `"grosse-42-1-2"`}},
		},
		{
			Name: "strip_accents", Usage: "strip_accents(text)", Group: Texts, Func: textFunc("text", withoutAccents),
			Does:     "The text with plain letters for those with accents; other alphabets stay.",
			Examples: []Example{{`strip_accents("Crème brûlée, Größe")`, `"Creme brulee, Grosse"`}},
		},
		{
			Name: "urlencode", Usage: "urlencode(text)", Group: Texts, Func: textFunc("text", percentEncoded),
			Does:     "The text as a part of an address: what has a meaning there is percent-encoded.",
			Examples: []Example{{`"https://shop.example.com/p/${urlencode("A/1 b")}"`, `"https://shop.example.com/p/A%2F1%20b"`}},
		},
		{
			Name: "truncate", Usage: "truncate(text, length, ellipsis = \"…\")", Group: Texts, Func: truncate(),
			Does:   "The text, or its beginning with the ellipsis if it has more than `length` characters. It is cut behind a word where there is one, and is never longer than `length`.",
			Errors: "`length` must be a whole number that leaves room for the ellipsis.",
			Examples: []Example{
				{`truncate("Garden chair of solid teak", 20)`, `"Garden chair of…"`},
				{`truncate("Garden chair", 20)`, `"Garden chair"`},
				{`truncate("Garden chair of solid teak", 20, "")`, `"Garden chair of"`},
			},
		},
		{
			Name: "normalize_space", Usage: "normalize_space(text)", Group: Texts, Func: textFunc("text", normalSpace),
			Does:     "The text with one space for all white space between words, line ends and no-break spaces too, and none at both ends.",
			Examples: []Example{{`normalize_space("  Garden \n\t chair ")`, `"Garden chair"`}},
		},
		{
			Name: "trimspace", Usage: "trimspace(text)", Group: Texts, Func: stdlib.TrimSpaceFunc,
			Does:     "The text without white space at both ends.",
			Examples: []Example{{`trimspace("  blue \n")`, `"blue"`}},
		},
		{
			Name: "trim", Usage: "trim(text, characters)", Group: Texts, Func: stdlib.TrimFunc,
			Does:     "The text without any of these characters at both ends.",
			Examples: []Example{{`trim("--A-1--", "-")`, `"A-1"`}},
		},
		{
			Name: "trimprefix", Usage: "trimprefix(text, prefix)", Group: Texts, Func: stdlib.TrimPrefixFunc,
			Does:     "The text without that beginning, or as it is if it begins otherwise.",
			Examples: []Example{{`trimprefix("SKU-1", "SKU-")`, `"1"`}},
		},
		{
			Name: "trimsuffix", Usage: "trimsuffix(text, suffix)", Group: Texts, Func: stdlib.TrimSuffixFunc,
			Does:     "The text without that end, or as it is if it ends otherwise.",
			Examples: []Example{{`trimsuffix("shirt.jpg", ".jpg")`, `"shirt"`}},
		},
		{
			Name: "chomp", Usage: "chomp(text)", Group: Texts, Func: stdlib.ChompFunc,
			Does:     "The text without the line ends at its end.",
			Examples: []Example{{`chomp("blue\n\n")`, `"blue"`}},
		},
		{
			Name: "startswith", Usage: "startswith(text, prefix)", Group: Texts, Func: startsWith(),
			Does:     "Whether the text begins so.",
			Examples: []Example{{`startswith("SKU-1", "SKU-")`, `true`}},
		},
		{
			Name: "endswith", Usage: "endswith(text, suffix)", Group: Texts, Func: endsWith(),
			Does:     "Whether the text ends so.",
			Examples: []Example{{`endswith("shirt.jpg", ".png")`, `false`}},
		},
		{
			Name: "strcontains", Usage: "strcontains(text, part)", Group: Texts, Func: strContains(),
			Does:     "Whether the part stands somewhere in the text. Capitals matter: put `lower` around both where they should not.",
			Examples: []Example{{`strcontains(lower("Garden Chair"), "chair")`, `true`}},
		},
		{
			Name: "replace", Usage: "replace(text, old, new)", Group: Texts, Func: stdlib.ReplaceFunc,
			Does:     "The text with `new` for every `old`.",
			Examples: []Example{{`replace("19,99", ",", ".")`, `"19.99"`}},
		},
		{
			Name: "regexreplace", Usage: "regexreplace(text, pattern, replacement)", Group: Texts, Func: stdlib.RegexReplaceFunc,
			Does:   "The text with every match of the pattern replaced; `$1` in the replacement is the first group. Backslashes are doubled: `\"\\\\d+\"`.",
			Errors: pattern, blames: 1,
			Examples: []Example{{`regexreplace("24.11.2026", "(\\d+)\\.(\\d+)\\.(\\d+)", "$3-$2-$1")`, `"2026-11-24"`}},
		},
		{
			Name: "regex", Usage: "regex(pattern, text)", Group: Texts, Func: stdlib.RegexFunc,
			Does:   "The first match; a list of the groups if the pattern has some, or a map if they have names.",
			Errors: pattern + " It must match: `try(regex(…), null)` gives `null` where it does not.", blames: 1, hint: "write try(regex(PATTERN, TEXT), null) where it need not",
			Examples: []Example{
				{`regex("[0-9]+", "pack of 12")`, `"12"`},
				{`regex("(\\d+) ?(g|kg)", "Flour 500 g")`, `["500", "g"]`},
			},
		},
		{
			Name: "regexall", Usage: "regexall(pattern, text)", Group: Texts, Func: stdlib.RegexAllFunc,
			Does:     "A list of all matches, each as `regex` gives it.",
			Errors:   pattern,
			Examples: []Example{{`regexall("[0-9]+", "120 x 80 cm")`, `["120", "80"]`}, {`length(regexall("sale", "new")) > 0`, `false`}},
		},
		{
			Name: "split", Usage: "split(separator, text)", Group: Texts, Func: stdlib.SplitFunc,
			Does:     "The list of the parts between the separators.",
			Examples: []Example{{`split(",", "red,blue")`, `["red", "blue"]`}},
		},
		{
			Name: "join", Usage: "join(separator, lists...)", Group: Texts, Func: stdlib.JoinFunc,
			Does:     "The elements of the lists as one text.",
			Examples: []Example{{`join(", ", ["red", "blue"])`, `"red, blue"`}},
		},
		{
			Name: "substr", Usage: "substr(text, offset, length)", Group: Texts, Func: stdlib.SubstrFunc,
			Does:     "The characters from `offset` on, which counts from 0, or from the end if it is negative. `length` -1 is all that follows.",
			Examples: []Example{{`substr("ABC-123", 0, 3)`, `"ABC"`}, {`substr("ABC-123", 4, -1)`, `"123"`}},
		},
		{
			Name: "strlen", Usage: "strlen(text)", Group: Texts, Func: stdlib.StrlenFunc,
			Does:     "The number of characters, as a reader counts them.",
			Examples: []Example{{`strlen("été")`, `3`}},
		},
		{
			Name: "strrev", Usage: "strrev(text)", Group: Texts, Func: stdlib.ReverseFunc,
			Does:     "The text backwards.",
			Examples: []Example{{`strrev("abc")`, `"cba"`}},
		},
		{
			Name: "indent", Usage: "indent(spaces, text)", Group: Texts, Func: stdlib.IndentFunc,
			Does:     "The text with every line but the first moved to the right.",
			Examples: []Example{{`indent(2, "a\nb")`, `"a\n  b"`}},
		},
		{
			Name: "format", Usage: "format(format, values...)", Group: Texts, Func: format(),
			Does:   "The values written into a text as by printf: `%s` is a text, `%d` a whole number, `%.2f` a number with two digits after the point, rounded as by `round`.",
			Errors: "Each value must fit its verb, and none may be left over.",
			Examples: []Example{
				{`format("%05d-%s", 42, "red")`, `"00042-red"`},
				{`format("%.2f €", 19.9)`, `"19.90 €"`},
			},
		},
	}
}
