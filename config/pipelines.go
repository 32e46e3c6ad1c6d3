package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

func pipelineShape() block.Shape {
	return block.Shape{
		Name:       "a pipeline block",
		Attributes: []string{"left", "right", "direction", "media", "variants", "match", "deletes"},
		Blocks:     []block.Nested{{Type: "filter"}, {Type: "schedule"}, {Type: "mapping"}, {Type: "conflict"}, {Type: "limits"}},
	}
}

func (l *loader) pipelines() {
	seen := map[string]hcl.Range{}
	for _, b := range l.blocks["pipeline"] {
		if !l.identifier(b, 0, "pipeline") || !l.unique(seen, b.Labels[0], "pipeline", b.DefRange()) {
			continue
		}
		before := l.diags.Failures()
		c := &compiler{loader: l, block: b, def: &pipeline.Definition{Name: b.Labels[0]}, blind: l.torn[b]}
		c.compile(block.Read(b.Body, pipelineShape(), l.diags))
		if l.diags.Failures() == before && !c.blind {
			c.def.MergeHash = c.mergeHash()
			c.def.Hash = c.hash()
			l.config.Pipelines = append(l.config.Pipelines, c.def)
			l.sameVariants(c)
			l.compiled = append(l.compiled, c)
		}
	}
	if len(l.blocks["pipeline"]) == 0 && l.diags.Errors() == 0 {
		l.diags.Add(&hcl.Diagnostic{
			Severity: hcl.DiagWarning, Summary: "No pipeline",
			Detail: "The configuration has no pipeline block, so that nothing is synced. Add `pipeline \"products\" { … }`.",
		})
	}
}

// side is what a pipeline knows of one of its sides.
type side struct {
	label   string // "" where the reference could not be read
	kind    pipeline.SourceKind
	without map[pipeline.StandardField]string // see pipeline.SourceKind
}

// field returns what is known of a field offline; one that is not known may hold anything.
func (s side) field(name string) pipeline.Field {
	if f, ok := s.kind.Known.Lookup(name); ok {
		return f
	}
	return pipeline.Field{Name: name, Type: pipeline.TypeAny, Digits: pipeline.Unlimited}
}

// compiler makes a Definition of a pipeline block.
type compiler struct {
	*loader
	block *hclsyntax.Block
	def   *pipeline.Definition
	sides [2]side
	blind bool    // a source is missing or wrong: the definition is checked as far as possible, and not used
	dir   [2]bool // the sides that the pipeline writes to
	// linked is the attribute that links variants, nil if it does not.
	linked *hclsyntax.Attribute
	carry  []carried
	shares map[*hclsyntax.Block]bool // the blocks that are of a shared mapping
}

func (c *compiler) compile(content block.Content) {
	c.source(pipeline.Left, "left", content)
	c.source(pipeline.Right, "right", content)
	left, right := c.sides[pipeline.Left].label, c.sides[pipeline.Right].label
	if left != "" && left == right {
		c.diags.Error(content.Attributes["right"].Expr.Range(), "One source on both sides", "left and right are both %q. A pipeline needs two different sources.", left)
	}
	c.dir = c.direction(content.Attributes["direction"], false)
	c.def.Creates, c.def.Removes = c.dir, c.dir
	if a := content.Attributes["media"]; a != nil {
		kind, label, _ := c.reference(a, "media")
		c.def.Media = kind + "." + label // also a wrong one: what is written by address is not told on top
	}
	c.variants(content.Attributes["variants"])
	c.deletes(content.Attributes["deletes"])
	c.schedule(content.Block("schedule"))
	c.limits(content.Block("limits"))
	c.mapping(content.Block("mapping"))
	c.match(content.Attributes["match"])
	c.namedParents()
	c.filter(content.Block("filter"))
	c.conflict(content.Block("conflict"))
}

func (c *compiler) source(s pipeline.Side, name string, content block.Content) {
	a := content.Attributes[name]
	if a == nil {
		c.decoder().Missing("a pipeline block", name, c.block.DefRange())
		c.blind = true
		return
	}
	kind, label, ok := c.reference(a, "source")
	c.blind = c.blind || !ok
	c.sides[s].label = label
	c.sides[s].kind, _ = c.kind(kind)
	c.sides[s].without = c.without(label)
	if source, found := c.config.Source(label); ok && found {
		c.sides[s].kind = source.Kind
	}
	c.def.Sources[s] = label
}

