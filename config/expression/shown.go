package expression

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// shownWidth is how long a value may be to be shown.
const shownWidth = 60

// shown tells in a sentence what the names in the failing part of an expression stand for; "" where that is not
// known, or of no help. A value is shown only where it stands in the configuration as it is (Literals): what is set
// from outside may be a secret. Of all others the type is told.
func (s *Scope) shown(p *hcl.Diagnostic) string {
	if p.Expression == nil || p.EvalContext == nil {
		return ""
	}
	var parts []string
	for _, t := range p.Expression.Variables() {
		v, problems := t.TraverseAbs(p.EvalContext)
		if problems.HasErrors() || v.ContainsMarked() || v.Type() == cty.DynamicPseudoType && v.IsKnown() && !v.IsNull() {
			continue
		}
		if part := s.named(t, v); part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	switch n := len(parts); n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" Here %s.", parts[0])
	default:
		return fmt.Sprintf(" Here %s and %s.", strings.Join(parts[:n-1], ", "), parts[n-1])
	}
}

func (s *Scope) named(t hcl.Traversal, v cty.Value) string {
	name := written(t)
	member, _ := Member(t)
	switch {
	case name == "" || v.Type() == cty.DynamicPseudoType && !v.IsKnown():
		return ""
	case t.RootName() == nameLocal && s.Literals[member] && v.IsKnown() && v.Type().IsPrimitiveType() && !v.IsNull():
		if text, err := convert.Convert(v, cty.String); err == nil && len(text.AsString()) <= shownWidth {
			if v.Type() == cty.String {
				return fmt.Sprintf("%s is %q", name, text.AsString())
			}
			return fmt.Sprintf("%s is %s", name, text.AsString())
		}
	case v.IsKnown() && v.IsNull():
		return name + " is null"
	}
	return fmt.Sprintf("%s is %s", name, Describe(v.Type()))
}

// written is a traversal as it stands in the file, "" for one with an index that is worked out.
func written(t hcl.Traversal) string {
	name := t.RootName()
	for _, step := range t[1:] {
		attr, ok := step.(hcl.TraverseAttr)
		if !ok {
			return ""
		}
		name += "." + attr.Name
	}
	return name
}
