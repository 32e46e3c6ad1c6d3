package functions

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

func toBool() function.Function   { return conversion(cty.Bool) }
func toNumber() function.Function { return conversion(cty.Number) }
func toText() function.Function   { return conversion(cty.String) }

// conversion makes a function that converts simple values; null stays null.
func conversion(to cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			if t != cty.DynamicPseudoType && !t.IsPrimitiveType() {
				return to, function.NewArgErrorf(0, "a %s cannot become a %s", t.FriendlyName(), to.FriendlyName())
			}
			return to, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return convert.Convert(args[0], to)
		},
	})
}
