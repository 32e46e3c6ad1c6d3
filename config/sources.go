package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

func (l *loader) kindNames() []string {
	var names []string
	for _, k := range l.opts.Kinds {
		names = append(names, k.Name)
	}
	return names
}

func (l *loader) sources() {
	seen := map[string]hcl.Range{}
	for _, b := range l.blocks["source"] {
		kind, label := b.Labels[0], b.Labels[1]
		l.refs["source."+kind+"."+label] = false
		known, ok := l.kind(kind)
		if !ok {
			l.diags.Error(b.LabelRanges[0], "Unknown kind of source", "There is no kind of source %q.%s", kind, diag.Choices(kind, l.kindNames()))
		}
		if !l.sourceLabel(b) || !l.unique(seen, label, "source", b.DefRange()) || !ok {
			continue
		}
		if settings, ok := l.settings(known, b); ok && !l.torn[b] {
			if known.Adapt != nil {
				known = known.Adapt(settings)
			}
			if told, ok := l.opts.Known[label]; ok {
				known.Known = asTold(known.Known, told)
			}
			l.config.Sources = append(l.config.Sources, Source{Kind: known, Label: label, Settings: settings, Range: b.DefRange()})
			l.refs["source."+kind+"."+label] = true
		}
	}
}

// asTold returns the fields that a system told of, with what only its kind knows of them.
func asTold(known, told pipeline.Schema) pipeline.Schema {
	fields := maps.Clone(told.Fields)
	for name, k := range known.Fields {
		f, ok := told.Lookup(name)
		if !ok {
			continue
		}
		if f.Image == nil {
			f.Image = k.Image
		}
		fields[name] = f
	}
	told.Fields = fields
	return told
}

// sourceLabel checks a label that is to name a side in to_LABEL, strategy and field blocks.
func (l *loader) sourceLabel(b *hclsyntax.Block) bool {
	if !l.identifier(b, 1, "source") {
		return false
	}
	label := b.Labels[1]
	if slices.Contains([]string{"latest", "manual", "both", "direction", "required", "left", "right"}, label) || strings.HasPrefix(label, "to_") {
		l.diags.Error(b.LabelRanges[1], "Reserved name", "A source cannot be called %q, since labels stand in `strategy`, `direction` and field blocks, where that means something else. Choose another, as \"erp\" or \"pm\".", label)
		return false
	}
	return true
}

// without tells which standard fields the settings of a source leave out.
func (l *loader) without(label string) map[pipeline.StandardField]string {
	for _, s := range l.config.Sources {
		if s.Label == label && s.Kind.Without != nil {
			return s.Kind.Without(s.Settings)
		}
	}
	return nil
}

// settings decodes and validates a source block.
func (l *loader) settings(kind pipeline.SourceKind, b *hclsyntax.Block) (any, bool) {
	before := l.diags.Failures()
	settings := kind.Settings()
	decoded := l.decoder().Settings(b.Body, fmt.Sprintf("a source block of kind %q", kind.Name), b.DefRange(), settings)
	broken := l.diags.Failures() > before || decoded.Unset
	if kind.Validate != nil {
		for _, p := range kind.Validate(settings) {
			// A problem of something that was not decoded is a consequence, not a cause.
			if decoded.Wrong[p.Attribute] || broken && p.Attribute == "" {
				continue
			}
			l.settingProblem(p, decoded.At(p.Attribute, b.DefRange()))
		}
	}
	return settings, l.diags.Failures() == before
}

func (l *loader) settingProblem(p pipeline.SettingProblem, at hcl.Range) {
	if p.Warning {
		l.diags.Warning(at, p.Summary, "%s", p.Detail)
		return
	}
	l.diags.Error(at, p.Summary, "%s", p.Detail)
}

// reference reads `source.KIND.LABEL` or `media.KIND.LABEL`. It returns false where there is no such
// block or something is wrong with it.
func (l *loader) reference(a *hclsyntax.Attribute, root string) (kind, label string, ok bool) {
	t, problems := hcl.AbsTraversalForExpr(a.Expr)
	parts := make([]string, 0, 3)
	if !problems.HasErrors() {
		parts = append(parts, t.RootName())
		for _, step := range t[1:] {
			if attr, ok := step.(hcl.TraverseAttr); ok {
				parts = append(parts, attr.Name)
			}
		}
	}
	if len(parts) != 3 || len(t) != 3 || parts[0] != root {
		l.diags.Error(a.Expr.Range(), "Reference expected", "%s must name a %s block, without quotes: %s = %s.KIND.LABEL.%s", a.Name, root, a.Name, root, l.known(root, l.meant(a, parts)))
		return "", "", false
	}
	name := strings.Join(parts, ".")
	fine, declared := l.refs[name]
	l.used[name] = true
	if !declared && !l.scope.Incomplete {
		l.diags.Error(a.Expr.Range(), "Unknown "+root, "There is no %s.%s", name, l.known(root, name))
	}
	return parts[1], parts[2], declared && fine
}

// meant guesses what a reference that is none should have been: its text, or its last part.
func (l *loader) meant(a *hclsyntax.Attribute, parts []string) string {
	if v, ok := expression.Constant(a.Expr); ok && v.Type() == cty.String && !v.IsNull() {
		return v.AsString()
	}
	return strings.Join(parts, ".")
}

// known suggests declared blocks: the one of that name or label, one of a near name, or all there are.
func (l *loader) known(root, name string) string {
	var names []string
	for ref := range l.refs {
		if strings.HasPrefix(ref, root+".") {
			names = append(names, ref)
		}
	}
	slices.Sort(names)
	near := diag.Nearest(name, names)
	for _, ref := range names {
		label := name[strings.LastIndexByte(name, '.')+1:]
		if ref == name || strings.HasSuffix(ref, "."+label) {
			near = ref
		}
	}
	switch {
	case near != "":
		return fmt.Sprintf(" Did you mean %s?", near)
	case len(names) == 0:
		return fmt.Sprintf(" The configuration has no %s block yet.", root)
	case len(names) == 1:
		return fmt.Sprintf(" There is only %s.", names[0])
	}
	return " There are " + strings.Join(names, ", ") + "."
}
