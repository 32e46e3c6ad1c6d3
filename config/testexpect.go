package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

func expectShape(labels ...string) block.Shape {
	return block.Shape{
		Name: "an expect block", Attributes: append([]string{"only", "nothing", "action", "left_out"}, labels...),
		Blocks: []block.Nested{{Type: "conflict", Labels: []string{"field"}, Many: true}, {Type: "error"}},
	}
}

func expectConflictShape() block.Shape {
	return block.Shape{Name: "a conflict block of a test", Attributes: []string{"decision"}}
}

func expectErrorShape() block.Shape {
	return block.Shape{Name: "an error block of a test", Attributes: []string{"code", "message"}}
}

// actions are what may be expected to happen to a record.
func actions() []string { return []string{"create", "update", "archive", "delete", "none"} }

func (r *testReader) expect(b *hclsyntax.Block) {
	before := r.diags.Failures()
	content := block.Read(b.Body, expectShape(r.labels()...), r.diags)
	e := &r.test.Expect
	e.Range = b.DefRange()
	e.Only, _ = r.decoder().Bool(content.Attributes["only"])
	e.Nothing, _ = r.decoder().Bool(content.Attributes["nothing"])
	if a := content.Attributes["left_out"]; a != nil {
		text, ok := r.decoder().Text(a)
		if ok && text != "false" {
			e.LeftOut = ExpectedText{text, a.Range()}
		}
	}
	writes := 0
	for _, s := range pipeline.Sides() {
		if a := content.Attributes[r.label(s)]; a != nil {
			e.Writes[s] = r.fields(s, a.Expr, "What is expected", r.pipeline.names(s))
			writes += len(e.Writes[s])
		}
	}
	if a := content.Attributes["action"]; a != nil {
		r.sided(a, "action", func(s pipeline.Side, expr hclsyntax.Expression) {
			word, _ := r.decoder().Choice(&hclsyntax.Attribute{Name: "action", Expr: expr}, actions())
			e.Actions[s] = ExpectedText{word, expr.Range()}
		})
	}
	for _, c := range content.Blocks["conflict"] {
		r.expectConflict(c)
	}
	if c := content.Block("error"); c != nil {
		r.expectError(c)
	}
	switch {
	case len(b.Body.Attributes) == 0 && len(b.Body.Blocks) == 0, writes == 0 && r.expectsNothingElse() && r.diags.Failures() == before:
		r.diags.Error(b.DefRange(), "Nothing expected", "The test would never fail: say what is written, as `%s = { … }`, or `nothing = true` for no write at all.", r.label(pipeline.Right))
	case e.Nothing && writes > 0:
		r.diags.Error(content.Attributes["nothing"].Range(), "Contradiction", "The test expects that nothing is written, and something too. Take one of the two out; `only = true` is for nothing else.")
	case (e.Error != nil || e.LeftOut.Text != "") && (writes > 0 || len(e.Conflicts) > 0):
		r.diags.Error(b.DefRange(), "Contradiction", "Of a record that fails or is left out nothing is written and no conflict decided. Take one of the two out.")
	}
}

// expectsNothingElse tells whether nothing but writes could be expected.
func (r *testReader) expectsNothingElse() bool {
	e := r.test.Expect
	return !e.Only && !e.Nothing && e.Actions == [2]ExpectedText{} && len(e.Conflicts) == 0 && e.LeftOut.Text == "" && e.Error == nil
}

func (r *testReader) expectConflict(b *hclsyntax.Block) {
	a := block.Read(b.Body, expectConflictShape(), r.diags).Attributes["decision"]
	c := ExpectedConflict{Field: b.Labels[0], Range: b.DefRange()}
	c.Decision, _ = r.decoder().Choice(a, append(r.labels(), DecisionWaits, DecisionHeld))
	if _, ok := r.pipeline.def.Field(c.Field); !ok {
		hint := diag.Choices(c.Field, r.pipeline.names(pipeline.Left))
		if i := slices.Index(r.pipeline.names(pipeline.Right), c.Field); i >= 0 {
			hint = fmt.Sprintf(" Fields go by the left side's name: write %q.", r.pipeline.def.Fields[i].Name)
		}
		r.diags.Error(b.LabelRanges[0], "Field not mapped", "The conflict names %q, which is not in the mapping.%s", c.Field, hint)
	}
	r.test.Expect.Conflicts = append(r.test.Expect.Conflicts, c)
}

func (r *testReader) expectError(b *hclsyntax.Block) {
	content := block.Read(b.Body, expectErrorShape(), r.diags)
	e := &ExpectedError{Range: b.DefRange()}
	var codes []string
	for _, c := range pipeline.Catalogue() {
		codes = append(codes, string(c.Code))
	}
	if a := content.Attributes["code"]; a != nil {
		code, ok := r.decoder().Text(a)
		if ok && !slices.Contains(codes, code) {
			r.diags.Error(a.Expr.Range(), "Unknown error code", "There is no error code %q.%s docs/errors.md lists them.", code, diag.DidYouMean(code, codes))
		}
		e.Code = pipeline.Code(code)
	}
	e.Message, _ = r.decoder().Text(content.Attributes["message"])
	r.test.Expect.Error = e
}

// eachLeaf gives each the values that v holds under the names that matter, in the order of names. What is below no
// such name is given as it is.
func eachLeaf(name string, v cty.Value, matter []string, each func(string, cty.Value)) {
	within := func(mark string) bool {
		return slices.ContainsFunc(matter, func(m string) bool { return strings.HasPrefix(m, name+mark) })
	}
	t := v.Type()
	switch {
	case slices.Contains(matter, name) || v.IsNull():
		each(name, v)
	case (t.IsObjectType() || t.IsMapType()) && within("."):
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			eachLeaf(name+"."+k.AsString(), e, matter, each)
		}
	case (t.IsTupleType() || t.IsListType()) && within("["):
		for i, e := range v.AsValueSlice() {
			eachLeaf(fmt.Sprintf("%s[%d]", name, i), e, matter, each)
		}
	default:
		each(name, v)
	}
}
