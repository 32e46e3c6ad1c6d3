package config

import (
	"fmt"
	"maps"
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

// carried are the transforms of a mapped field before they are compiled, which needs all fields.
type carried struct {
	at hcl.Range
	to [2]*hclsyntax.Attribute
	// directed tells that the field has a direction of its own, which counts over the pipeline's.
	directed bool
}

var fieldPath = regexp.MustCompile(`^[A-Za-z_][\w-]*(\.[\w-]+|\[\d+\])*$`)

// field reads a field block. standard is the right field that the default of that name has, "" for none.
func (c *compiler) field(b *hclsyntax.Block, standard string) {
	name := b.Labels[0]
	body := b.Body
	if !c.shares[b] {
		body = c.withoutLeft(body)
	}
	content := block.Read(body, block.Shape{Name: fmt.Sprintf("the field block of %q", name), Attributes: c.fieldAttributes(b)}, c.diags)
	ok := c.fieldName(pipeline.Left, name, b.LabelRanges[0])
	there := c.sided(content, "%s", pipeline.Right)
	other, written := c.rightName(b, there, standard)
	if written {
		ok = c.fieldName(pipeline.Right, other, there.Expr.Range()) && ok
	}
	f := pipeline.MappedField{Name: name, Fields: [2]string{name, other}, Source: at(b.DefRange())}
	f.Required = c.required(name, content.Attributes["required"])
	dir, own := c.dir, content.Attributes["direction"]
	if own != nil {
		dir = c.direction(own, c.shares[b])
	}
	carry := carried{directed: own != nil, to: [2]*hclsyntax.Attribute{c.sided(content, "to_%s", pipeline.Left), c.sided(content, "to_%s", pipeline.Right)}}
	if ok && other != "" {
		c.add(carry, f, dir, b.DefRange())
	}
}

// withoutLeft takes an attribute that is called like the left side out of a body, and says why.
func (c *compiler) withoutLeft(body *hclsyntax.Body) *hclsyntax.Body {
	left, right := c.sides[pipeline.Left].label, c.sides[pipeline.Right].label
	a, ok := body.Attributes[left]
	if !ok {
		return body
	}
	c.diags.Error(a.NameRange, "Left field named twice", "The field of %q, the left side, is the label of the block: write `field \"…\" { %s = \"…\" }`, where the attribute names the field of %q.", left, right, right)
	rest := *body
	rest.Attributes = maps.Clone(body.Attributes)
	delete(rest.Attributes, left)
	return &rest
}

// rightName returns the right side's field: as written, else the default's.
func (c *compiler) rightName(b *hclsyntax.Block, a *hclsyntax.Attribute, standard string) (name string, written bool) {
	if a == nil && (standard != "" || c.blind) {
		return standard, false
	}
	label := c.sides[pipeline.Right].label
	if a == nil {
		c.diags.Error(b.DefRange(), "Missing attribute", "The field %q needs its field in %q. Add `%s = \"…\"`.", b.Labels[0], label, label)
		return "", false
	}
	return c.decoder().Text(a)
}

// fieldName checks a field of one side as far as it can be checked offline.
func (c *compiler) fieldName(s pipeline.Side, name string, at hcl.Range) bool {
	if !fieldPath.MatchString(name) {
		c.diags.Error(at, "Wrong field name", "%q is not the name of a field. Names are like price, attributes.color or x_brand.", name)
		return false
	}
	if why := c.sides[s].noImage(name); why != "" {
		c.diags.Error(at, "Not supported yet", "%s", why)
		return false
	}
	if remedy := c.sides[s].lacks(name); remedy != "" {
		c.diags.Error(at, "Field left out by its source", "%q cannot be had while the source %q lacks `%s`. Add that to its block, or take this field out.", name, c.sides[s].label, remedy)
		return false
	}
	return expression.CheckField(c.sides[s].kind.Known, c.sides[s].label, name, at, c.diags)
}

func (c *compiler) required(name string, a *hclsyntax.Attribute) bool {
	title := name == c.standard(pipeline.Left, standardTitle)
	required, ok := c.decoder().Bool(a)
	if ok && !required && title {
		c.diags.Error(a.Expr.Range(), "Title must be required", "Both systems require a title, so that %q cannot be optional. Take `required = false` out.", name)
	}
	return required || title
}

// transforms compiles to_LABEL of all fields.
func (c *compiler) transforms() {
	for i := range c.def.Fields {
		f := &c.def.Fields[i]
		for _, s := range pipeline.Sides() {
			a := c.carry[i].to[s]
			if a == nil || c.literalNull(a) {
				continue
			}
			if !f.Writes[s] && (f.Writes[pipeline.Left] || f.Writes[pipeline.Right]) {
				c.diags.Warning(a.NameRange, "Expression never used", "%s is never used, because the field %q is not written to %q.", a.Name, f.Name, c.sides[s].label)
			}
			c.transform(f, s, a)
		}
	}
}

func (c *compiler) literalNull(a *hclsyntax.Attribute) bool {
	v, ok := expression.Constant(a.Expr)
	return ok && v.IsNull()
}

// transform compiles what makes side s's value from the other side's.
func (c *compiler) transform(f *pipeline.MappedField, s pipeline.Side, a *hclsyntax.Attribute) {
	from := s.Other()
	e, ok := expression.Compile(a.Expr, expression.Input{
		Name: fmt.Sprintf("%s of field %q", a.Name, f.Name), At: at(a.NameRange),
		Scope: c.perRow, Source: c.sides[from].label, Known: c.sides[from].kind.Known, Mapped: c.names(from),
		Value: c.sides[from].field(f.Fields[from]), Result: c.sides[s].field(f.Fields[s]),
	}, c.diags)
	if !ok {
		return
	}
	f.Carry[s] = e
	for _, name := range e.Reads() {
		if name != f.Fields[from] {
			f.Reads[from] = append(f.Reads[from], name)
		}
	}
}
