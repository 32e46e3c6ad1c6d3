package functions

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/unicode/norm"
)

// textFunc makes a function from text to text.
func textFunc(parameter string, f func(string) string) function.Function {
	return textChecked(parameter, func(s string) (string, error) { return f(s), nil })
}

// textChecked makes a function from text to text that refuses some.
func textChecked(parameter string, f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: parameter, Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString())
			return cty.StringVal(s), err
		},
	})
}

// textTest makes a function that looks for one text in another.
func textTest(part string, f func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "text", Type: cty.String}, {Name: part, Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

func startsWith() function.Function { return textTest("prefix", strings.HasPrefix) }

func endsWith() function.Function { return textTest("suffix", strings.HasSuffix) }

func strContains() function.Function { return textTest("part", strings.Contains) }

func slug() function.Function { return textFunc("text", toSlug) }

func htmlToText() function.Function { return textFunc("html", fromHTML) }

func textToHTML() function.Function { return textFunc("text", toHTML) }

// toSlug keeps letters and digits of any script; letters with marks lose them.
func toSlug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteString(ascii(r))
		default:
			gap = true
		}
	}
	return b.String()
}

// toTitle begins every word with a capital. A letter behind an apostrophe begins one only where a single letter stands
// before it: L'Été, but Don't.
func toTitle(s string) string {
	var b strings.Builder
	letters, before := 0, rune(0) // of the word so far; the character before
	for _, r := range s {
		apostrophe := before == '\'' || before == '’'
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r):
			if r != '\'' && r != '’' {
				letters = 0
			}
		case letters == 0, apostrophe && letters == 1:
			r = unicode.ToTitle(r)
			fallthrough
		default:
			letters++
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// capitalized begins with a capital, and leaves the rest.
func capitalized(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToTitle(r)) + s[n:]
}

// normalSpace has one space where s has white space of any kind or none that shows, and none at its ends.
func normalSpace(s string) string {
	s = strings.NewReplacer("\u200b", "", "\u2060", "", "\ufeff", "").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// withoutAccents spells the letters of Latin, Greek and Cyrillic without their marks, and Latin ones that have none to
// lose, as ß, with others. Marks of other scripts are vowels and stay.
func withoutAccents(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		lower := unicode.ToLower(r)
		switch spelled := ascii(lower); {
		case r >= 0x300 && r <= 0x36f:
		case spelled != string(lower) && lower != r:
			b.WriteString(capitalized(spelled))
		case spelled != string(lower):
			b.WriteString(spelled)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// percentEncoded is s as a part of an address: a path or the value of a parameter.
func percentEncoded(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// ascii spells the Latin letters that do not decompose.
func ascii(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	}
	return string(r)
}

// length counts the characters of texts too, which stdlib's does not.
func length() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			if t.IsCollectionType() || t.IsTupleType() || t.IsObjectType() || t == cty.String || t == cty.DynamicPseudoType {
				return cty.Number, nil
			}
			return cty.Number, function.NewArgErrorf(0, "a list, a map or a text is required, not a %s", t.FriendlyName())
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			switch v := args[0]; {
			case v.Type() == cty.DynamicPseudoType:
				return cty.UnknownVal(cty.Number), nil
			case v.Type() == cty.String:
				return stdlib.Strlen(v)
			case v.Type().IsObjectType():
				return cty.NumberIntVal(int64(len(v.Type().AttributeTypes()))), nil
			default:
				return stdlib.Length(v)
			}
		},
	})
}
