package block

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// Decoder evaluates attributes. Its methods take an attribute, which may be nil where it is not written,
// and return false where it is absent, null, or wrong; the last has been reported then.
type Decoder struct {
	Scope *expression.Scope
	Diags *diag.List
	// Learn, if set, is told every secret that is decoded.
	Learn func(pipeline.Secret)
}

// Value evaluates a, converted to the wanted type and without marks.
func (c Decoder) Value(a *hclsyntax.Attribute, want cty.Type) (cty.Value, bool) {
	if a == nil {
		return cty.NilVal, false
	}
	v, ok := c.Scope.Evaluate(a.Expr, c.Diags)
	if !ok {
		return cty.NilVal, false
	}
	if !v.IsWhollyKnown() {
		c.Diags.Add(expression.Lacks(v)...)
		return cty.NilVal, false
	}
	v, _ = v.UnmarkDeep()
	if v.IsNull() {
		return cty.NilVal, false
	}
	got, err := convert.Convert(v, want)
	if err != nil {
		c.wrong(a, "%s must be %s, but this is %s.", a.Name, described(want), described(v.Type()))
		return cty.NilVal, false
	}
	return got, true
}

// Unset tells whether what an attribute is made of is not given here: see expression.Scope.
func (c Decoder) Unset(a *hclsyntax.Attribute) bool {
	if a == nil || !c.Scope.Unset {
		return false
	}
	v, ok := c.Scope.Evaluate(a.Expr, &diag.List{})
	return ok && !v.IsWhollyKnown()
}

func (c Decoder) wrong(a *hclsyntax.Attribute, format string, args ...any) {
	c.Diags.Error(a.Expr.Range(), "Wrong value", format, args...)
}

func described(t cty.Type) string {
	switch {
	case t == cty.String:
		return "text in quotes"
	case t.IsListType():
		return `a list of texts, as ["a", "b"]`
	}
	return expression.Describe(t)
}

// Text decodes a text that is not empty.
func (c Decoder) Text(a *hclsyntax.Attribute) (string, bool) {
	v, ok := c.Value(a, cty.String)
	if !ok {
		return "", false
	}
	s := v.AsString()
	if strings.TrimSpace(s) == "" {
		c.wrong(a, "%s is empty. Give it a value, or leave it out if it is optional.", a.Name)
		return "", false
	}
	return s, true
}

// Secret decodes a secret, and warns of one that stands in the file itself.
func (c Decoder) Secret(a *hclsyntax.Attribute) (pipeline.Secret, bool) {
	s, ok := c.Text(a)
	if ok && plain(a.Expr) {
		c.Diags.Warning(a.NameRange, "Secret in plain text",
			"%s stands in the file, where everybody sees it who can read the file or its history. Write env(\"NAME\") to take it from an environment variable, or credential(\"NAME\") to take it from systemd's credentials.", a.Name)
	}
	if ok && c.Learn != nil {
		c.Learn(pipeline.NewSecret(s))
	}
	return pipeline.NewSecret(s), ok
}

// plain tells whether an expression is a mere literal.
func plain(expr hclsyntax.Expression) bool {
	_, ok := expression.Constant(expr)
	return ok
}

// Bool decodes true or false.
func (c Decoder) Bool(a *hclsyntax.Attribute) (value, ok bool) {
	v, ok := c.Value(a, cty.Bool)
	return ok && v.True(), ok
}

// Int decodes a whole number from 0 on.
func (c Decoder) Int(a *hclsyntax.Attribute) (int, bool) {
	v, ok := c.Value(a, cty.Number)
	if !ok {
		return 0, false
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != big.Exact || n < 0 || n > 1<<31-1 {
		c.wrong(a, "%s must be a whole number from 0 on.", a.Name)
		return 0, false
	}
	return int(n), true
}

// Texts decodes a list of texts.
func (c Decoder) Texts(a *hclsyntax.Attribute) ([]string, bool) {
	v, ok := c.Value(a, cty.List(cty.String))
	if !ok {
		return nil, false
	}
	texts := []string{}
	for _, e := range v.AsValueSlice() {
		if e.IsNull() || strings.TrimSpace(e.AsString()) == "" {
			c.wrong(a, "%s holds an empty element. Take it out.", a.Name)
			return nil, false
		}
		texts = append(texts, e.AsString())
	}
	return texts, true
}

// Duration decodes a Go duration above zero, as "90s".
func (c Decoder) Duration(a *hclsyntax.Attribute) (time.Duration, bool) {
	t, ok := c.AnyDuration(a)
	if ok && t <= 0 {
		c.wrong(a, "%s must be longer than zero.", a.Name)
		return 0, false
	}
	return t, ok
}

// AnyDuration decodes a duration that may be zero or negative.
func (c Decoder) AnyDuration(a *hclsyntax.Attribute) (time.Duration, bool) {
	s, ok := c.Text(a)
	if !ok {
		return 0, false
	}
	t, err := time.ParseDuration(s)
	if err != nil {
		c.wrong(a, "%s must be a duration with its unit, as \"30s\", \"5m\" or \"1h30m\".%s", a.Name, durationHint(s))
		return 0, false
	}
	return t, true
}

func durationHint(s string) string {
	if strings.Trim(s, "0123456789") == "" {
		return fmt.Sprintf(" If seconds are meant, write \"%ss\".", s)
	}
	if days, ok := strings.CutSuffix(s, "d"); ok && strings.Trim(days, "0123456789") == "" && days != "" {
		return " There is no unit for days: write \"24h\" for one."
	}
	return ""
}

// Size decodes a number of bytes, as "10MB" or "512KiB".
func (c Decoder) Size(a *hclsyntax.Attribute) (pipeline.Size, bool) {
	s, ok := c.Text(a)
	if !ok {
		return 0, false
	}
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > 1<<62 {
		c.wrong(a, "%s must be a size with its unit, as \"10MB\" or \"512KB\".", a.Name)
		return 0, false
	}
	return pipeline.Size(n), true
}

// Choice decodes one of a few words.
func (c Decoder) Choice(a *hclsyntax.Attribute, choices []string) (string, bool) {
	s, ok := c.Text(a)
	if !ok {
		return "", false
	}
	for _, choice := range choices {
		if s == choice {
			return s, true
		}
	}
	c.wrong(a, "%s cannot be %q.%s", a.Name, s, diag.Choices(s, choices))
	return "", false
}
