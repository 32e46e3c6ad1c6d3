package config

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
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
	known := pipeline.NewRedactor(l.config.secrets...)
	for _, s := range l.hidden {
		known.Add(pipeline.NewSecret(s))
	}
	for _, p := range problems {
		detail := []byte(p.Detail)
		maskAddresses(detail)
		p.Detail = known.Text(string(detail))
	}
	return problems
}

// minAnywhere is the length from which a secret that is known is overwritten wherever it stands in a file: in a
// comment too. A shorter one may be a word of it.
const minAnywhere = 8

// maskKnown overwrites, in what is shown of the files, the secrets that some setting took from elsewhere in them: a
// variable's default, a local, a file of values.
func (l *loader) maskKnown() {
	for _, file := range l.config.Files {
		for _, s := range l.config.secrets {
			text := s.Reveal()
			for _, form := range []string{text, strings.Trim(strconv.Quote(text), `"`)} {
				switch {
				case len(text) >= minAnywhere:
					overwrite(file.Bytes, []byte(form))
				case len(text) >= minHidden:
					overwrite(file.Bytes, []byte(`"`+form+`"`))
				}
			}
		}
	}
}

// overwrite puts asterisks in the place of what, but for quotes at its ends.
func overwrite(in, what []byte) {
	for at := 0; ; {
		i := bytes.Index(in[at:], what)
		if i < 0 {
			return
		}
		at += i
		for j := range what {
			if in[at+j] != '"' || j > 0 && j < len(what)-1 {
				in[at+j] = '*'
			}
		}
		at += len(what)
	}
}

// userinfo matches a name and a password in an address; parameter a value in its query.
var (
	userinfo  = regexp.MustCompile(`(?:://|[/"'\s])([^/\s"'@:]+:[^/\s"'@]+)@`)
	parameter = regexp.MustCompile(`[?&]([A-Za-z_][\w.-]*)=([^&\s"'#]+)`)
)

// maskAddresses overwrites passwords within addresses, wherever they stand.
func maskAddresses(out []byte) {
	cover := func(from, to int) {
		if bytes.Contains(out[from:to], []byte("${")) {
			return // made of something else, which is not in the file as it is
		}
		for i := from; i < to; i++ {
			out[i] = '*'
		}
	}
	for _, m := range userinfo.FindAllSubmatchIndex(out, -1) {
		cover(m[2], m[3])
	}
	for _, m := range parameter.FindAllSubmatchIndex(out, -1) {
		name := strings.ToLower(string(out[m[2]:m[3]]))
		if slices.Contains([]string{"key", "pwd", "pass", "passwd", "sig", "auth"}, name) || holdsSecret(name, nil) || strings.Contains(name, "signature") || strings.Contains(name, "credential") {
			cover(m[4], m[5])
		}
	}
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
	maskAddresses(out)
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
