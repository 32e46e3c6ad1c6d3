package config

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// s3Media and folderMedia are the settings of media blocks. They are checked; images themselves come in
// a later release. Key is read apart: it is a template for every image.
type s3Media struct {
	Endpoint  string          `hcl:"endpoint"`
	Bucket    string          `hcl:"bucket"`
	Key       string          `hcl:"key,optional"`
	AccessKey pipeline.Secret `hcl:"access_key"`
	SecretKey pipeline.Secret `hcl:"secret_key"`
	PublicURL string          `hcl:"public_url"`
	Region    string          `hcl:"region,optional"`
	TLS       bool            `hcl:"tls,optional"`
}

type folderMedia struct {
	Path      string `hcl:"path"`
	PublicURL string `hcl:"public_url"`
	Key       string `hcl:"key,optional"`
}

// keyNames returns what the template of a media block's key sees.
func keyNames() []string { return []string{"sku", "hash", "ext"} }

func (l *loader) media() {
	seen := map[string]hcl.Range{}
	for _, b := range l.blocks["media"] {
		kind, label := b.Labels[0], b.Labels[1]
		l.refs["media."+kind+"."+label] = true
		if !l.identifier(b, 1, "media store") || !l.unique(seen, kind+"."+label, "media store", b.DefRange()) {
			continue
		}
		var settings any
		var address *string
		switch kind {
		case "s3":
			s := &s3Media{TLS: true}
			settings, address = s, &s.PublicURL
		case "folder":
			s := &folderMedia{}
			settings, address = s, &s.PublicURL
		default:
			l.diags.Error(b.LabelRanges[0], "Unknown kind of media store", "There is no kind of media store %q.%s", kind, diag.Choices(kind, []string{"s3", "folder"}))
			continue
		}
		l.mediaSettings(b, settings, address)
	}
}

func (l *loader) mediaSettings(b *hclsyntax.Block, settings any, address *string) {
	body := *b.Body
	if key := body.Attributes["key"]; key != nil {
		body.Attributes = withoutKey(body.Attributes)
		l.mediaKey(key)
	}
	decoded := l.decoder().Settings(&body, fmt.Sprintf("a media block of kind %q", b.Labels[0]), b.DefRange(), settings)
	if u, err := url.Parse(*address); *address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		l.diags.Error(decoded.At("public_url", b.DefRange()), "Wrong value", "public_url must be an address, as \"https://media.example.com\".")
	}
}

func withoutKey(attributes hclsyntax.Attributes) hclsyntax.Attributes {
	rest := hclsyntax.Attributes{}
	for name, a := range attributes {
		if name != "key" {
			rest[name] = a
		}
	}
	return rest
}

// mediaKey checks the template that names an image's object.
func (l *loader) mediaKey(a *hclsyntax.Attribute) {
	variables := map[string]cty.Value{}
	for _, name := range keyNames() {
		variables[name] = cty.UnknownVal(cty.String)
	}
	uses := map[string]bool{}
	for _, t := range a.Expr.Variables() {
		name := t.RootName()
		uses[name] = true
		if !slices.Contains(keyNames(), name) {
			l.diags.Error(t.SourceRange(), "Unknown name", "There is no %q in the key of an image.%s", name, diag.Choices(name, keyNames()))
			return
		}
	}
	v, problems := a.Expr.Value(&hcl.EvalContext{Variables: variables})
	l.diags.Add(problems...)
	if !problems.HasErrors() && (v.Type() != cty.String || !uses["hash"]) {
		l.diags.Error(a.Expr.Range(), "Wrong value", "key must be text with ${hash} in it, which keeps two images apart, as \"images/${sku}-${hash}.${ext}\".")
	}
}
