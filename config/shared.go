package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// A shared mapping is a mapping block at the top level. It is no mapping by itself: each pipeline that takes it by
// `from` compiles it anew between its own sources, as if the blocks stood there.

// sharedMapping is one of them.
type sharedMapping struct {
	block   *hclsyntax.Block
	content block.Content
	used    bool
}

func sharedMappingShape() block.Shape {
	s := mappingShape()
	s.Name = "a mapping block at the top level"
	s.Attributes = slices.DeleteFunc(s.Attributes, func(name string) bool { return name == "from" })
	return s
}

// mappings reads the shared ones, before the pipelines that take them.
func (l *loader) mappings() {
	l.shared = map[string]*sharedMapping{}
	seen := map[string]hcl.Range{}
	for _, b := range l.blocks["mapping"] {
		if !l.identifier(b, 0, "mapping") || !l.unique(seen, b.Labels[0], "mapping", b.DefRange()) {
			continue
		}
		l.refs["mapping."+b.Labels[0]] = true
		l.shared[b.Labels[0]] = &sharedMapping{block: b, content: block.Read(b.Body, sharedMappingShape(), l.diags)}
	}
}

// unusedMappings warns of mappings that no pipeline takes: nothing in them was checked.
func (l *loader) unusedMappings() {
	for _, b := range l.blocks["mapping"] {
		if m := l.shared[b.Labels[0]]; m != nil && m.block == b && !m.used && !l.scope.Incomplete {
			l.diags.Warning(b.DefRange(), "Unused mapping", "No pipeline takes the mapping %q, and what it holds was not checked. Write `mapping { from = mapping.%s }` in a pipeline, or take it out.", b.Labels[0], b.Labels[0])
		}
	}
}

// sharedBy returns the mapping that `from = mapping.NAME` names; nil where there is none, which has been told.
func (l *loader) sharedBy(a *hclsyntax.Attribute) *sharedMapping {
	t, problems := hcl.AbsTraversalForExpr(a.Expr)
	if problems.HasErrors() || len(t) != 2 || t.RootName() != "mapping" {
		l.diags.Error(a.Expr.Range(), "Reference expected", "%s must name a mapping block at the top level, without quotes: %s = mapping.NAME.%s", a.Name, a.Name, l.known("mapping", l.meant(a, nil)))
		return nil
	}
	step, ok := t[1].(hcl.TraverseAttr)
	if m := l.shared[step.Name]; ok && m != nil {
		m.used = true
		return m
	}
	if !l.scope.Incomplete {
		l.diags.Error(a.Expr.Range(), "Unknown mapping", "There is no mapping.%s at the top level.%s", step.Name, l.known("mapping", "mapping."+step.Name))
	}
	l.diags.Fail()
	return nil
}

// taken is what a pipeline's mapping is made of: its own block over a shared one.
type taken struct {
	defaults   *hclsyntax.Attribute
	without    []*hclsyntax.Attribute
	fields     []*hclsyntax.Block // each name once, the pipeline's own in the place of the shared one
	categories []*hclsyntax.Block
}

// take lays the block of a pipeline over the shared mapping that it names.
func (c *compiler) take(content block.Content) taken {
	own := c.distinct(content)
	out := taken{defaults: content.Attributes["defaults"], fields: own, categories: content.Blocks["category"]}
	out.without = append(out.without, attributesOf(content.Attributes["without"])...)
	from := content.Attributes["from"]
	if from == nil {
		return out
	}
	m := c.sharedBy(from)
	if m == nil {
		c.blind = true
		return out
	}
	c.blind = c.blind || c.torn[m.block]
	c.blind = c.blind || c.torn[m.block]
	if out.defaults == nil {
		out.defaults = m.content.Attributes["defaults"]
	}
	out.without = append(out.without, attributesOf(m.content.Attributes["without"])...)
	out.fields = overlaid(c.distinct(m.content), own)
	out.categories = overlaid(m.content.Blocks["category"], out.categories)
	c.shares = map[*hclsyntax.Block]bool{}
	for _, b := range slices.Concat(m.content.Blocks["field"], m.content.Blocks["category"]) {
		c.shares[b] = true
	}
	return out
}

// distinct returns the field blocks of a mapping, without those that repeat a name.
func (c *compiler) distinct(content block.Content) []*hclsyntax.Block {
	first := c.uniqueFields(content.Blocks["field"], "Field mapped twice", "The field %q is mapped at %s already. Make one block of both.")
	var fields []*hclsyntax.Block
	for _, b := range content.Blocks["field"] {
		if first[b.Labels[0]] == b {
			fields = append(fields, b)
		}
	}
	return fields
}

