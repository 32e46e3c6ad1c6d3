package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

func conflictShape() block.Shape {
	return block.Shape{
		Name: "a conflict block", Attributes: []string{"strategy"},
		Blocks: []block.Nested{{Type: "field", Labels: []string{"name"}, Many: true}},
	}
}

func conflictFieldShape() block.Shape {
	return block.Shape{Name: "a field block of a conflict block", Attributes: []string{"strategy"}}
}

// rule is a strategy with the words that tell where it comes from.
type rule struct {
	pipeline.Strategy
	text string
}

// conflict gives every field its strategy: its own, the pipeline's, or manual.
func (c *compiler) conflict(b *hclsyntax.Block) {
	general := rule{text: `strategy "manual" (the default)`}
	own := map[string]rule{}
	if b != nil {
		content := block.Read(b.Body, conflictShape(), c.diags)
		if r, ok := c.strategy(content.Attributes["strategy"], fmt.Sprintf("pipeline %q", c.def.Name)); ok {
			general = r
		}
		blocks := c.uniqueFields(content.Blocks["field"], "Strategy given twice", "The strategy of field %q is given at %s already. Keep one of the two.")
		for _, f := range content.Blocks["field"] {
			name := f.Labels[0]
			if blocks[name] != f {
				continue
			}
			a := block.Read(f.Body, conflictFieldShape(), c.diags).Attributes["strategy"]
			if a == nil {
				c.decoder().Missing("a field block of a conflict block", "strategy", f.DefRange())
			}
			r, ok := c.strategy(a, fmt.Sprintf("field %q", name))
			if c.mapped(name, f.LabelRanges[0], "This strategy") && ok {
				own[name] = r
			}
		}
	}
	for i := range c.def.Fields {
		f := &c.def.Fields[i]
		r, ok := own[f.Name]
		if !ok {
			r, ok = c.familyRule(*f)
		}
		if !ok {
			r = general
		}
		f.Strategy, f.Rule = r.Strategy, r.text
	}
}

func (c *compiler) strategy(a *hclsyntax.Attribute, of string) (rule, bool) {
	choices := []string{}
	for _, s := range pipeline.Sides() {
		if c.sides[s].label == "" {
			return rule{}, false // what the sides are called is not known
		}
		choices = append(choices, c.sides[s].label)
	}
	word, ok := c.decoder().Choice(a, append(choices, "latest", "manual"))
	if !ok {
		return rule{}, false
	}
	r := rule{text: fmt.Sprintf("strategy %q of %s (%s)", word, of, at(a.NameRange))}
	switch word {
	case "latest":
		r.Kind = pipeline.StrategyLatest
	case "manual":
		r.Kind = pipeline.StrategyManual
	case choices[pipeline.Left]:
		r.Strategy = pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Left}
	default:
		r.Strategy = pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Right}
	}
	return r, true
}
