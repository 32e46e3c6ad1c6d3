package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
)

// locals evaluates the values of all locals blocks, each after those that it refers to.
func (l *loader) locals() {
	e := localsEvaluator{loader: l, attributes: map[string]*hclsyntax.Attribute{}}
	seen := map[string]hcl.Range{}
	for _, b := range l.blocks["locals"] {
		for _, nested := range b.Body.Blocks {
			l.diags.Error(nested.TypeRange, "Attribute expected", "A locals block holds values: write `%s = { … }` with the equals sign.", nested.Type)
		}
		for _, name := range slices.Sorted(maps.Keys(b.Body.Attributes)) {
			a := b.Body.Attributes[name]
			if l.unique(seen, name, "local value", a.NameRange) {
				e.attributes[name] = a
			}
		}
	}
	// Until it is evaluated, every local is known by name.
	for name := range e.attributes {
		l.scope.Locals[name] = cty.DynamicVal
	}
	for _, name := range slices.Sorted(maps.Keys(e.attributes)) {
		e.evaluate(name)
	}
}

type localsEvaluator struct {
	*loader
	attributes map[string]*hclsyntax.Attribute
	done       map[string]bool
	path       []string // those under way, each referring to the next
}

func (e *localsEvaluator) evaluate(name string) {
	if e.done[name] {
		return
	}
	a := e.attributes[name]
	if i := slices.Index(e.path, name); i >= 0 {
		e.cycle(append(slices.Clone(e.path[i:]), name))
		return
	}
	e.path = append(e.path, name)
	for _, next := range e.localsIn(a.Expr) {
		e.evaluate(next)
	}
	e.path = e.path[:len(e.path)-1]
	if e.done[name] { // part of a cycle
		return
	}
	e.markDone(name)
	if v, ok := e.scope.Evaluate(a.Expr, e.diags); ok {
		e.scope.Locals[name] = v
		_, literal := expression.Constant(a.Expr)
		e.scope.Literals[name] = literal && !holdsSecret(name, e.secretNames())
	}
}

func (e *localsEvaluator) markDone(name string) {
	if e.done == nil {
		e.done = map[string]bool{}
	}
	e.done[name] = true
}

// localsIn returns the locals that an expression refers to. One that refers to local as a whole refers
// to all.
func (e *localsEvaluator) localsIn(expr hclsyntax.Expression) []string {
	var names []string
	for _, t := range expr.Variables() {
		if t.RootName() != "local" {
			continue
		}
		if len(t) == 1 {
			return slices.Sorted(maps.Keys(e.attributes))
		}
		name := ""
		switch step := t[1].(type) {
		case hcl.TraverseAttr:
			name = step.Name
		case hcl.TraverseIndex:
			if step.Key.Type() == cty.String {
				name = step.Key.AsString()
			}
		}
		if _, ok := e.attributes[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

// cycle reports locals that refer to each other in a circle, once.
func (e *localsEvaluator) cycle(names []string) {
	for _, n := range names {
		e.markDone(n)
	}
	refs := make([]string, len(names))
	for i, n := range names {
		refs[i] = "local." + n
	}
	detail := "A local value cannot refer to itself. Write what it is meant to be made of."
	if len(names) > 2 {
		detail = "These local values refer to each other in a circle: " + strings.Join(refs, " → ") + ". Give one of them a value of its own."
	}
	e.diags.Error(e.attributes[names[0]].Range(), "Circular local values", "%s", detail)
}
