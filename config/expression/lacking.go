package expression

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// lacking marks values that are unknown since the surroundings do not give them, with what is to be told where one is
// needed.
type lacking struct{ problem *hcl.Diagnostic }

// Lacking returns an unknown value of that type, with what is to be told where it is needed all the same.
func Lacking(t cty.Type, problem *hcl.Diagnostic) cty.Value {
	return cty.UnknownVal(t).Mark(lacking{problem})
}

// Lacks returns what is missing for v to be known.
func Lacks(v cty.Value) hcl.Diagnostics {
	var missing hcl.Diagnostics
	_, marks := v.UnmarkDeep()
	for m := range marks {
		if l, ok := m.(lacking); ok {
			missing = append(missing, l.problem)
		}
	}
	return missing
}
