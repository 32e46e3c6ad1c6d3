package expression

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/pipeline"
)

// Explained is Apply that tells a failure as diagnostics with their places in the expression.
func (e *Expression) Explained(value pipeline.Value, record *pipeline.Record) (pipeline.Value, hcl.Diagnostics) {
	v, err := e.Apply(value, record)
	if err == nil {
		return v, nil
	}
	var told hcl.Diagnostics
	_, problems := e.evaluate(fromValue(value), fieldsOf(record))
	for _, p := range problems {
		q := e.scope.presentable(p, false)
		q.Detail += e.emptyReads(record)
		told = append(told, q)
	}
	if !told.HasErrors() {
		r := e.expr.Range()
		told = append(told, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "The result cannot be used", Detail: sentence(pipeline.AsError(err).Cause.Error()), Subject: &r})
	}
	return pipeline.Value{}, told
}

// Seen returns v as expressions see it.
func Seen(v pipeline.Value) cty.Value { return fromValue(v) }
