package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
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
	return block.Shape{Name: "a variable block", Attributes: []string{"type", "default", "description"}}
}

// variables gives every variable its value: of -var, of a file, of the environment, or its default.
func (l *loader) variables() {
	seen := map[string]hcl.Range{}
	for _, b := range l.blocks["variable"] {
		name := b.Labels[0]
		if !l.identifier(b, 0, "variable") || !l.unique(seen, name, "variable", b.DefRange()) {
			continue
		}
		l.scope.Vars[name] = l.variable(name, b)
	}
	if l.scope.Incomplete {
		return // what could not be read may define what seems to be missing
	}
	defined := slices.Sorted(maps.Keys(seen))
	hint := func(name string) string {
		if near := diag.DidYouMean(name, defined); near != "" {
			return near
		}
		return fmt.Sprintf(" Add `variable %q {}` to the configuration, or leave it out.", name)
	}
	for _, name := range slices.Sorted(maps.Keys(l.opts.Vars)) {
		if _, ok := seen[name]; !ok {
			l.diags.General("Unknown variable", "-var sets %q, which no variable block defines.%s", name, hint(name))
		}
	}
	for _, values := range []map[string]fileValue{l.fromDir, l.fromFiles} {
		for name, v := range values {
			if _, ok := seen[name]; !ok {
				l.diags.Error(v.name, "Unknown variable", "No variable block defines %q.%s", name, hint(name))
			}
		}
	}
}

func (l *loader) variable(name string, b *hclsyntax.Block) cty.Value {
	content := block.Read(b.Body, variableShape(), l.diags)
	l.decoder().Text(content.Attributes["description"])
	a := content.Attributes["default"]
	otherwise, ok := l.constant(a, "default", "A variable's default")
	want, typed := l.typeOf(content.Attributes["type"])
	if ok && typed {
		otherwise, ok = l.typedDefault(name, otherwise, want, a)
	}
	given, set := l.given(name)
	switch {
	case a != nil && !ok:
		return cty.DynamicVal
	case set && typed:
		return l.typed(name, given, want, "as its type says", b)
	case set && a != nil:
		return l.like(name, given, otherwise, b)
	case set:
		return given.value
	case a == nil && l.fileMissing:
		l.diags.Fail() // what gives it a value may stand in the file that could not be read
		return cty.DynamicVal
	case a == nil && l.offline:
		return expression.Lacking(want, valueless(name, b))
	case a == nil:
		l.diags.Add(valueless(name, b))
		return cty.DynamicVal
	}
	return otherwise
}

// valueless is the error of a variable that has no value.
func valueless(name string, b *hclsyntax.Block) *hcl.Diagnostic {
	var d diag.List
	d.Error(b.DefRange(), "Variable without a value", "The variable %q has no default and is not set. Set it with -var %s=VALUE, in a file that -var-file names, or by the environment variable %s%s; or give it a default.", name, name, EnvPrefix, name)
	return d.Sorted()[0]
}

// typeOf reads the type of a variable, as number or list(string).
func (l *loader) typeOf(a *hclsyntax.Attribute) (cty.Type, bool) {
	if a == nil {
		return cty.DynamicPseudoType, false
	}
	t, problems := typeexpr.TypeConstraint(a.Expr)
	if !problems.HasErrors() {
		return t, true
	}
	const forms = "Write one of string, number, bool and any without quotes, or one made of them, as list(string), map(number) or object({ name = string })."
	hint := ""
	if word := hcl.ExprAsKeyword(a.Expr); word != "" {
		hint = diag.DidYouMean(word, []string{"string", "number", "bool", "any", "list", "map", "set", "object", "tuple"})
	}
	l.diags.Error(a.Expr.Range(), "Wrong type", "%s is no type.%s %s", a.Expr.Range().SliceBytes(l.raw[a.Expr.Range().Filename]), hint, forms)
	l.diags.Fail()
	return cty.DynamicPseudoType, false
}

