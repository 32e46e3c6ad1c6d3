package config

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// testReader reads one test block.
type testReader struct {
	*testLoader
	pipeline *compiler
	block    *hclsyntax.Block
	test     Test
}

func (t *testLoader) reader(c *compiler, b *hclsyntax.Block) *testReader {
	r := &testReader{testLoader: t, pipeline: c, block: b}
	r.test = Test{Name: b.Labels[0], Range: b.DefRange(), Pipeline: c.def}
	for _, s := range pipeline.Sides() {
		r.test.Known[s] = r.known(s)
	}
	return r
}

// known is what a side's fields are, as the mapping was compiled by it.
func (r *testReader) known(s pipeline.Side) pipeline.Schema {
	k := r.pipeline.sides[s].kind.Known
	k.Fields, k.Open = maps.Clone(k.Fields), true
	for name, f := range k.Fields {
		if f.Type == pipeline.TypePath {
			k.Fields[name] = r.pipeline.categoryField(r.pipeline.sides[s], name)
		}
	}
	return k
}

func (r *testReader) label(s pipeline.Side) string { return r.pipeline.def.Sources[s] }

func (r *testReader) labels() []string {
	return []string{r.label(pipeline.Left), r.label(pipeline.Right)}
}

func testShape(labels ...string) block.Shape {
	return block.Shape{
		Name: "a test block", Attributes: append([]string{"pipeline", "base", "modified", "removed", "whole"}, labels...),
		Blocks: []block.Nested{{Type: "expect"}},
	}
}

func (r *testReader) read() Test {
	for _, label := range r.labels() {
		if slices.Contains(append(testShape().Attributes, expectShape().Attributes...), label) {
			r.diags.Error(r.block.DefRange(), "Source without a name of its own", "The source %q is called like an attribute of tests, so that its records cannot be told from it. Give the source another label.", label)
			return r.test
		}
	}
	content := block.Read(r.block.Body, testShape(r.labels()...), r.diags)
	r.test.Whole, _ = r.decoder().Bool(content.Attributes["whole"])
	for _, s := range pipeline.Sides() {
		if a := content.Attributes[r.label(s)]; a != nil {
			r.test.Records[s] = r.record(s, a.Expr, "A record")
		}
	}
	r.base(content.Attributes["base"])
	r.modified(content.Attributes["modified"])
	r.removed(content.Attributes["removed"])
	if !r.test.Linked && r.test.Records[0] == nil && r.test.Records[1] == nil {
		r.diags.Error(r.block.DefRange(), "Test without a record", "The test has no record: add `%s = { … }`, or `base = { … }` for two that are in step.", r.label(pipeline.Left))
	}
	if b := content.Block("expect"); b != nil {
		r.expect(b)
	} else if len(r.block.Body.Blocks) == 0 { // else that one is misspelt
		r.diags.Error(r.block.DefRange(), "Nothing expected", "The test does not say what is expected: add `expect { … }`, as `expect { nothing = true }`.")
	}
	return r.test
}

// object evaluates an attribute's value, which must be an object: `{ name = value }`. what begins a sentence.
func (r *testReader) object(e hclsyntax.Expression, what string) (cty.Value, bool) {
	v, ok := r.testScope().Evaluate(e, r.diags)
	switch {
	case !ok:
		return cty.NilVal, false
	case v.ContainsMarked():
		r.diags.Error(e.Range(), "Secret in a test", "This holds a secret (it comes from env or credential), and values of tests are shown. Write the value down.")
		return cty.NilVal, false
	case v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType():
		r.diags.Error(e.Range(), "Wrong value", "%s is written in braces: { NAME = VALUE }.", what)
		return cty.NilVal, false
	}
	return v, true
}

// record reads the values of one side's fields.
func (r *testReader) record(s pipeline.Side, e hclsyntax.Expression, what string) pipeline.Values {
	record := pipeline.Values{}
	for _, f := range r.fields(s, e, what, r.pipeline.def.Wanted(s)) {
		record[f.Name] = f.Value
	}
	return record
}

