package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

const (
	standardTitle = pipeline.StandardField("title")
	standardSKU   = pipeline.StandardField("sku")
	standardStock = pipeline.StandardField("stock_quantity")
	standardImage = pipeline.StandardField("image")
)

func mappingShape() block.Shape {
	return block.Shape{
		Name: "a mapping block", Attributes: []string{"from", "defaults", "without"},
		Blocks: []block.Nested{
			{Type: "field", Labels: []string{"name"}, Many: true},
			{Type: "category", Labels: []string{"path"}, Many: true},
		},
	}
}

// mapping makes the fields: the standard ones in their order, each replaced by a field block of its name,
// then the other field blocks in theirs; those of a shared mapping before the pipeline's own.
func (c *compiler) mapping(b *hclsyntax.Block) {
	if b == nil {
		c.diags.Error(c.block.DefRange(), "No mapping", "The pipeline does not say which fields it carries. Add `mapping { defaults = true }` for the standard ones.")
		return
	}
	content := block.Read(b.Body, mappingShape(), c.diags)
	t := c.take(content)
	defaults, _ := c.decoder().Bool(t.defaults)
	if c.sides[pipeline.Left].label == "" || c.sides[pipeline.Right].label == "" {
		return // what the attributes of a field are called is not known
	}
	left := c.leave(&t)
	blocks := map[string]*hclsyntax.Block{}
	for _, f := range t.fields {
		blocks[f.Labels[0]] = f
	}
	if defaults {
		c.defaults(t.defaults, blocks, left)
	}
	for _, f := range t.fields {
		if blocks[f.Labels[0]] == f {
			c.field(f, "")
		}
	}
	c.family()
	c.uniqueRight()
	c.transforms()
	c.circular()
	c.places(t.categories)
	switch {
	case len(t.fields) == 0 && !defaults && !c.blind:
		c.diags.Error(b.DefRange(), "Empty mapping", "The mapping carries no field. Write defaults = true for the standard ones, or add field blocks.")
	case len(c.def.Fields) > 0 && !c.hasTitle():
		c.diags.Warning(b.DefRange(), "No title mapped", "Both systems require a title, and the mapping has none: records that exist on one side only cannot be made on the other. Write defaults = true or add `field %q { … }`.", c.standard(pipeline.Left, standardTitle))
	}
}

func (c *compiler) standard(s pipeline.Side, f pipeline.StandardField) string {
	return c.sides[s].kind.Standard[f]
}

func (c *compiler) hasTitle() bool {
	title := c.standard(pipeline.Left, standardTitle)
	_, ok := c.def.Field(title)
	return ok || title == ""
}

// uniqueFields returns the first field block of each name and reports the others; detail takes the name
// and the place of the first.
func (c *compiler) uniqueFields(blocks []*hclsyntax.Block, summary, detail string) map[string]*hclsyntax.Block {
	first := map[string]*hclsyntax.Block{}
	for _, b := range blocks {
		name := b.Labels[0]
		if other, ok := first[name]; ok {
			c.diags.Error(b.DefRange(), summary, detail, name, at(other.DefRange()))
			continue
		}
		first[name] = b
	}
	return first
}

// defaults maps the standard fields that both sides have and that are not left out.
func (c *compiler) defaults(a *hclsyntax.Attribute, blocks map[string]*hclsyntax.Block, out map[string]bool) {
	for _, standard := range pipeline.StandardFields() {
		left, right := c.standard(pipeline.Left, standard), c.standard(pipeline.Right, standard)
		switch b := blocks[left]; {
		case left == "" || right == "" || out[left]:
		case c.leftOut(standard) != "" && b == nil:
			c.diags.Warning(a.Range(), "Standard field left out", "defaults = true leaves out %q, since %s", left, c.leftOut(standard))
		case b != nil:
			c.field(b, right)
			delete(blocks, left)
		default:
			c.add(carried{}, pipeline.MappedField{
				Name: left, Fields: [2]string{left, right},
				Required: standard == standardTitle, Source: "defaults",
			}, c.dir, a.Range())
		}
	}
}

