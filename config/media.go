package config

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// Media is one media block.
type Media struct {
	Kind, Label string
	// Settings is a *S3Media for kind "s3" and a *FolderMedia for kind "folder".
	Settings any
	// Key makes the name of an object from the variables sku, hash and ext; nil where the block has no key. It is
	// safe for concurrent use.
	Key   func(variables map[string]string) (string, error)
	Range hcl.Range

	key any // its tokens, for the hash
}

// S3Media are the settings of a bucket.
type S3Media struct {
	Endpoint  string          `hcl:"endpoint" doc:"host and port of the store" example:"\"minio.example.com:9000\""`
	Bucket    string          `hcl:"bucket" doc:"name of the bucket" example:"\"pm-manager\""`
	AccessKey pipeline.Secret `hcl:"access_key" doc:"name of the key" example:"env(\"MINIO_ACCESS_KEY\")"`
	SecretKey pipeline.Secret `hcl:"secret_key" doc:"the key itself" example:"env(\"MINIO_SECRET_KEY\")"`
	PublicURL string          `hcl:"public_url" doc:"address at which what is in the bucket is served" example:"\"https://media.example.com/pm-manager\""`
	Region    string          `hcl:"region,optional" doc:"region of the bucket"`
	TLS       bool            `hcl:"tls,optional" doc:"whether the store is spoken to over TLS"`
	CA        string          `hcl:"ca,optional" doc:"certificates in PEM that are trusted beside the system's, as file(\"ca.pem\") reads them"`
}

// FolderMedia are the settings of a folder.
type FolderMedia struct {
	Path      string `hcl:"path" doc:"the directory" example:"\"/srv/images\""`
	PublicURL string `hcl:"public_url" doc:"address at which the files in it are served" example:"\"https://media.example.com\""`
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
		before := l.diags.Failures()
		var settings any
		var address *string
		switch kind {
		case "s3":
			s := &S3Media{TLS: true}
			settings, address = s, &s.PublicURL
		case "folder":
			s := &FolderMedia{}
			settings, address = s, &s.PublicURL
		default:
			l.diags.Error(b.LabelRanges[0], "Unknown kind of media store", "There is no kind of media store %q.%s", kind, diag.Choices(kind, []string{"s3", "folder"}))
			continue
		}
		store := Media{Kind: kind, Label: label, Settings: settings, Range: b.DefRange()}
		l.mediaSettings(b, &store, address)
		if l.diags.Failures() == before && !l.torn[b] {
			l.config.Media = append(l.config.Media, store)
		}
	}
}

// mediaSettings decodes a block. Its key is read apart: it is a template, evaluated for every image.
func (l *loader) mediaSettings(b *hclsyntax.Block, store *Media, address *string) {
	body := *b.Body
	if key := body.Attributes["key"]; key != nil {
		body.Attributes = withoutKey(body.Attributes)
		l.mediaKey(key)
		store.Key, store.key = keyTemplate(key.Expr), l.tokens(key.Expr)
	}
	decoded := l.decoder().Settings(&body, fmt.Sprintf("a media block of kind %q", b.Labels[0]), b.DefRange(), store.Settings)
	at := decoded.At("public_url", b.DefRange())
	switch u, err := url.Parse(*address); {
	case *address == "": // told already
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		l.diags.Error(at, "Wrong value", "public_url must be an address, as \"https://media.example.com\".")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		l.diags.Error(at, "Too much in the address", "public_url is written into products for everybody to fetch images from: it is an address without user, password and anything after ? or #, as \"https://media.example.com\".")
	}
	if s, ok := store.Settings.(*S3Media); ok && s.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA)) {
		l.diags.Error(decoded.At("ca", b.DefRange()), "No certificate", "%s", transport.NoAuthority)
	}
	if s, ok := store.Settings.(*S3Media); ok && strings.ContainsAny(s.Endpoint, "/@?#") {
		l.diags.Error(decoded.At("endpoint", b.DefRange()), "Wrong value", "endpoint is host and port of the S3 API alone, as \"minio.example.com:9000\"; the keys belong into access_key and secret_key.")
	}
}

func keyTemplate(expr hclsyntax.Expression) func(map[string]string) (string, error) {
	return func(variables map[string]string) (string, error) {
		values := map[string]cty.Value{}
		for name, text := range variables {
			values[name] = cty.StringVal(text)
		}
		v, problems := expr.Value(&hcl.EvalContext{Variables: values})
		if problems.HasErrors() {
			return "", problems
		}
		if v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
			return "", fmt.Errorf("%s: key gives no text", at(expr.Range()))
		}
		return v.AsString(), nil
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
