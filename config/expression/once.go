package expression

import (
	"fmt"
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
		d.Add(presentable(p, secret))
	}
	return v, !problems.HasErrors() && v.IsWhollyKnown()
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

// presentable turns a diagnostic of hcl into one of ours. Where a secret has a part in the expression, the
// cause is left out: the text of an error may quote the value.
func presentable(p *hcl.Diagnostic, secret bool) *hcl.Diagnostic {
	q := *p
	if name, err, ok := failedCall(p); ok {
		q.Summary = fmt.Sprintf("The function %s failed", name)
		q.Detail = sentence(err.Error())
		if name == "env" || name == "credential" || name == "file" {
			secret = false // these name what is missing, never a value
			q.Expression, q.EvalContext = nil, nil
		}
	}
	if secret {
		q.Expression, q.EvalContext = nil, nil
		q.Detail = "The expression cannot be evaluated. The cause is not shown, because the expression uses a secret (a result of env or credential)."
	}
	q.Extra = nil
	return &q
}

// failedCall returns the function that a diagnostic is about, if its implementation failed.
func failedCall(p *hcl.Diagnostic) (string, error, bool) {
	call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](p)
	if !ok || call.FunctionCallError() == nil {
		return "", nil, false
	}
	return call.CalledFunctionName(), call.FunctionCallError(), true
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