// leftOut says why a standard field cannot be had with the settings of the sources, "" if it can.
func (c *compiler) leftOut(f pipeline.StandardField) string {
	for _, s := range c.sides {
		if remedy := s.without[f]; remedy != "" {
			return fmt.Sprintf("the source %q lacks `%s`. Add it to carry the field.", s.label, remedy)
		}
	}
	if f == standardImage {
		return c.storeless(c.dir, [2]string{c.standard(pipeline.Left, f), c.standard(pipeline.Right, f)})
	}
	return ""
}

// uniqueRight reports right fields that are mapped twice.
func (c *compiler) uniqueRight() {
	first := map[string]pipeline.MappedField{}
	for i, f := range c.def.Fields {
		name := f.Fields[pipeline.Right]
		other, ok := first[name]
		if !ok {
			first[name] = f
			continue
		}
		where, remedy := other.Source, "Map it once."
		if where == "defaults" {
			where = "by defaults = true"
			remedy = fmt.Sprintf("To replace the default, write `field %q { … }`.", other.Name)
		} else {
			where = "at " + where
		}
		c.diags.Error(c.carry[i].at, "Field mapped twice", "The field %q of %q is already mapped to %q, %s. %s", name, c.sides[pipeline.Right].label, other.Name, where, remedy)
	}
}

// add appends a field, with the sides that its direction lets it be written to.
func (c *compiler) add(carry carried, f pipeline.MappedField, dir [2]bool, at hcl.Range) {
	var not []string
	whose := "the pipeline's"
	if carry.directed {
		whose = "its own"
	}
	for _, s := range pipeline.Sides() {
		label := c.sides[s].label
		switch {
		case !dir[s]:
			not = append(not, fmt.Sprintf("not to %s because of %s direction", label, whose))
		case c.sides[s].field(f.Fields[s]).ReadOnly:
			not = append(not, fmt.Sprintf("not to %s, where %q is read-only", label, f.Fields[s]))
		default:
			f.Writes[s] = true
		}
	}
	if len(not) == 2 {
		c.diags.Error(at, "Field never written", "The field %q is written nowhere: %s. Change a direction, or take the field out.", f.Name, strings.Join(not, " and "))
	}
	for _, s := range pipeline.Sides() {
		f.Stock = f.Stock || f.Fields[s] == c.standard(s, standardStock)
		f.SKU = f.SKU || f.Fields[s] == c.standard(s, standardSKU)
	}
	f.Image = c.image(f, carry, at)
	c.fits(f, carry, at)
	carry.at = at
	c.def.Fields = append(c.def.Fields, f)
	c.carry = append(c.carry, carry)
}

// fits reports a field that is carried as it is to one that can never hold it.
func (c *compiler) fits(f pipeline.MappedField, carry carried, at hcl.Range) {
	for _, s := range pipeline.Sides() {
		from, to := c.sides[s.Other()].field(f.Fields[s.Other()]), c.sides[s].field(f.Fields[s])
		if f.Image || !f.Writes[s] || carry.to[s] != nil && !c.literalNull(carry.to[s]) || from.Type.FitsInto(to.Type) {
			continue
		}
		label := c.sides[s].label
		c.diags.Error(at, "Types that do not fit", "%q of %q is a %s and can never hold what %q of %q is, a %s. Make one of the other by `to_%s = …`, or map another field.",
			to.Name, label, to.Type, from.Name, c.sides[s.Other()].label, from.Type, label)
	}
}

// lacks returns what to write in the source block to have a field, "" where nothing is missing.
func (s side) lacks(name string) string {
	for standard, remedy := range s.without {
		if s.kind.Standard[standard] == name {
			return remedy
		}
	}
	return ""
}
