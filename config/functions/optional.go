package functions

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tandem-sync/tandem/config/internal/diag"
)

// optional is the parameter for arguments that may be left out and are of different types.
func optional(name string) *function.Parameter {
	return &function.Parameter{Name: name, Type: cty.DynamicPseudoType, AllowDynamicType: true}
}

// atMost refuses arguments behind the last one that a function has.
func atMost(args []cty.Value, n int, last string) error {
	if len(args) > n {
		return function.NewArgErrorf(n, "there are too many arguments: %s is the last", last)
	}
	return nil
}

// typed is a Type of a function that returns t and takes n arguments at most. The checks look at what is known of the
// arguments, so that a wrong one is found without a record.
func typed(t cty.Type, n int, last string, checks ...func(args []cty.Value) error) function.TypeFunc {
	return func(args []cty.Value) (cty.Type, error) {
		if err := atMost(args, n, last); err != nil {
			return cty.NilType, err
		}
		for _, check := range checks {
			if err := check(args); err != nil {
				return cty.NilType, err
			}
		}
		return t, nil
	}
}

// given tells whether argument i is there and known.
func given(args []cty.Value, i int) bool {
	return i < len(args) && args[i].IsKnown() && !args[i].IsNull()
}

// choice reads an optional argument that is one of a few words, of which the first stands for none.
func choice(args []cty.Value, i int, name string, words ...string) (string, error) {
	if !given(args, i) {
		return words[0], nil
	}
	v, err := convert.Convert(args[i], cty.String)
	if err == nil {
		for _, w := range words {
			if v.AsString() == w {
				return w, nil
			}
		}
	}
	hint := ""
	if err == nil {
		hint = diag.DidYouMean(v.AsString(), words)
	}
	if hint != "" {
		hint = "." + hint
	}
	return "", function.NewArgErrorf(i, "%s must be one of \"%s\"%s", name, strings.Join(words, `", "`), hint)
}