// fields reads values by the names of fields, of which some are known to matter.
func (r *testReader) fields(s pipeline.Side, e hclsyntax.Expression, what string, matter []string) (fields []ExpectedField) {
	v, ok := r.object(e, what)
	if !ok {
		return nil
	}
	for name, leaf := range v.AsValueMap() {
		at := itemRange(e, name)
		eachLeaf(name, leaf, matter, func(name string, leaf cty.Value) {
			if !slices.Contains(matter, name) {
				r.without(s, name, at, what, matter)
				return
			}
			value, err := expression.ValueOf(leaf)
			if err != nil {
				r.diags.Error(at, "Wrong value", "%s cannot be the value of the field %q.", err, name)
			}
			fields = append(fields, ExpectedField{Name: name, Value: value, Range: at})
		})
	}
	slices.SortFunc(fields, func(a, b ExpectedField) int { return compareText(a.Name, b.Name) })
	slices.SortStableFunc(fields, func(a, b ExpectedField) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return fields
}

// without reports a field that the pipeline has nothing to do with.
func (r *testReader) without(s pipeline.Side, name string, at hcl.Range, what string, matter []string) {
	hint := diag.DidYouMean(name, matter)
	if slices.Contains(r.pipeline.def.Wanted(s.Other()), name) {
		hint = fmt.Sprintf(" It is a field of %q.", r.label(s.Other()))
	}
	if hint == "" {
		hint = " Those that it has to do with are " + diag.Quoted(slices.Sorted(slices.Values(matter))) + "."
	}
	r.diags.Error(at, "Field without effect", "%s names the field %q of %q, which has no part in the pipeline %q.%s", what, name, r.label(s), r.pipeline.def.Name, hint)
}

func (r *testReader) base(a *hclsyntax.Attribute) {
	if a == nil {
		return
	}
	r.test.Linked = true
	r.sided(a, "base", func(s pipeline.Side, e hclsyntax.Expression) { r.test.Base[s] = r.record(s, e, "The base") })
}

// sided reads an attribute that has something for each side, by label.
func (r *testReader) sided(a *hclsyntax.Attribute, name string, each func(pipeline.Side, hclsyntax.Expression)) {
	object, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		r.diags.Error(a.Expr.Range(), "Wrong value", "%s is written in braces, by sources: %s = { %s = … }.", name, name, r.label(pipeline.Left))
		return
	}
	for _, item := range object.Items {
		label := keyOf(item)
		side := slices.Index(r.labels(), label)
		if side < 0 {
			r.diags.Error(item.KeyExpr.Range(), "Unknown source", "The pipeline %q has no source %q.%s", r.pipeline.def.Name, label, diag.Choices(label, r.labels()))
			continue
		}
		each(pipeline.Side(side), item.ValueExpr)
	}
}

func (r *testReader) modified(a *hclsyntax.Attribute) {
	if a == nil {
		return
	}
	r.sided(a, "modified", func(s pipeline.Side, e hclsyntax.Expression) {
		word, ok := r.decoder().Text(&hclsyntax.Attribute{Name: "modified", Expr: e})
		if !ok {
			return
		}
		at, err := time.Parse(time.RFC3339, word)
		if err != nil {
			r.diags.Error(e.Range(), "Wrong value", "%q is no time. Times are written as \"2026-11-24T10:00:00Z\".", word)
			return
		}
		r.test.Modified[s] = at
	})
}

func (r *testReader) removed(a *hclsyntax.Attribute) {
	label, ok := r.decoder().Choice(a, r.labels())
	if !ok {
		return
	}
	s := pipeline.Side(slices.Index(r.labels(), label))
	r.test.Removed[s] = true
	switch {
	case !r.test.Linked:
		r.diags.Error(a.Range(), "Removed without a base", "Only of two records that were in step one can be removed: add `base = { … }`.")
	case r.test.Records[s] != nil:
		r.diags.Error(a.Range(), "Removed and there", "The test has a record of %q, and says that it is gone. Take one of the two out.", label)
	}
}

// itemRange is where the item of that name stands in an object that is written out; else the whole.
func itemRange(e hclsyntax.Expression, name string) hcl.Range {
	if object, ok := e.(*hclsyntax.ObjectConsExpr); ok {
		for _, item := range object.Items {
			if keyOf(item) == name {
				return hcl.RangeBetween(item.KeyExpr.Range(), item.ValueExpr.Range())
			}
		}
	}
	return e.Range()
}

// keyOf is the name of an object's item; "" where it is worked out.
func keyOf(item hclsyntax.ObjectConsItem) string {
	v, problems := item.KeyExpr.Value(nil)
	if problems.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}
