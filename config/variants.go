package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/pipeline"
)

func (c *compiler) variants(a *hclsyntax.Attribute) {
	if word, ok := c.decoder().Choice(a, []string{"linked", "skip"}); ok && word == "linked" {
		c.linked = a
	}
}

// family maps the fields that make families of variants.
func (c *compiler) family() {
	if c.linked == nil {
		return
	}
	var names [2]pipeline.VariantFields
	for _, s := range pipeline.Sides() {
		v := c.sides[s].kind.Variants
		if v == nil {
			c.diags.Error(c.linked.Expr.Range(), "No variants", "The source %q has no variants that could be linked. Write variants = \"skip\".", c.sides[s].label)
			return
		}
		for _, name := range []string{v.Parent, v.Attributes} {
			if _, known := c.sides[s].kind.Known.Fields[name]; !known {
				c.diags.Error(c.linked.Expr.Range(), "No variants", "The source %q has no field %q with these settings, so variants cannot name their parent. Write variants = \"skip\", or use another api.", c.sides[s].label, name)
				return
			}
		}
		names[s] = *v
	}
	l, r := names[pipeline.Left], names[pipeline.Right]
	for _, pair := range [][2]string{{l.Parent, r.Parent}, {l.Attributes, r.Attributes}} {
		if f, ok := c.def.Field(pair[0]); ok {
			c.diags.Error(c.linked.Expr.Range(), "Field mapped twice", "variants = \"linked\" carries %q itself. Take the field block at %s out.", f.Name, f.Source)
			return
		}
		c.add(carried{}, pipeline.MappedField{Name: pair[0], Fields: pair, Source: "variants"}, [2]bool{true, true}, c.linked.Range())
	}
	c.def.Family = pipeline.Family(l)
}

// namedParents checks that the field by which children name their parents pairs records too: it is looked up
// among what is known of them.
func (c *compiler) namedParents() {
	if c.def.Family.Parent == "" || c.blind {
		return
	}
	f, _ := c.def.Field(c.def.Family.Parent)
	for _, s := range pipeline.Sides() {
		via := c.sides[s].field(f.Fields[s]).Via
		if via == "" {
			continue
		}
		found := false
		for _, name := range c.def.Match {
			m, _ := c.def.Field(name)
			found = found || m.Fields[s] == via
		}
		if !found {
			c.diags.Error(c.linked.Expr.Range(), "Parents cannot be found", "Variants of %q name their parent by its %q, so the pipeline must pair records by it. Map it, and name it in match.", c.sides[s].label, via)
		}
	}
}

// familyRule settles what two records of a new pair say of their family: the side that cannot change it is
// right.
func (c *compiler) familyRule(f pipeline.MappedField) (rule, bool) {
	if f.Name != c.def.Family.Parent && f.Name != c.def.Family.Attributes || c.def.Family.Parent == "" {
		return rule{}, false
	}
	parent, _ := c.def.Field(c.def.Family.Parent)
	for _, s := range pipeline.Sides() {
		if c.sides[s].field(parent.Fields[s]).Fixed {
			return rule{
				Strategy: pipeline.Strategy{Kind: pipeline.StrategySide, Side: s},
				text:     fmt.Sprintf("variants of %s keep their family", c.sides[s].label),
			}, true
		}
	}
	return rule{}, false
}

// sameVariants reports pipelines that share a source and disagree about its variants: what its records are would
// be different for each.
func (l *loader) sameVariants(c *compiler) {
	for _, p := range l.config.Pipelines {
		for _, source := range c.def.Sources {
			if shares := p.Sources[0] == source || p.Sources[1] == source; shares && (p.Family.Parent == "") != (c.def.Family.Parent == "") {
				l.diags.Error(c.block.DefRange(), "Variants linked and not", "The pipelines %q and %q share the source %q, and only one of them links its variants. Give both the same `variants`.", p.Name, c.def.Name, source)
				return
			}
		}
	}
}
