package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/functions"
)

// maybe is a function of the surroundings whose result is lacking, instead of an error, where they do not give it.
func maybe(name string, f function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "name", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			if err == nil {
				return v, nil
			}
			return expression.Lacking(cty.String, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Value not given",
				Detail: fmt.Sprintf("%s(%q) is needed by more than the settings of a source or store, and has no value here: %s.",
					name, args[0].AsString(), strings.TrimSuffix(err.Error(), ".")),
			}).Mark(functions.Sensitive), nil
		},
	})
}
