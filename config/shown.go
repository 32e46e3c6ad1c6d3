package config

import (
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/tandem-sync/tandem/config/expression"
)

// hiddenValue stands for a secret.
const hiddenValue = "(secret)"

// lineWidth is how long a list or map may be to stand on one line.
const lineWidth = 80

// ShownHCL returns a value as it is written in a configuration, on several lines where it is large. Secrets are left out.
func ShownHCL(v cty.Value) string {
	return strings.TrimSuffix(string(hclwrite.Format([]byte(shownHCL(v)))), "\n")
}

func shownHCL(v cty.Value) string {
	t := v.Type()
	switch {
	case v.IsMarked():
		return hiddenValue
	case !v.IsKnown():
		return "(unknown)"
	case v.IsNull():
		return "null"
	case t.IsListType() || t.IsTupleType() || t.IsSetType():
		var parts []string
		for _, e := range v.AsValueSlice() {
			parts = append(parts, shownHCL(e))
		}
		return enclosed("[", parts, ",", "]")
	case t.IsMapType() || t.IsObjectType():
		var parts []string
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			name := k.AsString()
			if !hclsyntax.ValidIdentifier(name) {
				name = string(hclwrite.TokensForValue(k).Bytes())
			}
			parts = append(parts, name+" = "+shownHCL(e))
		}
		return enclosed("{", parts, "", "}")
	}
	return string(hclwrite.TokensForValue(v).Bytes())
}

// enclosed joins parts on one line if they are short, else on a line each.
func enclosed(begin string, parts []string, comma, end string) string {
	if len(parts) == 0 {
		return begin + end
	}
	one := strings.Join(parts, ", ")
	if len(one) <= lineWidth && !strings.Contains(one, "\n") {
		if begin == "{" {
			return "{ " + one + " }"
		}
		return begin + one + end
	}
	return begin + "\n" + strings.Join(parts, comma+"\n") + comma + "\n" + end
}

// ShownJSON is ShownHCL in JSON, and whether a secret was left out.
func ShownJSON(v cty.Value) (text json.RawMessage, secret bool, err error) {
	shown, secret := withoutSecrets(v)
	b, err := ctyjson.Marshal(shown, shown.Type())
	return b, secret, err
}

// withoutSecrets returns a value in which a text stands for each secret.
func withoutSecrets(v cty.Value) (shown cty.Value, secret bool) {
	t := v.Type()
	switch {
	case v.IsMarked():
		return cty.StringVal(hiddenValue), true
	case !v.ContainsMarked() || v.IsNull():
		return v, false
	case t.IsMapType() || t.IsObjectType():
		parts := map[string]cty.Value{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			parts[k.AsString()], _ = withoutSecrets(e)
		}
		return cty.ObjectVal(parts), true
	}
	var parts []cty.Value
	for _, e := range v.AsValueSlice() {
		part, _ := withoutSecrets(e)
		parts = append(parts, part)
	}
	return cty.TupleVal(parts), true
}

// Kind names the type of a value as people call it: "text", "a list".
func Kind(v cty.Value) string { return expression.Describe(v.Type()) }
