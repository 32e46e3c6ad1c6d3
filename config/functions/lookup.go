package functions

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// lookup differs from stdlib's in that the default may be left out, that it may be null and of any type,
// and that the error names the key.
func lookup() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "map", Type: cty.DynamicPseudoType},
			{Name: "key", Type: cty.String},
		},
		VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			if len(args) > 3 {
				return cty.NilType, errors.New("there are too many arguments: default is the last")
			}
			t := args[0].Type()
			if !t.IsMapType() && !t.IsObjectType() {
				return cty.NilType, function.NewArgErrorf(0, "a map is required, as { red = \"R\" }, not a %s", t.FriendlyName())
			}
			if !args[0].IsWhollyKnown() || !args[1].IsKnown() {
				return cty.DynamicPseudoType, nil
			}
			v, err := lookedUp(args)
			return v.Type(), err
		},
		Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
			v, err := lookedUp(args)
			if err != nil {
				return cty.NilVal, err
			}
			return convert.Convert(v, want)
		},
	})
}

func lookedUp(args []cty.Value) (cty.Value, error) {
	m, key := args[0], args[1].AsString()
	switch {
	case m.Type().IsObjectType() && m.Type().HasAttribute(key):
		return m.GetAttr(key), nil
	case m.Type().IsMapType() && m.HasIndex(args[1]).True():
		return m.Index(args[1]), nil
	case len(args) == 3:
		return args[2], nil
	}
	return cty.NullVal(cty.DynamicPseudoType), fmt.Errorf("the map has no key %q; add it, or give a default as third argument", key)
}
