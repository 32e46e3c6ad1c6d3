package functions

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

//nolint:funlen // a table, one function after the other
func collections() []Entry {
	return []Entry{
		{
			Name: "lookup", Usage: "lookup(map, key, [default])", Group: Collections, Func: lookup(),
			Does:   "The value of that key in the map; where it has no such key, `default`.",
			Errors: "A key that is missing is an error where `default` is left out.",
			Examples: []Example{
				{`lookup({ red = "R", blue = "B" }, "red")`, `"R"`},
				{`lookup({ red = "R", blue = "B" }, "green", "?")`, `"?"`},
			},
		},
		{
			Name: "length", Usage: "length(value)", Group: Collections, Func: length(),
			Does:     "The number of elements of a list or map, or of a text's characters.",
			Examples: []Example{{`length(["a", "b"])`, `2`}, {`length("été")`, `3`}},
		},
		{
			Name: "contains", Usage: "contains(list, value)", Group: Collections, Func: contains(),
			Does:     "Whether the value is one of the list's.",
			Examples: []Example{{`contains(["draft", "deleted"], "draft")`, `true`}},
		},
		{
			Name: "anytrue", Usage: "anytrue(list)", Group: Collections, Func: anyTrue(),
			Does:     "Whether a condition of the list holds; false for an empty list.",
			Errors:   "No element may be `null`.",
			Examples: []Example{{`anytrue([for word in ["sample", "test"] : strcontains("Test chair", word)])`, `false`}},
		},
		{
			Name: "alltrue", Usage: "alltrue(list)", Group: Collections, Func: allTrue(),
			Does:     "Whether all conditions of the list hold; true for an empty list.",
			Errors:   "No element may be `null`.",
			Examples: []Example{{`alltrue([for part in ["Garden", "chair"] : strcontains("Garden chair", part)])`, `true`}},
		},
		{
			Name: "compact", Usage: "compact(list)", Group: Collections, Func: stdlib.CompactFunc,
			Does:     "The list of texts without those that are empty or null.",
			Examples: []Example{{`compact(["red", "", null])`, `["red"]`}},
		},
		{
			Name: "distinct", Usage: "distinct(list)", Group: Collections, Func: stdlib.DistinctFunc,
			Does:     "The list with every value once, where it comes first.",
			Examples: []Example{{`distinct(["b", "a", "b"])`, `["b", "a"]`}},
		},
		{
			Name: "sort", Usage: "sort(list)", Group: Collections, Func: stdlib.SortFunc,
			Does:     "The list of texts in the order of their Unicode characters.",
			Examples: []Example{{`sort(["b", "a"])`, `["a", "b"]`}},
		},
		{
			Name: "reverse", Usage: "reverse(list)", Group: Collections, Func: stdlib.ReverseListFunc,
			Does:     "The list in the opposite order.",
			Examples: []Example{{`reverse(["a", "b"])`, `["b", "a"]`}},
		},
		{
			Name: "concat", Usage: "concat(lists...)", Group: Collections, Func: stdlib.ConcatFunc,
			Does:     "One list of the elements of all.",
			Examples: []Example{{`concat(["a"], ["b", "c"])`, `["a", "b", "c"]`}},
		},
		{
			Name: "flatten", Usage: "flatten(list)", Group: Collections, Func: stdlib.FlattenFunc,
			Does:     "The list with the elements of the lists in it.",
			Examples: []Example{{`flatten([["a"], ["b", "c"]])`, `["a", "b", "c"]`}},
		},
		{
			Name: "element", Usage: "element(list, index)", Group: Collections, Func: stdlib.ElementFunc,
			Does:     "One element; counts from 0, and past the end from the start again. `list[0]` is an error instead where there is no such element.",
			Errors:   "The list must not be empty.",
			Examples: []Example{{`element(["a", "b"], 3)`, `"b"`}},
		},
		{
			Name: "slice", Usage: "slice(list, start, end)", Group: Collections, Func: stdlib.SliceFunc,
			Does:     "The elements from `start`, which counts from 0, up to but not including `end`.",
			Errors:   "`start` and `end` must lie in the list.",
			Examples: []Example{{`slice(["a", "b", "c"], 0, 2)`, `["a", "b"]`}},
		},
		{
			Name: "keys", Usage: "keys(map)", Group: Collections, Func: stdlib.KeysFunc,
			Does:     "The list of the map's keys, sorted.",
			Examples: []Example{{`keys({ size = "L", color = "red" })`, `["color", "size"]`}},
		},
		{
			Name: "values", Usage: "values(map)", Group: Collections, Func: stdlib.ValuesFunc,
			Does:     "The list of the map's values, in the order of the keys.",
			Examples: []Example{{`values({ size = "L", color = "red" })`, `["red", "L"]`}},
		},
		{
			Name: "merge", Usage: "merge(maps...)", Group: Collections, Func: stdlib.MergeFunc,
			Does: "One map of all; where several have a key, the last one counts.", blames: none,
			Examples: []Example{{`merge({ a = 1, b = 1 }, { b = 2 })`, `{ a = 1, b = 2 }`}},
		},
		{
			Name: "zipmap", Usage: "zipmap(keys, values)", Group: Collections, Func: stdlib.ZipmapFunc,
			Does:   "A map of two lists.",
			Errors: "The lists must be of one length.", blames: 1,
			Examples: []Example{{`zipmap(["red", "blue"], ["R", "B"])`, `{ blue = "B", red = "R" }`}},
		},
	}
}

// contains is stdlib's, but finds out without a record that it is asked to look into a text.
func contains() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType, AllowNull: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if t := args[0].Type(); !t.IsListType() && !t.IsSetType() && !t.IsTupleType() {
				return cty.Bool, function.NewArgErrorf(0, "a list is required, not a %s; strcontains(TEXT, PART) looks into a text", t.FriendlyName())
			}
			return cty.Bool, nil
		},
		RefineResult: notNull,
		Impl:         func(args []cty.Value, _ cty.Type) (cty.Value, error) { return stdlib.ContainsFunc.Call(args) },
	})
}

func anyTrue() function.Function { return conditions("anytrue", true) }

func allTrue() function.Function { return conditions("alltrue", false) }

// conditions makes a function of a list of conditions that ends at the first that is decisive.
func conditions(name string, decisive bool) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for i, v := range args[0].AsValueSlice() {
				switch {
				case v.IsNull():
					return cty.NilVal, fmt.Errorf("element %d is null, neither true nor false; write %s([for c in LIST : coalesce(c, false)])", i, name)
				case v.True() == decisive:
					return cty.BoolVal(decisive), nil
				}
			}
			return cty.BoolVal(!decisive), nil
		},
	})
}