// overlaid returns the blocks of below, each replaced by that of the same label of above, then the rest of above.
func overlaid(below, above []*hclsyntax.Block) []*hclsyntax.Block {
	var out []*hclsyntax.Block
	labelled := func(blocks []*hclsyntax.Block, label string) int {
		return slices.IndexFunc(blocks, func(b *hclsyntax.Block) bool { return b.Labels[0] == label })
	}
	for _, b := range below {
		if i := labelled(above, b.Labels[0]); i >= 0 {
			b = above[i]
		}
		out = append(out, b)
	}
	for _, b := range above {
		if labelled(below, b.Labels[0]) < 0 {
			out = append(out, b)
		}
	}
	return out
}

// leave takes the fields out that `without` names, and returns them.
func (c *compiler) leave(t *taken) map[string]bool {
	left := map[string]bool{}
	for _, a := range t.without {
		names, ok := c.decoder().Texts(a)
		if !ok {
			continue
		}
		for _, name := range names {
			left[name] = c.leaveOne(t, name, a)
		}
	}
	return left
}

// leaveOne returns false for a field that stays, since the pipeline maps it itself.
func (c *compiler) leaveOne(t *taken, name string, a *hclsyntax.Attribute) bool {
	i := slices.IndexFunc(t.fields, func(b *hclsyntax.Block) bool { return b.Labels[0] == name })
	var carried []string
	for _, b := range t.fields {
		carried = append(carried, b.Labels[0])
	}
	for _, standard := range pipeline.StandardFields() {
		carried = append(carried, c.standard(pipeline.Left, standard))
	}
	switch {
	case i >= 0 && !c.shares[t.fields[i]]:
		c.diags.Error(a.Expr.Range(), "Field left out and mapped", "without leaves out %q, which is mapped at %s. Take one of the two out.", name, at(t.fields[i].DefRange()))
		return false
	case i >= 0:
		t.fields = slices.Delete(t.fields, i, i+1)
	case !slices.Contains(carried, name) && !c.blind:
		c.diags.Error(a.Expr.Range(), "Field not mapped", "without leaves out %q, which would not be carried anyway.%s", name, diag.DidYouMean(name, carried))
	}
	return true
}

// In a shared mapping, a side may also be called left or right, since sources have other labels in each pipeline;
// and what is written about sources of other pipelines does not count.

// fieldAttributes are what a field block may hold: right, to_right, to_left as the pipeline's labels say, and more in a
// shared mapping.
func (c *compiler) fieldAttributes(b *hclsyntax.Block) []string {
	left, right := c.sides[pipeline.Left].label, c.sides[pipeline.Right].label
	names := []string{right, "to_" + right, "to_" + left, "direction", "required"}
	if !c.shares[b] {
		return names
	}
	names = append(names, "right", "to_right", "to_left")
	return append(names, c.otherLabels()...)
}

// otherLabels returns LABEL and to_LABEL of the sources that are not of this pipeline.
func (c *compiler) otherLabels() []string {
	var names []string
	for ref := range c.refs {
		label, ok := strings.CutPrefix(ref, "source.")
		label = label[strings.LastIndexByte(label, '.')+1:]
		if ok && label != c.sides[pipeline.Left].label && label != c.sides[pipeline.Right].label {
			names = append(names, label, "to_"+label)
		}
	}
	slices.Sort(names)
	return names
}

// sided returns the attribute of a shared block that is called by a label or by left and right: form is "%s" or
// "to_%s".
func (c *compiler) sided(content block.Content, form string, s pipeline.Side) *hclsyntax.Attribute {
	word := fmt.Sprintf(form, s)
	byLabel, byWord := content.Attributes[fmt.Sprintf(form, c.sides[s].label)], content.Attributes[word]
	if byLabel == nil || byWord == nil {
		return firstOf(byLabel, byWord)
	}
	c.diags.Error(byWord.NameRange, "Said twice", "%s and %s are the same in the pipeline %q. Take one of the two out.", byWord.Name, byLabel.Name, c.def.Name)
	return byLabel
}

func firstOf(a, b *hclsyntax.Attribute) *hclsyntax.Attribute {
	if a != nil {
		return a
	}
	return b
}
