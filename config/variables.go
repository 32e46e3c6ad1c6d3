package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
)

// EnvPrefix and a variable's name make the environment variable that sets it.
const EnvPrefix = "TANDEM_VAR_"

func variableShape() block.Shape {
	return block.Shape{Name: "a variable block", Attributes: []string{"default", "description"}}
}

// variables gives every variable its value: of -var, of the environment, or its default.
func (l *loader) variables() {
	seen := map[string]hcl.Range{}
	for _, b := range l.blocks["variable"] {
		name := b.Labels[0]
		if !l.identifier(b, 0, "variable") || !l.unique(seen, name, "variable", b.DefRange()) {
			continue
		}
		l.scope.Vars[name] = l.variable(name, b)
	}
	for _, name := range slices.Sorted(maps.Keys(l.opts.Vars)) {
		if _, ok := l.scope.Vars[name]; !ok && !l.scope.Incomplete {
			hint := diag.DidYouMean(name, slices.Sorted(maps.Keys(seen)))
			if hint == "" {
				hint = fmt.Sprintf(" Add `variable %q {}` to the configuration, or leave -var %s=… out.", name, name)
			}
			l.diags.General("Unknown variable", "-var sets %q, which no variable block defines.%s", name, hint)
		}
	}
}

func (l *loader) variable(name string, b *hclsyntax.Block) cty.Value {
	content := block.Read(b.Body, variableShape(), l.diags)
	l.decoder().Text(content.Attributes["description"])
	a := content.Attributes["default"]
	otherwise, ok := l.defaultOf(a)
	given, from, set := l.given(name)
	switch {
	case a != nil && !ok:
		return cty.DynamicVal
	case set && a == nil:
		return cty.StringVal(given)
	case set:
		return l.convertVariable(name, given, from, otherwise, b)
	case a == nil:
		l.diags.Error(b.DefRange(), "Variable without a value", "The variable %q has no default and is not set. Set it with -var %s=VALUE or the environment variable %s%s, or give it a default.", name, name, EnvPrefix, name)
		return cty.DynamicVal
	}
	return otherwise
}

// defaultOf evaluates a default, which may call functions but not refer to anything.
func (l *loader) defaultOf(a *hclsyntax.Attribute) (cty.Value, bool) {
	if a == nil {
		return cty.NilVal, false
	}
	for _, t := range a.Expr.Variables() {
		l.diags.Error(t.SourceRange(), "Default refers to something", "A variable's default may not refer to other values. Work it out in a locals block instead.")
		return cty.NilVal, false
	}
	bare := &expression.Scope{Functions: l.scope.Functions}
	return bare.Evaluate(a.Expr, l.diags)
}

func (l *loader) given(name string) (value, from string, ok bool) {
	if v, ok := l.opts.Vars[name]; ok {
		return v, "-var", true
	}
	if l.opts.Getenv == nil {
		return "", "", false
	}
	v, ok := l.opts.Getenv(EnvPrefix + name)
	return v, EnvPrefix + name, ok
}

// convertVariable gives a variable the type of its default. Lists and maps are written as in a file.
// The value itself is not shown: it may be a secret.
func (l *loader) convertVariable(name, given, from string, like cty.Value, b *hclsyntax.Block) cty.Value {
	v := cty.StringVal(given)
	t := like.Type()
	if like.IsNull() || t == cty.String {
		return v
	}
	if !t.IsPrimitiveType() {
		expr, problems := hclsyntax.ParseExpression([]byte(given), from, hcl.InitialPos)
		ok := !problems.HasErrors()
		if ok {
			v, ok = expression.Constant(expr)
		}
		if !ok || v.Type().IsPrimitiveType() {
			l.diags.Error(b.DefRange(), "Wrong value of a variable", "The value that %s gives to %q must be written like its default, as a list or a map.", from, name)
			return cty.DynamicVal
		}
		return v
	}
	converted, err := convert.Convert(v, t)
	if err != nil {
		l.diags.Error(b.DefRange(), "Wrong value of a variable", "The value that %s gives to %q must be a %s, like its default.", from, name, t.FriendlyName())
		return cty.DynamicVal
	}
	return converted
}

// unique reports a name that was used before; seen remembers where.
func (l *loader) unique(seen map[string]hcl.Range, name, what string, here hcl.Range) bool {
	if first, ok := seen[name]; ok {
		l.diags.Error(here, "Repeated name", "There is already a %s %q at %s. Give this one another name, or make one of both.", what, name, at(first))
		return false
	}
	seen[name] = here
	return true
}

// identifier checks that a label can be referred to in expressions.
func (l *loader) identifier(b *hclsyntax.Block, label int, what string) bool {
	name := b.Labels[label]
	if hclsyntax.ValidIdentifier(name) {
		return true
	}
	l.diags.Error(b.LabelRanges[label], "Wrong name", "%q cannot be the name of a %s. Use letters, digits, _ and -, with a letter first.", name, what)
	return false
}
