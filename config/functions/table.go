package functions

import (
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Group orders the functions in the documentation.
type Group string

// The groups.
const (
	Catalogue   Group = "Products"
	Texts       Group = "Text"
	Numbers     Group = "Numbers"
	Collections Group = "Lists and maps"
	Conversions Group = "Conversion and encoding"
	Missing     Group = "Empty values and errors"
	Dates       Group = "Dates"
	Surrounding Group = "Surroundings"
)

// Entry is one function with its documentation.
type Entry struct {
	Name  string
	Usage string // how it is called: "round(number, digits)"
	Does  string // one line
	Group Group
	Func  function.Function
}

// Map returns the functions by name, as hcl wants them.
func Map(entries ...[]Entry) map[string]function.Function {
	m := map[string]function.Function{}
	for _, list := range entries {
		for _, e := range list {
			m[e.Name] = e.Func
		}
	}
	return m
}

// Usages returns how each function is called, by name.
func Usages(entries ...[]Entry) map[string]string {
	m := map[string]string{}
	for _, list := range entries {
		for _, e := range list {
			m[e.Name] = e.Usage
		}
	}
	return m
}

// PerRecord returns the functions that may be called everywhere.
func PerRecord() []Entry {
	var all []Entry
	for _, list := range [][]Entry{catalogue(), texts(), numbers(), collections(), conversions(), missing(), dates()} {
		all = append(all, list...)
	}
	return all
}

func catalogue() []Entry {
	return []Entry{
		{"round", "round(number, digits)", "rounds half away from zero; digits is 0 when left out", Catalogue, round()},
		{"tax_included", "tax_included(net, percent, digits)", "the price with tax; percent 20 is 20 %; digits is 2 when left out", Catalogue, taxIncluded()},
		{"tax_excluded", "tax_excluded(gross, percent, digits)", "the price without tax; percent 20 is 20 %; digits is 2 when left out", Catalogue, taxExcluded()},
		{"html_to_text", "html_to_text(html)", "plain text with the paragraphs, line breaks and list items of the HTML", Catalogue, htmlToText()},
		{"text_to_html", "text_to_html(text)", "escaped HTML: a `<p>` for each paragraph, `<br>` for line breaks", Catalogue, textToHTML()},
		{"slug", "slug(text)", "lower-case letters, digits and hyphens: \"Été à Nice\" is \"ete-a-nice\"", Catalogue, slug()},
		{"ean13", "ean13(text)", "the 13 digits of an EAN-13, UPC-A or EAN-8; an error when the check digit is wrong", Catalogue, ean13()},
		{"lookup", "lookup(map, key, default)", "the value of that key; default, or an error when it is left out, where there is none", Catalogue, lookup()},
	}
}

func texts() []Entry {
	return []Entry{
		{"chomp", "chomp(text)", "without the line ends at its end", Texts, stdlib.ChompFunc},
		{"endswith", "endswith(text, suffix)", "whether the text ends so", Texts, endsWith()},
		{"format", "format(format, values...)", "text made as by printf: `format(\"%05d\", 42)`", Texts, stdlib.FormatFunc},
		{"indent", "indent(spaces, text)", "every line but the first moved to the right", Texts, stdlib.IndentFunc},
		{"join", "join(separator, list)", "the elements as one text", Texts, stdlib.JoinFunc},
		{"lower", "lower(text)", "in lower case", Texts, stdlib.LowerFunc},
		{"regex", "regex(pattern, text)", "the first match, or its groups; an error where there is none", Texts, stdlib.RegexFunc},
		{"regexall", "regexall(pattern, text)", "the list of all matches", Texts, stdlib.RegexAllFunc},
		{"regexreplace", "regexreplace(text, pattern, replacement)", "every match replaced; `$1` in the replacement is the first group", Texts, stdlib.RegexReplaceFunc},
		{"replace", "replace(text, old, new)", "every occurrence replaced", Texts, stdlib.ReplaceFunc},
		{"split", "split(separator, text)", "the list of the parts", Texts, stdlib.SplitFunc},
		{"startswith", "startswith(text, prefix)", "whether the text begins so", Texts, startsWith()},
		{"strlen", "strlen(text)", "the number of characters", Texts, stdlib.StrlenFunc},
		{"strrev", "strrev(text)", "backwards", Texts, stdlib.ReverseFunc},
		{"substr", "substr(text, offset, length)", "a part; length -1 is all that follows", Texts, stdlib.SubstrFunc},
		{"title", "title(text)", "every word with a capital", Texts, stdlib.TitleFunc},
		{"trim", "trim(text, characters)", "without those characters at both ends", Texts, stdlib.TrimFunc},
		{"trimprefix", "trimprefix(text, prefix)", "without that beginning", Texts, stdlib.TrimPrefixFunc},
		{"trimspace", "trimspace(text)", "without white space at both ends", Texts, stdlib.TrimSpaceFunc},
		{"trimsuffix", "trimsuffix(text, suffix)", "without that end", Texts, stdlib.TrimSuffixFunc},
		{"upper", "upper(text)", "in upper case", Texts, stdlib.UpperFunc},
	}
}

func numbers() []Entry {
	return []Entry{
		{"abs", "abs(number)", "without its sign", Numbers, stdlib.AbsoluteFunc},
		{"ceil", "ceil(number)", "the next whole number up", Numbers, stdlib.CeilFunc},
		{"floor", "floor(number)", "the next whole number down", Numbers, stdlib.FloorFunc},
		{"max", "max(numbers...)", "the largest", Numbers, stdlib.MaxFunc},
		{"min", "min(numbers...)", "the smallest", Numbers, stdlib.MinFunc},
		{"parseint", "parseint(text, base)", "the whole number written so", Numbers, stdlib.ParseIntFunc},
		{"signum", "signum(number)", "-1, 0 or 1", Numbers, stdlib.SignumFunc},
	}
}

func collections() []Entry {
	return []Entry{
		{"compact", "compact(list)", "without empty texts", Collections, stdlib.CompactFunc},
		{"concat", "concat(lists...)", "one list of all", Collections, stdlib.ConcatFunc},
		{"contains", "contains(list, value)", "whether the value is among them", Collections, stdlib.ContainsFunc},
		{"distinct", "distinct(list)", "each once", Collections, stdlib.DistinctFunc},
		{"element", "element(list, index)", "one element; counts on from the start past the end", Collections, stdlib.ElementFunc},
		{"flatten", "flatten(list)", "lists within it dissolved", Collections, stdlib.FlattenFunc},
		{"keys", "keys(map)", "the sorted keys", Collections, stdlib.KeysFunc},
		{"length", "length(value)", "the number of elements, or of a text's characters", Collections, length()},
		{"merge", "merge(maps...)", "one map of all; later ones win", Collections, stdlib.MergeFunc},
		{"reverse", "reverse(list)", "in the opposite order", Collections, stdlib.ReverseListFunc},
		{"slice", "slice(list, start, end)", "from start up to, not including, end", Collections, stdlib.SliceFunc},
		{"sort", "sort(list)", "texts in order", Collections, stdlib.SortFunc},
		{"values", "values(map)", "the values, in the order of the keys", Collections, stdlib.ValuesFunc},
		{"zipmap", "zipmap(keys, values)", "a map of the two lists", Collections, stdlib.ZipmapFunc},
	}
}

func conversions() []Entry {
	return []Entry{
		{"csvdecode", "csvdecode(text)", "a list with a map for each row", Conversions, stdlib.CSVDecodeFunc},
		{"jsondecode", "jsondecode(text)", "the value that the JSON holds", Conversions, stdlib.JSONDecodeFunc},
		{"jsonencode", "jsonencode(value)", "the value as JSON", Conversions, stdlib.JSONEncodeFunc},
		{"tobool", "tobool(value)", "true or false", Conversions, toBool()},
		{"tonumber", "tonumber(value)", "the number that a text holds", Conversions, toNumber()},
		{"tostring", "tostring(value)", "the text of a number or a bool", Conversions, toText()},
	}
}

func missing() []Entry {
	return []Entry{
		{"can", "can(expression)", "whether it can be evaluated", Missing, tryfunc.CanFunc},
		{"coalesce", "coalesce(values...)", "the first that is not null", Missing, stdlib.CoalesceFunc},
		{"try", "try(expressions...)", "the first that can be evaluated: `try(ean13(value), null)`", Missing, tryfunc.TryFunc},
	}
}

func dates() []Entry {
	return []Entry{
		{"formatdate", "formatdate(format, time)", "an RFC 3339 time as text: `formatdate(\"YYYY-MM-DD\", value)`", Dates, stdlib.FormatDateFunc},
		{"timeadd", "timeadd(time, duration)", "an RFC 3339 time moved: `timeadd(value, \"-2h\")`", Dates, stdlib.TimeAddFunc},
	}
}
