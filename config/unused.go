package config

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
)

// unused warns of what is defined and has no effect. Where a part of the configuration could not be read, that may
// be what uses it, and nothing is said; nor of a local value that is wrong, which has been told.
func (l *loader) unused() {
	if l.scope.Incomplete || len(l.torn) > 0 || len(l.blocks["pipeline"]) == 0 {
		return
	}
	for _, kind := range []string{"source", "media"} {
		for _, b := range l.blocks[kind] {
			if name := kind + "." + b.Labels[0] + "." + b.Labels[1]; !l.used[name] {
				l.diags.Warning(b.DefRange(), "Unused "+kind, "No pipeline refers to %s. Take the block out, or name it in a pipeline.", name)
			}
		}
	}
	used := l.referred()
	for _, b := range l.blocks["variable"] {
		if name := b.Labels[0]; !used["var."+name] && !used["var"] {
			l.diags.Warning(b.DefRange(), "Unused variable", "Nothing refers to var.%s. Take the block out, or look for a misspelt name.", name)
		}
	}
	for name, a := range l.localAttributes() {
		if !used["local."+name] && !used["local"] && l.scope.Locals[name].IsWhollyKnown() {
			l.diags.Warning(a.NameRange, "Unused local value", "Nothing that has an effect refers to local.%s. Take it out, or look for a misspelt name.", name)
		}
	}
}

// localAttributes returns the first definition of every local value.
func (l *loader) localAttributes() map[string]*hclsyntax.Attribute {
	all := map[string]*hclsyntax.Attribute{}
	for _, b := range l.blocks["locals"] {
		for name, a := range b.Body.Attributes {
			if _, ok := all[name]; !ok {
				all[name] = a
			}
		}
	}
	return all
}

// referred returns the locals and variables, as "local.NAME", that something outside of locals blocks refers to, by
// way of others too; "local" alone stands for all of them.
func (l *loader) referred() map[string]bool {
	locals, used := l.localAttributes(), map[string]bool{}
	var follow func(hclsyntax.Expression)
	follow = func(expr hclsyntax.Expression) {
		for _, name := range references(expr) {
			if used[name] {
				continue
			}
			used[name] = true
			for local, a := range locals {
				if name == "local" || name == "local."+local {
					follow(a.Expr)
				}
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(l.blocks)) {
		for _, b := range l.blocks[kind] {
			if kind != "locals" {
				eachAttribute(b.Body, func(a *hclsyntax.Attribute) { follow(a.Expr) })
			}
		}
	}
	return used
}

// references returns "local.NAME" and "var.NAME" for what an expression refers to, and "local" or "var" where it
// refers to all of them.
func references(expr hclsyntax.Expression) []string {
	var names []string
	for _, t := range expr.Variables() {
		root := t.RootName()
		if root != "local" && root != "var" {
			continue
		}
		if name, ok := expression.Member(t); ok {
			root += "." + name
		}
		names = append(names, root)
	}
	return names
}

func eachAttribute(body *hclsyntax.Body, do func(*hclsyntax.Attribute)) {
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		do(body.Attributes[name])
	}
	for _, b := range body.Blocks {
		eachAttribute(b.Body, do)
	}
}

// plainSecrets warns of secrets that stand in a locals block or as the default of a variable, and that a setting
// takes from there. Those that stand in the setting itself are told where it is decoded.
func (l *loader) plainSecrets() {
	definitions := map[string]*hclsyntax.Attribute{}
	for name, a := range l.localAttributes() {
		definitions["local."+name] = a
	}
	for _, b := range l.blocks["variable"] {
		if a := b.Body.Attributes["default"]; a != nil {
			definitions["var."+b.Labels[0]] = a
		}
	}
	for _, kind := range []string{"daemon", "source", "media"} {
		for _, b := range l.blocks[kind] {
			secrets := []string{"token", "access_key", "secret_key"}
			if k, ok := l.kind(first(b.Labels)); ok {
				secrets = block.SecretNames(k.Settings())
			}
			eachAttribute(b.Body, func(a *hclsyntax.Attribute) {
				if slices.Contains(secrets, a.Name) {
					l.plainlyDefined(a, definitions)
				}
			})
		}
	}
}

func first(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return labels[0]
}

func (l *loader) plainlyDefined(a *hclsyntax.Attribute, definitions map[string]*hclsyntax.Attribute) {
	if _, problems := hcl.AbsTraversalForExpr(a.Expr); problems.HasErrors() {
		return // made of more than that, such as a secret that is none
	}
	for _, name := range references(a.Expr) {
		d := definitions[name]
		if d == nil {
			continue
		}
		v, ok := expression.Constant(d.Expr)
		if !ok || v.IsNull() || !v.Type().IsPrimitiveType() {
			continue
		}
		l.veil(d.Expr.Range())
		if text, err := convert.Convert(v, cty.String); err == nil {
			l.hide(text.AsString())
		}
		l.diags.Warning(d.NameRange, "Secret in plain text", "%s is used as %s and stands in the file, where everybody sees it who can read the file or its history. Write env(\"NAME\") to take it from an environment variable, or credential(\"NAME\") to take it from systemd's credentials.", name, a.Name)
	}
}

// veil overwrites a literal in what snippets are made of.
func (l *loader) veil(r hcl.Range) {
	src := l.config.Files[r.Filename].Bytes
	for i := r.Start.Byte; i < r.End.Byte && i < len(src); i++ {
		if src[i] != '"' && src[i] != '\n' {
			src[i] = '*'
		}
	}
}
