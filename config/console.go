package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/functions"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// ConsoleFile is the file name in diagnostics of expressions that a person typed.
const ConsoleFile = "<console>"

// Given is the record that a typed expression sees, and the value.
type Given struct {
	Source string          // label of the source that the record comes from
	Known  pipeline.Schema // what is known of its fields
	Mapped []string        // what `record` holds where it is used whole
	// Record returns the record with these fields at least.
	Record func(fields []string) (*pipeline.Record, error)
	// Value is what `value` stands for and Field the field that it is of; nil: there is no value.
	Value *pipeline.Value
	Field pipeline.Field
}

// Evaluate evaluates an expression that a person typed: one that refers to value or record by the rules of to_LABEL of a
// field and by the same code, every other one as a local value. given is nil where no record is at hand. Secrets in the
// result are marked; a local value or variable that is called like a secret is one too. The error is of Given.Record.
func (c *Config) Evaluate(text string, given *Given) (cty.Value, hcl.Diagnostics, error) {
	expr, problems := hclsyntax.ParseExpression([]byte(text), ConsoleFile, hcl.InitialPos)
	if problems.HasErrors() {
		return cty.NilVal, problems, nil
	}
	expression.Prepare(expr)
	d := &diag.List{}
	of := slices.IndexFunc(expr.Variables(), func(t hcl.Traversal) bool { return t.RootName() == "record" || t.RootName() == "value" })
	if of < 0 {
		v, _ := c.typed.Evaluate(expr, d)
		return v, d.Sorted(), nil
	}
	if given == nil {
		t := expr.Variables()[of]
		d.Error(t.SourceRange(), "No record", "There is no %s, since no record is loaded. Load one with `:record KEY`, or start with --record FILE or --key KEY.", t.RootName())
		return cty.NilVal, d.Sorted(), nil
	}
	scope := *c.perRow
	in := expression.Input{Name: "the expression", At: ConsoleFile, Scope: &scope, Source: given.Source, Known: given.Known, Mapped: given.Mapped, Value: given.Field}
	value := pipeline.Value{}
	if scope.NoValue = given.Value == nil; !scope.NoValue {
		value = *given.Value
	}
	e, ok := expression.Compile(expr, in, d)
	if !ok {
		return cty.NilVal, d.Sorted(), nil
	}
	record, err := given.Record(e.Reads())
	if err != nil {
		return cty.NilVal, d.Sorted(), err
	}
	result, problems := e.Explained(value, record)
	d.Add(problems...)
	return expression.Seen(result), d.Sorted(), nil
}

// Names returns what an expression may be made of: functions, with an opening parenthesis, local and variable names.
func (c *Config) Names() []string {
	var names []string
	for name := range c.typed.Functions {
		names = append(names, name+"(")
	}
	for name := range c.typed.Locals {
		names = append(names, "local."+name)
	}
	for name := range c.typed.Vars {
		names = append(names, "var."+name)
	}
	slices.Sort(names)
	return names
}

// typedScope is the scope of what is evaluated once, with those values marked as secret whose names say so.
func (l *loader) typedScope() *expression.Scope {
	scope := *l.scope
	names := l.secretNames()
	secret := func(values map[string]cty.Value) map[string]cty.Value {
		marked := make(map[string]cty.Value, len(values))
		for name, v := range values {
			if holdsSecret(name, names) {
				v = v.Mark(functions.Sensitive)
			}
			marked[name] = v
		}
		return marked
	}
	scope.Locals, scope.Vars = secret(scope.Locals), secret(scope.Vars)
	return &scope
}
