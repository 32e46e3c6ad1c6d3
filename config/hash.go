package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/tandem-sync/tandem/pipeline"
)

// digest hashes v's JSON, which sorts keys and shows secrets as "***".
func digest(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // cannot happen: everything that is hashed is plain data
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

type sourceContent struct {
	Kind, Label string
	Settings    any
}

func (l *loader) hash() string {
	daemon := l.config.Daemon
	daemon.Range = hcl.Range{}
	var sources []sourceContent
	for _, s := range l.config.Sources {
		sources = append(sources, sourceContent{s.Kind.Name, s.Label, s.Settings})
	}
	var definitions []string
	for _, p := range l.config.Pipelines {
		definitions = append(definitions, p.Name+" "+p.Hash)
	}
	slices.SortFunc(sources, func(a, b sourceContent) int { return compareText(a.Label, b.Label) })
	slices.Sort(definitions)
	content := []any{daemon, sources, definitions}
	if stores := l.mediaContent(); len(stores) > 0 {
		content = append(content, stores)
	}
	return digest(content)
}

func (l *loader) mediaContent() []any {
	stores := slices.SortedFunc(slices.Values(l.config.Media), func(a, b Media) int { return compareText(a.Kind+a.Label, b.Kind+b.Label) })
	var content []any
	for _, m := range stores {
		content = append(content, []any{m.Kind, m.Label, m.Settings, m.key})
	}
	return content
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// fieldContent is what a mapped field is, without where it stands.
type fieldContent struct {
	Name     string
	Fields   [2]string
	Carry    [2]any
	Writes   [2]bool
	Required bool
	Strategy pipeline.Strategy
	// Unmapped are the fields that the expressions read and that are not mapped: what they held when a pair agreed is
	// learned by a full pass, which is due once because of them.
	Unmapped [2][]string `json:",omitzero"`
}

// mergeHash covers all that decides what is written: also the settings of the sources, since they say what
// a record is (language, warehouse, …).
func (c *compiler) mergeHash() string {
	d := c.def
	var fields []fieldContent
	for i, f := range d.Fields {
		content := fieldContent{Name: f.Name, Fields: f.Fields, Writes: f.Writes, Required: f.Required, Strategy: f.Strategy}
		for _, s := range pipeline.Sides() {
			if f.Carry[s] != nil {
				content.Carry[s] = c.expressionContent(c.carry[i].to[s].Expr)
				content.Unmapped[s.Other()] = c.unmapped(f, s.Other())
			}
		}
		fields = append(fields, content)
	}
	var sources []sourceContent
	for _, s := range pipeline.Sides() {
		source, _ := c.config.Source(d.Sources[s])
		sources = append(sources, sourceContent{source.Kind.Name, source.Label, source.Settings})
	}
	content := []any{d.Name, sources, fields, d.Match, d.Creates, d.Removes, c.filterContent(), d.FilterSide, d.Deletes}
	for _, p := range d.Places {
		content = append(content, p.Paths)
	}
	return digest(content)
}

// unmapped returns what an expression reads of a side beside the fields that are mapped.
func (c *compiler) unmapped(f pipeline.MappedField, s pipeline.Side) (names []string) {
	for _, name := range f.Reads[s] {
		if !slices.Contains(c.names(s), name) {
			names = append(names, name)
		}
	}
	return names
}

// hash covers all that a definition does.
func (c *compiler) hash() string {
	content := []any{c.def.MergeHash, c.def.Limits, c.def.Schedule}
	if c.def.Media != "" {
		content = append(content, c.def.Media)
	}
	return digest(content)
}

func (c *compiler) filterContent() any {
	f, ok := c.def.Filter.(*filter)
	if !ok {
		return nil
	}
	var where any
	if f.where != nil {
		where = c.expressionContent(f.expr)
	}
	return []any{f.patterns, where}
}

// expressionContent returns an expression's tokens, without comments and line ends, and the values of the
// locals and variables that it refers to.
func (c *compiler) expressionContent(expr hclsyntax.Expression) any {
	r := expr.Range()
	refers := map[string]json.RawMessage{}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{"local": cty.ObjectVal(c.scope.Locals), "var": cty.ObjectVal(c.scope.Vars)}}
	for _, t := range expr.Variables() {
		if root := t.RootName(); root != "local" && root != "var" {
			continue
		}
		v, problems := t.TraverseAbs(ctx)
		if problems.HasErrors() {
			continue // a name within a loop, or an index worked out: the whole is among the others then
		}
		if b, err := ctyjson.Marshal(v, v.Type()); err == nil {
			key := t.SourceRange().SliceBytes(c.raw[r.Filename])
			refers[string(key)] = b
		}
	}
	return []any{c.tokens(expr), refers}
}

// tokens returns an expression's text without comments and line ends.
func (l *loader) tokens(expr hclsyntax.Expression) []string {
	r := expr.Range()
	tokens, _ := hclsyntax.LexExpression(r.SliceBytes(l.raw[r.Filename]), r.Filename, hcl.InitialPos)
	var text []string
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment && t.Type != hclsyntax.TokenNewline && t.Type != hclsyntax.TokenEOF {
			text = append(text, string(t.Bytes))
		}
	}
	return text
}
