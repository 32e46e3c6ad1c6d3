package config

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
)

// parse reads the blocks of all files and makes the scopes.
func (l *loader) parse() {
	l.config.Files = map[string]*hcl.File{}
	l.blocks = map[string][]*hclsyntax.Block{}
	l.refs, l.used = map[string]bool{}, map[string]bool{}
	l.torn = map[*hclsyntax.Block]bool{}
	l.makeScopes()
	for _, name := range slices.Sorted(maps.Keys(l.raw)) {
		file, problems := hclsyntax.ParseConfig(l.raw[name], name, hcl.InitialPos)
		if file == nil {
			file = &hcl.File{}
		}
		l.config.Files[name] = &hcl.File{Body: file.Body, Bytes: masked(l.raw[name], l.secretNames()), Nav: file.Nav}
		if problems.HasErrors() {
			l.salvage(name)
			continue
		}
		if body, ok := file.Body.(*hclsyntax.Body); ok {
			l.read(body)
		}
	}
}

// read sorts out the blocks of a body.
func (l *loader) read(body *hclsyntax.Body) {
	expression.Prepare(body)
	for kind, blocks := range block.Read(body, rootShape(), l.diags).Blocks {
		l.blocks[kind] = append(l.blocks[kind], blocks...)
	}
}

// consequential leaves out what is said of a block that a syntax error took something away from, and may be true of
// the rest only: all that is said of a block as a whole, such as that it lacks something.
func (l *loader) consequential(problems hcl.Diagnostics) hcl.Diagnostics {
	if len(l.torn) == 0 {
		return problems
	}
	return slices.DeleteFunc(problems, func(p *hcl.Diagnostic) bool {
		if p.Subject == nil {
			return false
		}
		for b := range l.torn {
			if b.Range().Overlaps(*p.Subject) && (p.Summary == "Field not mapped" || headed(b, *p.Subject)) {
				return true
			}
		}
		return false
	})
}

// headed tells whether a range is the heading of a block or of one within it.
func headed(b *hclsyntax.Block, r hcl.Range) bool {
	return b.DefRange() == r || slices.ContainsFunc(b.Body.Blocks, func(n *hclsyntax.Block) bool { return headed(n, r) })
}
