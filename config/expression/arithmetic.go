package expression

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tandem-sync/tandem/config/internal/exact"
)

// makeExact gives the arithmetic in node decimal results: hcl calculates with
// binary fractions, where 19.99 * 1.2 is 23.988 and a trifle, so that it does not equal 23.988 and shows
// the trifle in a text.
func makeExact(node hclsyntax.Node) {
	exactly := map[*hclsyntax.Operation]*hclsyntax.Operation{
		hclsyntax.OpAdd:      operation(cty.Value.Add),
		hclsyntax.OpSubtract: operation(cty.Value.Subtract),
		hclsyntax.OpMultiply: operation(cty.Value.Multiply),
		hclsyntax.OpDivide:   division(cty.Value.Divide),
		hclsyntax.OpModulo:   division(cty.Value.Modulo),
	}
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if b, ok := n.(*hclsyntax.BinaryOpExpr); ok {
			if op, ok := exactly[b.Op]; ok {
				b.Op = op
			}
		}
		return nil
	})
}

func operation(calculate func(a, b cty.Value) cty.Value) *hclsyntax.Operation {
	return arithmetic(func(a, b cty.Value) (cty.Value, error) { return exact.Settled(calculate(a, b)) })
}

func division(calculate func(a, b cty.Value) cty.Value) *hclsyntax.Operation {
	return arithmetic(func(a, b cty.Value) (cty.Value, error) {
		if b.AsBigFloat().Sign() == 0 {
			return cty.NilVal, errors.New("a division by zero")
		}
		return exact.Settled(calculate(a, b))
	})
}

func arithmetic(calculate func(a, b cty.Value) (cty.Value, error)) *hclsyntax.Operation {
	return &hclsyntax.Operation{Type: cty.Number, Impl: function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "a", Type: cty.Number}, {Name: "b", Type: cty.Number}},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: func(b *cty.RefinementBuilder) *cty.RefinementBuilder { return b.NotNull() },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].AsBigFloat().IsInf() || args[1].AsBigFloat().IsInf() {
				return cty.NilVal, exact.ErrInfinite
			}
			return calculate(args[0], args[1])
		},
	})}
}
