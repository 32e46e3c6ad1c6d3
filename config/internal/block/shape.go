package block

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/diag"
)

// Shape is what a body may hold.
type Shape struct {
	Name       string // for messages: `a limits block`
	Attributes []string
	Blocks     []Nested
}

// Nested is a kind of block within a body.
type Nested struct {
	Type   string
	Labels []string // what each label is: "kind", "label"
	Many   bool     // may stand there more than once
}

// Content is what a body holds, sorted by the Shape.
type Content struct {
	Attributes map[string]*hclsyntax.Attribute
	Blocks     map[string][]*hclsyntax.Block // in the order of the file
}

// Block returns the one block of that type, nil where there is none.
func (c Content) Block(kind string) *hclsyntax.Block {
	if len(c.Blocks[kind]) == 0 {
		return nil
	}
	return c.Blocks[kind][0]
}

// Read sorts out a body and reports everything in it that the shape does not have.
func Read(body *hclsyntax.Body, s Shape, d *diag.List) Content {
	c := Content{Attributes: map[string]*hclsyntax.Attribute{}, Blocks: map[string][]*hclsyntax.Block{}}
	for name, a := range body.Attributes {
		if slices.Contains(s.Attributes, name) {
			c.Attributes[name] = a
			continue
		}
		s.unknownAttribute(a, d)
	}
	for _, b := range body.Blocks {
		i := slices.IndexFunc(s.Blocks, func(n Nested) bool { return n.Type == b.Type })
		switch {
		case i < 0:
			s.unknownBlock(b, d)
		case !s.Blocks[i].labelled(b, d):
		case !s.Blocks[i].Many && len(c.Blocks[b.Type]) > 0:
			first := c.Blocks[b.Type][0].DefRange()
			d.Error(b.DefRange(), "Repeated block", "There is already a %s block on line %d. Put everything into one.", b.Type, first.Start.Line)
		default:
			c.Blocks[b.Type] = append(c.Blocks[b.Type], b)
		}
	}
	return c
}

func (s Shape) unknownAttribute(a *hclsyntax.Attribute, d *diag.List) {
	if slices.Contains(s.types(), a.Name) {
		d.Error(a.NameRange, "Block expected", "%s is a block: write `%s { … }` without the equals sign.", a.Name, a.Name)
		return
	}
	near := diag.DidYouMean(a.Name, s.Attributes)
	if near == "" {
		near = diag.DidYouMean(a.Name, s.types())
	}
	if near == "" {
		near = s.list()
	}
	d.Error(a.NameRange, "Unknown attribute", "There is no attribute %q in %s.%s", a.Name, s.Name, near)
}

func (s Shape) unknownBlock(b *hclsyntax.Block, d *diag.List) {
	if slices.Contains(s.Attributes, b.Type) {
		d.Error(b.TypeRange, "Attribute expected", "%s is an attribute: write `%s = …`.", b.Type, b.Type)
		return
	}
	near := diag.DidYouMean(b.Type, s.types())
	if near == "" {
		near = s.list()
	}
	d.Error(b.TypeRange, "Unknown block", "There is no block %q in %s.%s", b.Type, s.Name, near)
}

func (s Shape) types() []string {
	var types []string
	for _, n := range s.Blocks {
		types = append(types, n.Type)
	}
	return types
}

func (s Shape) list() string {
	var parts []string
	for what, names := range map[string][]string{"attribute": s.Attributes, "block": s.types()} {
		switch len(names) {
		case 0:
		case 1:
			parts = append(parts, fmt.Sprintf("the %s %s", what, names[0]))
		default:
			parts = append(parts, fmt.Sprintf("the %ss %s", what, strings.Join(names, ", ")))
		}
	}
	if len(parts) == 0 {
		return " It must be empty."
	}
	slices.Sort(parts)
	return " It may have " + strings.Join(parts, " and ") + "."
}

// labelled checks the number of labels.
func (n Nested) labelled(b *hclsyntax.Block, d *diag.List) bool {
	if len(b.Labels) == len(n.Labels) {
		return true
	}
	form := n.Type
	for _, l := range n.Labels {
		form += fmt.Sprintf(" %q", strings.ToUpper(l))
	}
	d.Error(hcl.RangeBetween(b.TypeRange, b.OpenBraceRange), "Wrong labels", "A %s block has %s, but this one has %d: write `%s { … }`.",
		n.Type, counted(len(n.Labels), "label"), len(b.Labels), form)
	return false
}

func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
