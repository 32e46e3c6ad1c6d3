package expression

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// Input is what the compiler knows of an expression that is evaluated per record.
type Input struct {
	Name  string // for messages: `to_erp of field "price"`
	At    string // for messages: "shop.hcl:35"
	Scope *Scope
	// Source is the label of the source that the record comes from, Known what is known of its fields.
	Source string
	Known  pipeline.Schema
	// Mapped are the fields of that side in the mapping: what `record` holds where it is used whole.
	Mapped []string
	// Value is the field whose value is carried, Result the field that takes the result.
	Value, Result pipeline.Field
	// Condition tells that the result must be true or false, and that there is no value.
	Condition bool
}

// Expression is a compiled expression that is evaluated per record. It is safe for several goroutines.
type Expression struct {
	name, at string
	expr     hclsyntax.Expression
	base     *hcl.EvalContext
	scope    *Scope
	record   *node // nil where it looks at no record
	value    bool  // looks at value
	refuses  bool  // cannot work on a null value, whatever the record
	reads    []string
}

// Compile checks an expression and prepares it. It reports everything that is certainly wrong.
func Compile(expr hclsyntax.Expression, in Input, d *diag.List) (*Expression, bool) {
	before := d.Errors()
	if !in.Scope.Check(expr, d) {
		return nil, false
	}
	e := &Expression{name: in.Name, at: in.At, expr: expr, base: in.Scope.context(), scope: in.Scope}
	var paths []fieldPath
	for _, t := range expr.Variables() {
		switch t.RootName() {
		case nameValue:
			e.value = true
		case nameRecord:
			paths = append(paths, in.paths(t, d)...)
			e.record = &node{}
		}
	}
	if e.record != nil {
		e.record = newTree(paths)
		e.reads = slices.Compact(slices.Sorted(slices.Values(e.record.fields(nil))))
	}
	if d.Errors() > before {
		return nil, false
	}
	e.check(in, d)
	e.refuses = e.value && failed(e.evaluate(cty.NullVal(cty.DynamicPseudoType), unknownField))
	return e, d.Errors() == before
}

// paths returns what a traversal of record reads.
func (in Input) paths(t hcl.Traversal, d *diag.List) []fieldPath {
	p := pathOf(t)
	if len(p.steps) == 0 {
		var all []fieldPath
		for _, f := range in.Mapped {
			all = append(all, parsePath(f))
		}
		return all
	}
	if p.steps[0].name == "" {
		d.Error(p.at, "A record is not a list", "The fields of a record are looked at by name, as in record.%s.", in.example())
		return nil
	}
	if f, below := p.scalar(in.Known); below != "" {
		d.Error(p.at, "Field without parts", "The field %q is a %s: there is no %q in it.", f.Name, f.Type, below)
		return nil
	}
	CheckField(in.Known, in.Source, p.String(), p.at, d)
	return []fieldPath{p}
}

func (in Input) example() string {
	if in.Value.Name != "" {
		return in.Value.Name
	}
	return "status"
}

// CheckField reports a field that a source certainly does not have, and warns of one that looks misspelt.
func CheckField(known pipeline.Schema, source, name string, at hcl.Range, d *diag.List) bool {
	if _, listed := known.Fields[name]; listed || len(known.Fields) == 0 {
		return true
	}
	names := slices.Sorted(maps.Keys(known.Fields))
	if _, exists := known.Lookup(name); !exists {
		hint := diag.DidYouMean(name, names)
		if hint == "" {
			hint = " Correct the name, or add the field to that system."
		}
		d.Error(at, "Unknown field", "The source %q has no field %q.%s", source, name, hint)
		return false
	}
	// Custom fields and paths are expected to be on no list.
	if strings.HasPrefix(name, "x_") || strings.ContainsAny(name, ".[") || len(name) <= 3 {
		return true
	}
	if near := diag.Nearest(name, names); near != "" {
		d.Warning(at, "Field not known", "Not every system of this kind has a field %q. Did you mean %q? If source %q does have it, all is well: `tandem check` looks.", name, near, source)
	}
	return true
}

// Reads returns the fields of the record that the expression looks at, in the side's own terms, sorted.
func (e *Expression) Reads() []string { return e.reads }

// String names the expression for messages.
func (e *Expression) String() string { return fmt.Sprintf("%s (%s)", e.name, e.at) }
