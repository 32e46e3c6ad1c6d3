package functions

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func truncate() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "text", Type: cty.String}, number("length")},
		VarParam: optional("ellipsis"),
		Type: typed(cty.String, 3, "ellipsis", func(args []cty.Value) error {
			_, _, err := roomOf(args)
			return err
		}),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			room, ellipsis, err := roomOf(args)
			if err != nil {
				return cty.NilVal, err
			}
			if characters(args[0]) <= room+characters(ellipsis) {
				return args[0], nil
			}
			head, err := beginning(args[0], room)
			return cty.StringVal(head + ellipsis.AsString()), err
		},
	})
}

// roomOf returns the ellipsis and how many characters there may be before it.
func roomOf(args []cty.Value) (room int64, ellipsis cty.Value, err error) {
	ellipsis = cty.StringVal("…")
	if given(args, 2) {
		if ellipsis, err = convert.Convert(args[2], cty.String); err != nil {
			return 0, ellipsis, function.NewArgErrorf(2, "the ellipsis must be text, as \"…\" or \"\"")
		}
	}
	if !given(args, 1) {
		return 0, ellipsis, nil
	}
	length, takes := args[1].AsBigFloat(), characters(ellipsis)
	n, _ := length.Int64()
	if !length.IsInt() || n <= takes {
		return 0, ellipsis, function.NewArgErrorf(1, "length must be a whole number of %d at least, since the ellipsis takes %d", takes+1, takes)
	}
	return n - takes, ellipsis, nil
}

// beginning returns n characters of a longer text, or fewer if a word ends before.
func beginning(text cty.Value, n int64) (string, error) {
	some, err := stdlib.Substr(text, cty.Zero, cty.NumberIntVal(n))
	if err != nil {
		return "", fmt.Errorf("the text cannot be cut: %w", err)
	}
	head := some.AsString()
	next := strings.TrimPrefix(text.AsString(), head)
	if word := strings.LastIndexFunc(head, unicode.IsSpace); word > 0 && strings.IndexFunc(next, unicode.IsSpace) != 0 {
		head = head[:word]
	}
	return strings.TrimRightFunc(head, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:-–—", r) }), nil
}

// characters counts as strlen does: what a reader takes for one.
func characters(text cty.Value) int64 {
	n, err := stdlib.Strlen(text)
	if err != nil { // cannot happen: it is a known text
		return 0
	}
	i, _ := n.AsBigFloat().Int64()
	return i
}
