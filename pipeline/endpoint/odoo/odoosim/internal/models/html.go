package models

import (
	"regexp"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

var (
	unsafeElements   = regexp.MustCompile(`(?is)<(script|style|iframe|object|embed)\b.*?(</(script|style|iframe|object|embed)\s*>|$)|<!--.*?-->`)
	unsafeAttributes = regexp.MustCompile(`(?i)\s+on[a-z]+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`)
	unsafeAddresses  = regexp.MustCompile(`(?i)(href|src)\s*=\s*("|')?\s*javascript:[^"'>\s]*("|')?`)
	anyElement       = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
)

// sanitised does the main of what Odoo does to HTML: what could run is taken out, and text that is no
// HTML becomes a paragraph.
func sanitised(_ *orm.Env, v any) (any, error) {
	text, ok := v.(string)
	if !ok || strings.TrimSpace(text) == "" {
		return v, nil
	}
	text = unsafeElements.ReplaceAllString(text, "")
	text = unsafeAttributes.ReplaceAllString(text, "")
	text = unsafeAddresses.ReplaceAllString(text, "")
	if !anyElement.MatchString(text) {
		text = "<p>" + text + "</p>"
	}
	return text, nil
}
