package expression

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/functions"
)

// Prepare makes the arithmetic in node, a body or an expression, exact (makeExact), and its lookups as quick in a large
// map as in a small one (functions.Unseen). It changes node and must be called once, before anything is evaluated.
func Prepare(node hclsyntax.Node) {
	makeExact(node)
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.Name == "lookup" && len(call.Args) > 0 && !call.ExpandFinal {
			call.Args[0] = unseen{&hclsyntax.ParenthesesExpr{Expression: call.Args[0], SrcRange: call.Args[0].Range()}}
		}
		return nil
	})
}

// unseen is an expression whose value goes into a function without being looked through. The parentheses are what a
// walk sees, so that it finds the names within.
type unseen struct{ *hclsyntax.ParenthesesExpr }

func (u unseen) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, problems := u.Expression.Value(ctx)
	return functions.Unseen(v), problems
}
