package expression

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/diag"
)

// Evaluate returns the value of an expression that needs no record. It returns false where the expression,
// or something that it refers to, failed; that has been reported then.
func (s *Scope) Evaluate(expr hclsyntax.Expression, d *diag.List) (cty.Value, bool) {
	if !s.Check(expr, d) {
		return cty.DynamicVal, false
	}
	v, problems := expr.Value(s.context())
	secret := s.usesSecret(expr)
	for _, p := range problems {
		d.Add(s.presentable(p, secret))
	}
	if problems.HasErrors() || !v.IsWhollyKnown() && !s.Unset {
		d.Fail()
		return v, false
	}
	return v, true
}

// Constant returns the value of an expression that refers to nothing and calls nothing: a literal, or a
// list or map of them.
func Constant(expr hclsyntax.Expression) (cty.Value, bool) {
	if len(expr.Variables()) > 0 || len(calls(expr)) > 0 {
		return cty.NilVal, false
	}
	v, problems := expr.Value(&hcl.EvalContext{})
	return v, !problems.HasErrors()
}

// usesSecret tells whether a secret has a part in expr.
func (s *Scope) usesSecret(expr hclsyntax.Expression) bool {
	for _, call := range calls(expr) {
		if call.Name == "env" || call.Name == "credential" {
			return true
		}
	}
	for _, t := range expr.Variables() {
		v, problems := t.TraverseAbs(s.context())
		if !problems.HasErrors() && v.ContainsMarked() {
			return true
		}
	}
	return false
}

// presentable turns a diagnostic of hcl into one of ours. Values are told only as shown does, since a variable may well
// be a password. Where a secret has a part in the expression, the cause is left out
// too: the text of an error may quote the value.
func (s *Scope) presentable(p *hcl.Diagnostic, secret bool) *hcl.Diagnostic {
	q := *p
	q.Expression, q.EvalContext, q.Extra = nil, nil, nil
	if p.Summary == "Invalid function argument" && p.Expression != nil {
		q.Subject = p.Expression.Range().Ptr() // the whole argument; hcl points at where it begins
	}
	if name, ok, err := failedCall(p); ok {
		q.Summary = fmt.Sprintf("The function %s failed", name)
		q.Detail = sentence(err.Error())
		if slices.Contains([]string{"env", "credential", "file", "table"}, name) {
			secret = false // these name what is missing, never a value of a secret
		}
	}
	if usage, ok := s.misused(p); ok {
		q.Detail += fmt.Sprintf(" It is called as %s.", usage)
	}
	q.Detail += s.shown(p)
	if secret {
		q.Detail = "The expression cannot be evaluated. The cause is not shown, because the expression uses a secret (a result of env or credential)."
	}
	return &q
}

// misused returns how a function is called that was called otherwise.
func (s *Scope) misused(p *hcl.Diagnostic) (usage string, ok bool) {
	call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](p)
	if !ok || call.FunctionCallError() != nil {
		return "", false
	}
	usage, ok = s.Usages[call.CalledFunctionName()]
	return usage, ok
}

// failedCall returns the function that a diagnostic is about, if its implementation failed.
func failedCall(p *hcl.Diagnostic) (name string, ok bool, failure error) {
	call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](p)
	if !ok || call.FunctionCallError() == nil {
		return "", false, nil
	}
	return call.CalledFunctionName(), true, call.FunctionCallError()
}

// sentence writes s with a capital and a full stop.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
