package functions

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// lookup differs from stdlib's in that the default may be left out, that it may be null and of any type,
// and that the error names the key. The map may come Unseen.
func lookup() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "map", Type: cty.DynamicPseudoType, AllowMarked: true},
			{Name: "key", Type: cty.String},
		},
		VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := atMost(args, 3, "default"); err != nil {
				return cty.NilType, err
			}
			m := seen(args[0])
			t := m.Type()
			if !t.IsMapType() && !t.IsObjectType() {
				return cty.NilType, function.NewArgErrorf(0, "a map is required, as { red = \"R\" }, not a %s", t.FriendlyName())
			}
			if t.IsMapType() && len(args) == 2 {
				return t.ElementType(), nil
			}
			if !m.IsKnown() || !args[1].IsKnown() {
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

// unseen is the type of Unseen values.
//
//nolint:gochecknoglobals // a capsule type is equal to itself alone, so there must be one
var unseen = cty.Capsule("map", reflect.TypeFor[cty.Value]())

// Unseen wraps a map as the first argument of lookup. cty looks through every argument of a function for marks, which
// per record takes longer than all the rest where the map is a large table.
func Unseen(v cty.Value) cty.Value {
	if t := v.Type(); !v.IsKnown() || v.IsNull() || !t.IsMapType() && !t.IsObjectType() {
		return v
	}
	return cty.CapsuleVal(unseen, &v)
}

func seen(v cty.Value) cty.Value {
	if v.Type().Equals(unseen) {
		return *v.EncapsulatedValue().(*cty.Value)
	}
	return v
}

func lookedUp(args []cty.Value) (cty.Value, error) {
	m, marks := seen(args[0]).Unmark()
	v, err := within(m, args)
	return v.WithMarks(marks), err
}

func within(m cty.Value, args []cty.Value) (cty.Value, error) {
	key := args[1].AsString()
	switch {
	case m.Type().IsObjectType() && m.Type().HasAttribute(key):
		return m.GetAttr(key), nil
	case m.Type().IsMapType() && m.HasIndex(args[1]).True():
		return m.Index(args[1]), nil
	case len(args) == 3:
		return args[2], nil
	}
	return cty.NullVal(cty.DynamicPseudoType), function.NewArgErrorf(1, "the map has no key %q; add it, or give a default as third argument", key)
}
