package functions

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// adapted makes a function speak as the documentation does: its parameters are called as in Usage, and a failure that
// names no argument is about the one at e.blames, with e.hint behind it.
func (e Entry) adapted() function.Function {
	if e.Group == Missing && e.Name != "coalesce" {
		return e.Func // try and can take expressions, not values
	}
	params, rest := e.Func.Params(), e.Func.VarParam()
	for i, name := range parameters(e.Usage) {
		switch {
		case i < len(params):
			params[i].Name = name
		case i == len(params) && rest != nil:
			rest.Name = name
		}
	}
	return delegate(e.Func, params, rest, e.failure)
}

// parameters returns the names in "round(number, digits = 0)".
func parameters(usage string) []string {
	_, list, _ := strings.Cut(strings.TrimSuffix(usage, ")"), "(")
	names := strings.Split(list, ", ")
	for i, s := range names {
		s, _, _ = strings.Cut(s, " = ")
		names[i] = strings.TrimSuffix(strings.Trim(s, "[]"), "...")
	}
	return names
}

func (e Entry) failure(args []cty.Value, err error) error {
	var about function.ArgError
	if err == nil || errors.As(err, &about) {
		return err
	}
	if e.hint != "" {
		err = fmt.Errorf("%w; %s", err, e.hint)
	}
	if e.blames < 0 || e.blames >= len(args) {
		return err
	}
	return function.NewArgError(e.blames, err)
}

// delegate makes a function that passes its arguments to f as they are, unknown ones and secrets too, and may
// word failures anew.
func delegate(f function.Function, params []function.Parameter, rest *function.Parameter, failure func([]cty.Value, error) error) function.Function {
	pass := func(p *function.Parameter) {
		p.AllowNull, p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true, true
	}
	for i := range params {
		pass(&params[i])
	}
	if rest != nil {
		pass(rest)
	}
	return function.New(&function.Spec{
		Params: params, VarParam: rest,
		Type: func(args []cty.Value) (cty.Type, error) {
			t, err := f.ReturnTypeForValues(args)
			return t, failure(args, err)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			return v, failure(args, err)
		},
	})
}
