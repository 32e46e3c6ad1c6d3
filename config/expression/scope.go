package expression

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tandem-sync/tandem/config/internal/diag"
)

// The names that expressions know beside their functions.
const (
	nameLocal  = "local"
	nameVar    = "var"
	nameValue  = "value"
	nameRecord = "record"
)

// Scope is what an expression may refer to.
type Scope struct {
	Functions map[string]function.Function
	// Usages tell how each function is called.
	Usages map[string]string
	// Refused are functions that exist but not here, with a sentence that says why.
	Refused map[string]string
	// Locals and Vars are the values of local.NAME and var.NAME; unknown ones failed and were reported.
	Locals, Vars map[string]cty.Value
	// Literals are the locals whose values stand in the file as they are and may be shown.
	Literals map[string]bool
	// PerRecord tells that value and record exist too. NoValue takes value away again.
	PerRecord, NoValue bool
	// Unset tells that values may be unknown, since the surroundings do not give them (Lacking): whoever evaluates an
	// expression decides whether it needs one.
	Unset bool
	// Incomplete tells that some file could not be read, so that a name that seems to be missing may
	// well be defined there.
	Incomplete bool
}

// Check reports every name and function of expr that does not exist. It returns whether all of them do.
func (s *Scope) Check(expr hclsyntax.Expression, d *diag.List) bool {
	before, known := d.Errors(), true
	for _, call := range calls(expr) {
		s.checkCall(call, d)
	}
	for _, t := range expr.Variables() {
		known = s.checkName(t, d) && known
	}
	if !known && d.Errors() == before {
		d.Fail()
	}
	return known && d.Errors() == before
}

func calls(expr hclsyntax.Expression) []*hclsyntax.FunctionCallExpr {
	var found []*hclsyntax.FunctionCallExpr
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		if call, ok := node.(*hclsyntax.FunctionCallExpr); ok {
			found = append(found, call)
		}
		return nil
	})
	return found
}

func (s *Scope) checkCall(call *hclsyntax.FunctionCallExpr, d *diag.List) {
	if _, ok := s.Functions[call.Name]; ok {
		return
	}
	if why, ok := s.Refused[call.Name]; ok {
		d.Error(call.NameRange, "Function not available here", "%s", why)
		return
	}
	d.Error(call.NameRange, "Unknown function", "There is no function %q.%s",
		call.Name, diag.DidYouMean(call.Name, slices.Sorted(maps.Keys(s.Functions))))
}

func (s *Scope) checkName(t hcl.Traversal, d *diag.List) bool {
	root := t.RootName()
	switch {
	case root == nameLocal:
		return s.checkMember(t, s.Locals, "local value", "Define it in a locals block.", d)
	case root == nameVar:
		return s.checkMember(t, s.Vars, "variable", "Define it with a variable block.", d)
	case s.PerRecord && root == nameRecord, s.PerRecord && !s.NoValue && root == nameValue:
		return true
	}
	d.Error(t.SourceRange(), "Unknown name", "%s", s.unknown(t))
	return false
}

func (s *Scope) checkMember(t hcl.Traversal, members map[string]cty.Value, what, remedy string, d *diag.List) bool {
	name, ok := Member(t)
	if !ok {
		return s.checkWhole(t, members, d)
	}
	v, ok := members[name]
	switch {
	case !ok && s.Incomplete:
		return false
	case !ok:
		hint := diag.DidYouMean(name, slices.Sorted(maps.Keys(members)))
		if hint == "" {
			hint = " " + remedy
		}
		d.Error(t.SourceRange(), "Unknown "+what, "There is no %s %q.%s", what, name, hint)
		return false
	case !s.Unset && len(Lacks(v)) > 0:
		d.Add(Lacks(v)...)
		return false
	case s.PerRecord && v.ContainsMarked():
		s.refuseSecret(t, d)
		return false
	}
	return s.Unset || v.IsWhollyKnown() // else it failed itself
}

// checkWhole is about local or var without a name behind it.
func (s *Scope) checkWhole(t hcl.Traversal, members map[string]cty.Value, d *diag.List) bool {
	for _, v := range members {
		if missing := Lacks(v); !s.Unset && len(missing) > 0 {
			d.Add(missing...)
			return false
		}
		if s.PerRecord && v.ContainsMarked() {
			s.refuseSecret(t, d)
			return false
		}
	}
	return !s.Incomplete
}

func (s *Scope) refuseSecret(t hcl.Traversal, d *diag.List) {
	d.Error(t.SourceRange(), "Secret in an expression per record",
		"This holds a secret (it comes from env or credential), and what is worked out per record is written to a system and shown in plans. "+
			"For a setting that is no secret, use a variable block and set it with TANDEM_VAR_NAME or -var.")
}

// Member returns the second step of a traversal, as in local.NAME or local["NAME"].
func Member(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

func (s *Scope) unknown(t hcl.Traversal) string {
	root := t.RootName()
	visible, list := []string{nameLocal, nameVar}, "local.NAME and var.NAME"
	if s.PerRecord {
		visible, list = append(visible, nameRecord), "record, local.NAME and var.NAME"
		if !s.NoValue {
			visible, list = append(visible, nameValue), "value, record, local.NAME and var.NAME"
		}
	}
	if near := diag.Nearest(root, visible); near != "" {
		return fmt.Sprintf("There is no %q. Did you mean %q?", root, near)
	}
	switch {
	case s.PerRecord && root == nameValue:
		return "No value is being carried here: look at a field of the record, as in record.status."
	case root == nameValue, root == nameRecord:
		return fmt.Sprintf("There is no %q here, since no record is at hand when this is evaluated. It exists in to_LABEL of a field and in where of a filter.", root)
	case len(t) == 1:
		return fmt.Sprintf("There is no %q: an expression here sees %s. If text is meant, write it in quotes: %q.", root, list, root)
	}
	return fmt.Sprintf("There is no %q: an expression here sees %s.", root, list)
}

// context is what hcl evaluates in.
func (s *Scope) context() *hcl.EvalContext {
	return &hcl.EvalContext{
		Functions: s.Functions,
		Variables: map[string]cty.Value{nameLocal: cty.ObjectVal(s.Locals), nameVar: cty.ObjectVal(s.Vars)},
	}
}

func conditionals(expr hclsyntax.Expression) []*hclsyntax.ConditionalExpr {
	var found []*hclsyntax.ConditionalExpr
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		if c, ok := node.(*hclsyntax.ConditionalExpr); ok {
			found = append(found, c)
		}
		return nil
	})
	return found
}
