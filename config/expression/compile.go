package expression

import (
	"fmt"
	"slices"

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
	e := &Expression{name: in.Name, at: in.At, expr: expr, base: in.Scope.context()}
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
	p = p.scalarPrefix(in.Known)
	in.checkField(p, d)
	return []fieldPath{p}
}

func (in Input) example() string {
	if in.Value.Name != "" {
		return in.Value.Name
	}
	return "status"
}

func (in Input) checkField(p fieldPath, d *diag.List) {
	name := p.String()
	if _, ok := in.Known.Lookup(name); ok || len(in.Known.Fields) == 0 {
		return
	}
	d.Error(p.at, "Unknown field", "Records of source %q have no field %q.%s", in.Source, name, diag.DidYouMean(name, fieldNames(in.Known)))
}

func fieldNames(s pipeline.Schema) []string {
	var names []string
	for n := range s.Fields {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Reads returns the fields of the record that the expression looks at, in the side's own terms, sorted.
func (e *Expression) Reads() []string { return e.reads }

// String names the expression for messages.
func (e *Expression) String() string { return fmt.Sprintf("%s (%s)", e.name, e.at) }
