package expression

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// check evaluates e once with unknowns of the right types, which shows wrong arguments of functions, and
// looks whether the field that takes the result can hold it at all.
func (e *Expression) check(in Input, d *diag.List) {
	before := d.Errors()
	get := func(field string) cty.Value {
		f, _ := in.Known.Lookup(field)
		return cty.UnknownVal(typeOf(f))
	}
	result, problems := e.evaluate(cty.UnknownVal(typeOf(in.Value)), get)
	for _, p := range problems {
		d.Add(in.Scope.presentable(p, false))
	}
	if d.Errors() > before {
		return
	}
	why := misfit(e.expr, result, in.Result)
	if in.Condition {
		why = notACondition(result)
	}
	if why != "" {
		d.Error(e.expr.Range(), "Result of the wrong type", "%s", why)
		return
	}
	e.warnMixed(get, cty.UnknownVal(typeOf(in.Value)), d)
}

// typeOf returns how expressions see a field; images and what may be anything are of the dynamic type.
func typeOf(f pipeline.Field) cty.Type {
	switch f.Type {
	case pipeline.TypeNumber:
		return cty.Number
	case pipeline.TypeBool:
		return cty.Bool
	case pipeline.TypeText, pipeline.TypePath, pipeline.TypeSelection, pipeline.TypeDate, pipeline.TypeDateTime:
		return cty.String
	}
	return cty.DynamicPseudoType
}

// misfit says in full sentences why a field can never hold the result; "" if it may.
func misfit(expr hclsyntax.Expression, result cty.Value, takes pipeline.Field) string {
	if takes.Type == "" || takes.Type == pipeline.TypeAny || takes.Type == pipeline.TypeImage {
		return ""
	}
	if result.IsWhollyKnown() {
		return misfitOfConstant(result, takes)
	}
	needs := fmt.Sprintf("%q needs a %s", takes.Name, takes.Type)
	t := result.Type()
	switch {
	case t == cty.DynamicPseudoType:
		return ""
	case !t.IsPrimitiveType():
		return fmt.Sprintf("The field %s, but this gives %s. Use join(\", \", …) or an index to make one value of it.", needs, Describe(t))
	case takes.Type == pipeline.TypeNumber && t == cty.Bool:
		return fmt.Sprintf("The field %s, but this is true or false. Write CONDITION ? NUMBER : NUMBER.", needs)
	case takes.Type == pipeline.TypePath && t != cty.String:
		return fmt.Sprintf("The field %s, as \"Clothing/Shirts\", but this gives %s.", needs, Describe(t))
	case takes.Type == pipeline.TypeNumber && t == cty.String && neverNumber(expr, result):
		return fmt.Sprintf("The field %s, but this gives text that is no number. Take the other characters out.", needs)
	}
	return ""
}

func notACondition(result cty.Value) string {
	if t := result.Type(); t != cty.Bool && t != cty.DynamicPseudoType {
		return fmt.Sprintf("A condition must be true or false, but this gives %s. Compare it with something, as in record.status != \"draft\".", Describe(t))
	}
	if result.IsKnown() && result.IsNull() {
		return "A condition must be true or false, but this is null."
	}
	return ""
}

func misfitOfConstant(result cty.Value, takes pipeline.Field) string {
	v, err := toValue(result)
	if err == nil {
		_, err = takes.Canonical(v)
	}
	if err == nil {
		return ""
	}
	return fmt.Sprintf("The field %q cannot hold what this gives: %s.", takes.Name, err)
}

// neverNumber tells whether a text that is not known as a whole holds characters that no number has.
func neverNumber(expr hclsyntax.Expression, result cty.Value) bool {
	if !numeric(result.Range().StringPrefix()) {
		return true
	}
	if p, ok := expr.(*hclsyntax.ParenthesesExpr); ok {
		return neverNumber(p.Expression, result)
	}
	template, ok := expr.(*hclsyntax.TemplateExpr)
	if !ok {
		return false
	}
	for _, part := range template.Parts {
		if literal, ok := part.(*hclsyntax.LiteralValueExpr); ok && literal.Val.Type() == cty.String && !numeric(literal.Val.AsString()) {
			return true
		}
	}
	return false
}

func numeric(s string) bool {
	return strings.Trim(s, "0123456789.eE+- ") == ""
}

// warnMixed points at conditions whose two results are of different types: hcl makes text of both.
func (e *Expression) warnMixed(get func(string) cty.Value, value cty.Value, d *diag.List) {
	for _, c := range conditionals(e.expr) {
		a, b := *e, *e
		a.expr, b.expr = c.TrueResult, c.FalseResult
		one, failedOne := a.evaluate(value, get)
		two, failedTwo := b.evaluate(value, get)
		if failedOne.HasErrors() || failedTwo.HasErrors() || one.IsNull() || two.IsNull() {
			continue // inside of a loop, say, with names that exist there only
		}
		x, y := one.Type(), two.Type()
		if x != y && x.IsPrimitiveType() && y.IsPrimitiveType() {
			d.Warning(c.Range(), "Mixed results", "One result of this condition is %s, the other %s; both become text. Write null where no value is meant.", Describe(x), Describe(y))
		}
	}
}