func (l *loader) typedDefault(name string, v cty.Value, want cty.Type, a *hclsyntax.Attribute) (cty.Value, bool) {
	converted, err := convert.Convert(v, want)
	if err != nil {
		l.diags.Error(a.Expr.Range(), "Wrong value of a variable", "The default of %q must be %s, as its type says.", name, typeInWords(want))
		return cty.DynamicVal, false
	}
	return converted, true
}

func typeInWords(t cty.Type) string {
	if t.IsPrimitiveType() {
		return expression.Describe(t)
	}
	return "of the type " + typeexpr.TypeString(t)
}

// constant evaluates a value that may call functions but not refer to anything; what names it in messages.
func (l *loader) constant(a *hclsyntax.Attribute, kind, what string) (cty.Value, bool) {
	if a == nil {
		return cty.NilVal, false
	}
	for _, t := range a.Expr.Variables() {
		l.diags.Error(t.SourceRange(), capitalized(kind)+" refers to something", "%s may not refer to other values. Work it out in a locals block instead.", what)
		return cty.NilVal, false
	}
	bare := &expression.Scope{Functions: l.scope.Functions, Unset: l.offline}
	return bare.Evaluate(a.Expr, l.diags)
}

func capitalized(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// givenValue is what sets a variable.
type givenValue struct {
	value cty.Value
	text  bool      // a text, which stands for a value of any type
	from  string    // for messages: -var, an environment variable, a file
	at    hcl.Range // in a file
}

func (l *loader) given(name string) (givenValue, bool) {
	if v, ok := l.opts.Vars[name]; ok {
		return givenValue{value: cty.StringVal(v), text: true, from: "-var"}, true
	}
	if v, ok := l.fromFiles[name]; ok {
		return v.given(), true
	}
	if l.opts.Getenv != nil {
		if v, ok := l.opts.Getenv(EnvPrefix + name); ok {
			return givenValue{value: cty.StringVal(v), text: true, from: EnvPrefix + name}, true
		}
	}
	v, ok := l.fromDir[name]
	return v.given(), ok
}

// like gives a variable without a type that of its default. Lists and maps need not have the same elements.
func (l *loader) like(name string, given givenValue, otherwise cty.Value, b *hclsyntax.Block) cty.Value {
	t := otherwise.Type()
	switch {
	case otherwise.IsNull():
		return given.value
	case t.IsPrimitiveType():
		return l.typed(name, given, t, "like its default", b)
	}
	v, ok := given.value, true
	if given.text {
		v, ok = parsed(given)
	}
	if !ok || v.Type().IsPrimitiveType() {
		l.wrongVariable(given, b, "The value that %s gives to %q must be written like its default, as a list or a map.", given.from, name)
		return cty.DynamicVal
	}
	return v
}

// typed gives a variable a type. In a text, lists and maps are written as in a file. The value itself is not shown: it
// may be a secret.
func (l *loader) typed(name string, given givenValue, want cty.Type, why string, b *hclsyntax.Block) cty.Value {
	v, ok := given.value, true
	if given.text && !want.IsPrimitiveType() && want != cty.DynamicPseudoType {
		v, ok = parsed(given)
	}
	converted, err := convert.Convert(v, want)
	if !ok || err != nil {
		l.wrongVariable(given, b, "The value that %s gives to %q must be %s, %s.", given.from, name, typeInWords(want), why)
		return cty.DynamicVal
	}
	return converted
}

// parsed reads a text as a file would be read.
func parsed(given givenValue) (cty.Value, bool) {
	expr, problems := hclsyntax.ParseExpression([]byte(given.value.AsString()), given.from, hcl.InitialPos)
	if problems.HasErrors() {
		return cty.DynamicVal, false
	}
	v, ok := expression.Constant(expr)
	if !ok {
		return cty.DynamicVal, false
	}
	return v, true
}

// wrongVariable reports a value where it stands: in its file, else at the variable's block.
func (l *loader) wrongVariable(given givenValue, b *hclsyntax.Block, format string, args ...any) {
	where := given.at
	if where.Filename == "" {
		where = b.DefRange()
	}
	l.diags.Error(where, "Wrong value of a variable", format, args...)
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
