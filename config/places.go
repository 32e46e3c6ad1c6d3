package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

// places reads the table of categories: `category "Clothing" { erp = "All / Apparel" }`, the left side's path
// as the label, the right side's as the attribute.
func (c *compiler) places(blocks []*hclsyntax.Block) {
	if len(blocks) == 0 {
		return
	}
	field, ok := c.categoryMapping(blocks[0].DefRange())
	if !ok {
		return
	}
	right := c.sides[pipeline.Right].label
	var first [2]map[string]pipeline.Place
	for _, s := range pipeline.Sides() {
		first[s] = map[string]pipeline.Place{}
	}
	for _, b := range blocks {
		names := []string{right}
		if c.shares[b] {
			names = append(append(names, "right"), c.otherLabels()...)
		}
		content := block.Read(b.Body, block.Shape{Name: fmt.Sprintf("the category block of %q", b.Labels[0]), Attributes: names}, c.diags)
		a := c.sided(content, "%s", pipeline.Right)
		if a == nil {
			c.diags.Error(b.DefRange(), "Missing attribute", "The category %q needs its path in %q. Add `%s = \"…\"`.", b.Labels[0], right, right)
			continue
		}
		there, ok := c.decoder().Text(a)
		if !ok {
			continue
		}
		p := pipeline.Place{Paths: [2]string{b.Labels[0], there}, Source: at(b.DefRange())}
		ranges := [2]hcl.Range{b.LabelRanges[0], a.Expr.Range()}
		for _, s := range pipeline.Sides() {
			ok = c.place(field, s, p, first[s], ranges[s]) && ok
		}
		if ok {
			c.def.Places = append(c.def.Places, p)
		}
	}
}

// categoryMapping returns the mapped field that holds the categories of both sides, and says what is wrong if
// a table of categories is of no use.
func (c *compiler) categoryMapping(at hcl.Range) (pipeline.MappedField, bool) {
	for i, f := range c.def.Fields {
		if f.Fields[pipeline.Left] != c.standard(pipeline.Left, "category") || f.Fields[pipeline.Right] != c.standard(pipeline.Right, "category") {
			continue
		}
		for _, s := range pipeline.Sides() {
			if a := c.carry[i].to[s]; f.Carry[s] != nil && f.Writes[s] {
				c.diags.Warning(a.NameRange, "Table of categories not used", "%s makes the category of %q, so that the category blocks do not count in that direction. Take one of the two out.", a.Name, c.sides[s].label)
			}
		}
		return f, true
	}
	if !c.blind {
		c.diags.Error(at, "No category mapped", "The mapping does not carry categories, so that none can be given another name. Write defaults = true, or map the category by a field block.")
	}
	return pipeline.MappedField{}, false
}

// place checks one side's path of a line of the table. Two lines may name one category only where nothing is
// carried from it by the table.
func (c *compiler) place(field pipeline.MappedField, s pipeline.Side, p pipeline.Place, first map[string]pipeline.Place, where hcl.Range) bool {
	f := c.categoryField(c.sides[s], field.Fields[s])
	levels := f.Below(pipeline.Text(p.Paths[s]))
	if len(levels) == 0 {
		c.diags.Error(where, "No category", "%q is no path of a category of %q below the root. Write one as in \"Clothing%sShirts\".", p.Paths[s], c.sides[s].label, separatorOf(f))
		return false
	}
	key := pipeline.Field{Type: pipeline.TypePath, Separator: levelSeparator}.Path(levels).AsText()
	other, double := first[key]
	if !double {
		first[key] = p
		return true
	}
	if !field.Writes[s.Other()] {
		return true
	}
	c.diags.Error(where, "Category named twice", "The category %q of %q has another counterpart at %s already, so that it is not clear where it goes. Leave one of them out, or make it a category below.", p.Paths[s], c.sides[s].label, other.Source)
	return false
}

func separatorOf(f pipeline.Field) string {
	if f.Separator == "" {
		return "/"
	}
	return f.Separator
}
