package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

func filterShape() block.Shape {
	return block.Shape{Name: "a filter block", Attributes: []string{"categories", "where"}}
}

// kindPM is the kind whose records a filter looks at, whichever side it is on.
const kindPM = "products_manager"

func (c *compiler) filter(b *hclsyntax.Block) {
	if c.sides[pipeline.Right].kind.Name == kindPM && c.sides[pipeline.Left].kind.Name != kindPM {
		c.def.FilterSide = pipeline.Right
	}
	if b == nil {
		return
	}
	content := block.Read(b.Body, filterShape(), c.diags)
	s := c.sides[c.def.FilterSide]
	f := &filter{}
	if a := content.Attributes["categories"]; a != nil {
		c.categories(a, s, f)
	}
	if a := content.Attributes["where"]; a != nil && s.label != "" {
		c.where(a, s, f)
	}
	switch {
	case len(content.Attributes) == 0:
		c.diags.Error(b.DefRange(), "Empty filter", "The filter selects nothing in particular. Write categories or where, or take the block out to select all records.")
	case f.where != nil || f.patterns != nil:
		c.def.Filter = f
	}
}

func (c *compiler) categories(a *hclsyntax.Attribute, s side, f *filter) {
	texts, ok := c.decoder().Texts(a)
	if !ok {
		return
	}
	field := s.kind.Standard["category"]
	if len(texts) == 0 {
		c.diags.Error(a.Expr.Range(), "Wrong value", "categories is empty, so that no record at all would be selected. Name some, as [\"Clothing/**\"], or take it out.")
		return
	}
	if field == "" {
		if s.kind.Name != "" {
			c.diags.Error(a.NameRange, "No categories", "Records of source %q have no category to select by. Use where.", s.label)
		}
		return
	}
	for _, text := range texts {
		p, err := parsePattern(text)
		if err != nil {
			c.diags.Error(elementRange(a.Expr, text), "Wrong pattern", "The category pattern %q cannot be used: %s. Patterns are like \"Clothing/Shirts\", \"Clothing/*\" or \"Clothing/**\".", text, err)
			continue
		}
		f.patterns = append(f.patterns, p)
	}
	f.category, f.path = field, c.categoryField(s, field)
	c.def.FilterReads = append(c.def.FilterReads, field)
}

// categoryField is what is known of the paths of categories. A source may say in its categories block how
// it writes them.
func (c *compiler) categoryField(s side, name string) pipeline.Field {
	f := s.field(name)
	f.Type = pipeline.TypePath
	source, _ := c.config.Source(s.label)
	if separator := block.TextSetting(source.Settings, "categories.separator"); separator != "" {
		f.Separator = separator
	}
	if root := block.TextSetting(source.Settings, "categories.root"); root != "" {
		f.Root = root
	}
	return f
}

// elementRange returns where the element of a list stands that holds that text.
func elementRange(expr hclsyntax.Expression, text string) hcl.Range {
	if list, ok := expr.(*hclsyntax.TupleConsExpr); ok {
		for _, e := range list.Exprs {
			if v, ok := expression.Constant(e); ok && v.RawEquals(cty.StringVal(text)) {
				return e.Range()
			}
		}
	}
	return expr.Range()
}

func (c *compiler) where(a *hclsyntax.Attribute, s side, f *filter) {
	scope := *c.perRow
	scope.NoValue = true
	e, ok := expression.Compile(a.Expr, expression.Input{
		Name: fmt.Sprintf("where of pipeline %q", c.def.Name), At: at(a.NameRange),
		Scope: &scope, Source: s.label, Known: s.kind.Known, Mapped: c.names(c.def.FilterSide),
		Condition: true,
	}, c.diags)
	if !ok {
		return
	}
	f.where, f.expr = e, a.Expr
	for _, name := range e.Reads() {
		if name != f.category {
			c.def.FilterReads = append(c.def.FilterReads, name)
		}
	}
}

// filter selects records by category and by condition; both must hold. It implements pipeline.Filter.
type filter struct {
	category string         // field of the category
	path     pipeline.Field // what is known of it: separator and root
	patterns []pattern      // one must match; nil for any
	where    *expression.Expression
	expr     hclsyntax.Expression // of where
}

// Selects implements pipeline.Filter. A record without a category is not selected by categories.
func (f *filter) Selects(record *pipeline.Record) (bool, error) {
	if f.patterns != nil && !f.inCategory(record.Fields[f.category]) {
		return false, nil
	}
	if f.where == nil {
		return true, nil
	}
	return f.where.Holds(record)
}

// levelSeparator stands in no category's name, so that paths can be cut whatever their own separator is.
const levelSeparator = "\x00"

func (f *filter) inCategory(v pipeline.Value) bool {
	path, err := pipeline.CarryPath(v, f.path, pipeline.Field{Type: pipeline.TypePath, Separator: levelSeparator})
	if err != nil || path.IsNull() {
		return false
	}
	levels := strings.Split(path.AsText(), levelSeparator)
	for _, p := range f.patterns {
		if p.matches(levels) {
			return true
		}
	}
	return false
}
