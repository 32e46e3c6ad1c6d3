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
		Params:       []function.Parameter{{Name: "text", Type: cty.String}, number("length")},
		VarParam:     optional("ellipsis"),
		Type:         typed(cty.String, 3, "ellipsis"),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			ellipsis := cty.StringVal("…")
			if len(args) == 3 {
				var err error
				if ellipsis, err = convert.Convert(args[2], cty.String); err != nil {
					return cty.NilVal, function.NewArgErrorf(2, "the ellipsis must be text, as \"…\" or \"\"")
				}
			}
			length := args[1].AsBigFloat()
			room, _ := length.Int64()
			room -= characters(ellipsis)
			if !length.IsInt() || room < 1 {
				return cty.NilVal, function.NewArgErrorf(1, "length must be a whole number of %d at least, since the ellipsis takes %d", characters(ellipsis)+1, characters(ellipsis))
			}
			if cty.NumberIntVal(characters(args[0])).LessThanOrEqualTo(args[1]).True() {
				return args[0], nil
			}
			head, err := beginning(args[0], room)
			return cty.StringVal(head + ellipsis.AsString()), err
		},
	})
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
