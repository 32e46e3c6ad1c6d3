package config

import (
	"math/big"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/exact"
	"github.com/tandem-sync/tandem/pipeline"
)

func limitsShape() block.Shape {
	return block.Shape{
		Name: "a limits block", Attributes: []string{"updates", "deletes", "zeroed_stock", "creates"},
	}
}

// DefaultLimits are the brakes of a pipeline that does not set them.
func DefaultLimits() pipeline.Limits {
	return pipeline.Limits{
		Updates: pipeline.PercentLimit(50), Deletes: pipeline.CountLimit(20), ZeroedStock: pipeline.PercentLimit(20),
	}
}

func (c *compiler) limits(b *hclsyntax.Block) {
	c.def.Limits = DefaultLimits()
	if b == nil {
		return
	}
	content := block.Read(b.Body, limitsShape(), c.diags)
	for name, into := range map[string]*pipeline.Limit{
		"updates": &c.def.Limits.Updates, "deletes": &c.def.Limits.Deletes,
		"zeroed_stock": &c.def.Limits.ZeroedStock, "creates": &c.def.Limits.Creates,
	} {
		if a := content.Attributes[name]; a != nil {
			c.limit(a, into)
		}
	}
}

// limit reads a count, a percentage, or null for none.
func (c *compiler) limit(a *hclsyntax.Attribute, into *pipeline.Limit) {
	v, ok := c.scope.Evaluate(a.Expr, c.diags)
	if !ok {
		return
	}
	v, _ = v.UnmarkDeep()
	switch {
	case v.IsNull():
		*into = pipeline.Limit{}
		return
	case v.Type() == cty.Number:
		n, accuracy := v.AsBigFloat().Int64()
		if accuracy == big.Exact && n >= 0 {
			*into = pipeline.CountLimit(n)
			return
		}
	case v.Type() == cty.String:
		if p, ok := percentage(v.AsString()); ok {
			*into = pipeline.Limit{Set: true, IsPercent: true, Amount: p}
			return
		}
	}
	c.diags.Error(a.Expr.Range(), "Wrong value", "%s must be a number of records, as 20, a percentage of the linked records, as \"50%%\", or null for no limit.", a.Name)
}

func percentage(s string) (decimal.Decimal, bool) {
	digits, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	number, err := cty.ParseNumberVal(strings.TrimSpace(digits))
	if !ok || err != nil {
		return decimal.Decimal{}, false
	}
	d, err := exact.Decimal(number.AsBigFloat())
	return d, err == nil && !d.IsNegative() && d.LessThanOrEqual(decimal.NewFromInt(100))
}