// direction returns the sides that are written to; both where a is absent or wrong. A shared mapping may say to_left
// and to_right.
func (c *compiler) direction(a *hclsyntax.Attribute, shared bool) [2]bool {
	both := [2]bool{true, true}
	if c.sides[pipeline.Left].label == "" || c.sides[pipeline.Right].label == "" {
		return both
	}
	toLeft, toRight := "to_"+c.sides[pipeline.Left].label, "to_"+c.sides[pipeline.Right].label
	choices := []string{"both", toRight, toLeft}
	if shared {
		choices = append(choices, "to_right", "to_left")
	}
	word, _ := c.decoder().Choice(a, choices)
	switch word {
	case toLeft, "to_left":
		return [2]bool{pipeline.Left: true}
	case toRight, "to_right":
		return [2]bool{pipeline.Right: true}
	}
	return both
}

func (c *compiler) deletes(a *hclsyntax.Attribute) {
	c.def.Deletes = pipeline.DeletesArchive
	choices := []string{string(pipeline.DeletesArchive), string(pipeline.DeletesIgnore), string(pipeline.DeletesDelete)}
	if word, ok := c.decoder().Choice(a, choices); ok {
		c.def.Deletes = pipeline.DeletePolicy(word)
	}
}

// match reads the fields that pair records. The default is what the mapping has of SKU and EAN.
func (c *compiler) match(a *hclsyntax.Attribute) {
	if a == nil {
		for _, standard := range []pipeline.StandardField{"sku", "ean"} {
			name := c.sides[pipeline.Left].kind.Standard[standard]
			if _, ok := c.def.Field(name); ok {
				c.def.Match = append(c.def.Match, name)
			}
		}
		if len(c.def.Match) == 0 && len(c.def.Fields) > 0 && !c.blind {
			c.diags.Error(c.block.DefRange(), "Nothing to pair records by", "The mapping has neither SKU nor EAN. Say which of its fields pair records: match = [%q].", c.def.Fields[0].Name)
		}
		return
	}
	names, ok := c.decoder().Texts(a)
	if !ok {
		return
	}
	if len(names) == 0 {
		c.diags.Error(a.Expr.Range(), "Nothing to pair records by", "match is empty, so that every record would be made anew on the other side. Name one field at least, as match = [\"sku\", \"ean\"].")
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			c.diags.Error(a.Expr.Range(), "Repeated name", "match names %q twice. Take one out.", name)
		}
		if c.mapped(name, a.Expr.Range(), "match") {
			if f, _ := c.def.Field(name); f.Image {
				c.diags.Error(a.Expr.Range(), "Images pair nothing", "match names %q. No two systems hold the same image: each encodes it anew. Take it out.", name)
			}
			c.def.Match = append(c.def.Match, name)
		}
	}
}

// mapped reports a field that is not in the mapping.
func (c *compiler) mapped(name string, at hcl.Range, where string) bool {
	if _, ok := c.def.Field(name); ok {
		return true
	}
	if len(c.def.Fields) == 0 {
		return false // the mapping itself failed
	}
	for _, standard := range pipeline.StandardFields() {
		if why := c.leftOut(standard); why != "" && name == c.standard(pipeline.Left, standard) {
			c.diags.Error(at, "Field not mapped", "%s names %q, which is not in the mapping, since %s", where, name, why)
			return false
		}
	}
	names := c.names(pipeline.Left)
	hint := diag.Choices(name, names)
	for _, f := range c.def.Fields {
		if f.Fields[pipeline.Right] == name {
			hint = " Fields go by the left side's name: write \"" + f.Name + "\"."
		}
	}
	c.diags.Error(at, "Field not mapped", "%s names %q, which is not in the mapping.%s", where, name, hint)
	return false
}

// names returns the mapped fields of one side.
func (c *compiler) names(s pipeline.Side) []string {
	names := make([]string, len(c.def.Fields))
	for i, f := range c.def.Fields {
		names[i] = f.Fields[s]
	}
	return names
}
