package expression

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/pipeline"
)

// Apply implements pipeline.Transform. A null value that the expression cannot work on is carried as
// null; an expression that can (`coalesce(value, "none")`) is asked.
func (e *Expression) Apply(value pipeline.Value, record *pipeline.Record) (pipeline.Value, error) {
	if value.IsNull() && e.refuses {
		return pipeline.Value{}, nil
	}
	get := fieldsOf(record)
	result, problems := e.evaluate(fromValue(value), get)
	if problems.HasErrors() {
		if value.IsNull() && e.value && !failed(e.evaluate(cty.DynamicVal, get)) {
			return pipeline.Value{}, nil // with any other value it might have worked: the null is why it did not
		}
		return pipeline.Value{}, e.failure(cause(problems) + e.emptyReads(record))
	}
	v, err := toValue(result)
	if err != nil {
		return pipeline.Value{}, e.failure(err.Error())
	}
	return v, nil
}

// Holds evaluates a condition over a record.
func (e *Expression) Holds(record *pipeline.Record) (bool, error) {
	result, problems := e.evaluate(cty.NullVal(cty.DynamicPseudoType), fieldsOf(record))
	switch {
	case problems.HasErrors():
		return false, e.failure(cause(problems) + e.emptyReads(record))
	case result.IsNull():
		return false, e.failure("the result is null, neither true nor false" + e.emptyReads(record))
	case result.Type() != cty.Bool || !result.IsKnown():
		return false, e.failure(fmt.Sprintf("the result is %s, neither true nor false", Describe(result.Type())))
	}
	return result.True(), nil
}

func (e *Expression) evaluate(value cty.Value, get func(string) cty.Value) (cty.Value, hcl.Diagnostics) {
	ctx := e.base.NewChild()
	ctx.Variables = map[string]cty.Value{nameValue: value}
	if e.record != nil {
		ctx.Variables[nameRecord] = e.record.value(get)
	}
	return e.expr.Value(ctx)
}

func fieldsOf(record *pipeline.Record) func(string) cty.Value {
	return func(field string) cty.Value {
		if record == nil {
			return fromValue(pipeline.Value{})
		}
		return fromValue(record.Fields[field])
	}
}

func unknownField(string) cty.Value { return cty.DynamicVal }

func failed(_ cty.Value, problems hcl.Diagnostics) bool { return problems.HasErrors() }

// failure is the error of a record that the expression cannot be worked out for.
func (e *Expression) failure(cause string) error {
	return &pipeline.Error{
		Code:    pipeline.CodeMappingFailed,
		Class:   pipeline.Permanent,
		Message: fmt.Sprintf("%s cannot be worked out", e),
		Remedy:  "Correct the record, or make the expression ready for it: try(EXPRESSION, null) gives null where EXPRESSION fails, coalesce(record.x, 0) stands in for an empty field.",
		Cause:   errors.New(cause),
	}
}

// cause tells the first error in one sentence, without its full stop.
func cause(problems hcl.Diagnostics) string {
	for _, p := range problems {
		if p.Severity != hcl.DiagError {
			continue
		}
		if name, ok, err := failedCall(p); ok {
			return fmt.Sprintf("%s: %s", name, plain(err.Error()))
		}
		detail := strings.TrimPrefix(p.Detail, "Error during operation: ")
		return plain(detail)
	}
	return "unknown cause"
}

func plain(s string) string {
	s = strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ".")
	return strings.ReplaceAll(s, "argument must not be null", "a value that it needs is empty")
}

// emptyReads names the fields that the expression looks at and that are empty, since these are what an
// expression mostly fails on.
func (e *Expression) emptyReads(record *pipeline.Record) string {
	var empty []string
	for _, field := range e.reads {
		if record == nil || record.Fields[field].IsNull() {
			empty = append(empty, "record."+field)
		}
	}
	if len(empty) == 0 {
		return ""
	}
	return fmt.Sprintf(" (empty: %s)", strings.Join(empty, ", "))
}
