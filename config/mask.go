package config

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
)

// assignment matches `name =`, also in a file that does not parse; literal matches text in quotes, with
// the function whose first argument it is.
var (
	assignment = regexp.MustCompile(`([A-Za-z_][\w-]*)[ \t]*=[^=\n]`)
	literal    = regexp.MustCompile(`(?:(env|credential|file)\([ \t]*)?"((?:[^"\\\n]|\\.)+)"?`)
)

// secretNames returns the attributes that hold secrets.
func (l *loader) secretNames() []string {
	names := []string{"token", "access_key", "secret_key"}
	for _, k := range l.opts.Kinds {
		names = append(names, block.SecretNames(k.Settings())...)
	}
	return names
}

// minHidden is the length from which a value of env or credential is taken out of messages. Shorter ones
// would tear holes into them, and are no secrets.
const minHidden = 4

func (l *loader) hide(s string) {
	if len(s) >= minHidden {
		l.hidden = append(l.hidden, s)
	}
}

// scrubbed takes secrets out of the texts of diagnostics, also out of what the validation of a kind of
// source says of a setting.
func (l *loader) scrubbed(problems hcl.Diagnostics) hcl.Diagnostics {
	for _, p := range problems {
		for _, s := range l.hidden {
			p.Detail = strings.ReplaceAll(p.Detail, s, "***")
		}
	}
	return problems
}

// masked returns src with every secret that stands in it as plain text overwritten, so that snippets do
// not show it. Byte offsets stay what they are. Names that look like a secret's, misspelt ones too, count.
func masked(src []byte, names []string) []byte {
	out := slices.Clone(src)
	for _, m := range assignment.FindAllSubmatchIndex(src, -1) {
		if holdsSecret(string(src[m[2]:m[3]]), names) {
			line, _, _ := bytes.Cut(src[m[1]-1:], []byte("\n"))
			maskLiterals(out[m[1]-1:], line)
		}
	}
	return out
}

func maskLiterals(out, line []byte) {
	if bytes.Contains(line, []byte("${")) {
		return // made of something else, which is not in the file as it is
	}
	for _, m := range literal.FindAllSubmatchIndex(line, -1) {
		if m[2] >= 0 {
			continue // the name of a secret
		}
		for i := m[4]; i < m[5]; i++ {
			out[i] = '*'
		}
	}
}

func holdsSecret(name string, names []string) bool {
	for _, part := range []string{"password", "secret", "token", "api_key", "apikey"} {
		if strings.Contains(strings.ToLower(name), part) {
			return true
		}
	}
	return slices.Contains(names, name) || diag.Nearest(name, names) != ""
}
