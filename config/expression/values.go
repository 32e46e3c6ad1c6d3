package expression

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/exact"
	"github.com/tandem-sync/tandem/pipeline"
)

// fromValue returns v as expressions see it.
func fromValue(v pipeline.Value) cty.Value {
	switch v.Kind() {
	case pipeline.KindBool:
		return cty.BoolVal(v.AsBool())
	case pipeline.KindNumber:
		return exact.Number(v.AsNumber())
	case pipeline.KindText:
		return cty.StringVal(v.AsText())
	case pipeline.KindList:
		list := make([]cty.Value, len(v.AsList()))
		for i, e := range v.AsList() {
			list[i] = fromValue(e)
		}
		return cty.TupleVal(list)
	case pipeline.KindObject:
		object := make(map[string]cty.Value, len(v.AsObject()))
		for k, e := range v.AsObject() {
			object[k] = fromValue(e)
		}
		return cty.ObjectVal(object)
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

// Describe names a type as people call it.
func Describe(t cty.Type) string {
	switch {
	case t == cty.String:
		return "text"
	case t == cty.Number:
		return "a number"
	case t == cty.Bool:
		return "true or false"
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return "a list"
	case t.IsObjectType() || t.IsMapType():
		return "a map"
	}
	return "a " + t.FriendlyName()
}

// ValueOf returns v, which must be known and hold no secret, as a canonical value.
func ValueOf(v cty.Value) (pipeline.Value, error) { return toValue(v) }

// toValue returns the result of an expression as a canonical value.
func toValue(v cty.Value) (pipeline.Value, error) {
	t := v.Type()
	switch {
	case v.IsMarked() || !v.IsKnown(): // Compile refuses secrets, and a record leaves nothing unknown
		return pipeline.Value{}, fmt.Errorf("the result cannot be used")
	case v.IsNull():
		return pipeline.Value{}, nil
	case t == cty.Bool:
		return pipeline.Bool(v.True()), nil
	case t == cty.Number:
		d, err := exact.Decimal(v.AsBigFloat())
		return pipeline.Number(d), err
	case t == cty.String:
		return pipeline.Text(v.AsString()), nil
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		list := make([]pipeline.Value, 0, v.LengthInt())
		for _, e := range v.Elements() {
			c, err := toValue(e)
			if err != nil {
				return pipeline.Value{}, err
			}
			list = append(list, c)
		}
		return pipeline.List(list...), nil
	case t.IsObjectType() || t.IsMapType():
		object := make(map[string]pipeline.Value, v.LengthInt())
		for k, e := range v.Elements() {
			c, err := toValue(e)
			if err != nil {
				return pipeline.Value{}, err
			}
			object[k.AsString()] = c
		}
		return pipeline.Object(object), nil
	}
	return pipeline.Value{}, fmt.Errorf("%s is no value of a field", Describe(t))
}
