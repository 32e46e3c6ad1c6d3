package pipeline

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Redactor takes secrets out of texts that others wrote: an error of a server that repeats what it was sent, above
// all. It finds them as they are and as they look in addresses, JSON, HTML, XML, base64, hexadecimal digits and
// quoted-printable text, also where a text was cut off ("…") within one. It is safe for concurrent use; nil takes
// nothing out.
type Redactor struct {
	mu       sync.RWMutex
	secrets  map[string]bool
	forms    []string // the longest first
	replacer *strings.Replacer
}

// shortestSecret is the number of bytes from which a secret is taken out of texts. A shorter one, "admin" say, would
// tear holes into them, and whoever chose it keeps nobody out.
const shortestSecret = 6

// shortestCut is how many bytes of a secret before "…" give it away as one that was cut off.
const shortestCut = 4

const redacted = "***"

// NewRedactor returns a redactor of those secrets.
func NewRedactor(secrets ...Secret) *Redactor {
	r := &Redactor{}
	r.Add(secrets...)
	return r
}

// Add makes it know more secrets. It never forgets one: what was secret yesterday stays out of today's log.
func (r *Redactor) Add(secrets ...Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := false
	for _, s := range secrets {
		if len(s.text) < shortestSecret || r.secrets[s.text] {
			continue
		}
		if r.secrets == nil {
			r.secrets = map[string]bool{}
		}
		r.secrets[s.text], fresh = true, true
		r.forms = append(r.forms, formsOf(s.text)...)
	}
	if !fresh {
		return
	}
	slices.SortFunc(r.forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	r.forms = slices.Compact(r.forms)
	pairs := make([]string, 0, 2*len(r.forms))
	for _, form := range r.forms {
		pairs = append(pairs, form, redacted)
	}
	r.replacer = strings.NewReplacer(pairs...)
}

// Text returns s with "***" in the place of each secret.
func (r *Redactor) Text(s string) string {
	if r == nil || s == "" {
		return s
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.replacer == nil {
		return s
	}
	s = r.replacer.Replace(s)
	if strings.Contains(s, "…") {
		s = r.withoutCut(s)
	}
	return s
}

// withoutCut takes out the beginnings of secrets that stand before "…".
func (r *Redactor) withoutCut(s string) string {
	parts := strings.Split(s, "…")
	for i, part := range parts[:len(parts)-1] {
		most := 0
		for _, form := range r.forms {
			for n := min(len(form)-1, len(part)); n >= max(shortestCut, most+1); n-- {
				if strings.HasSuffix(part, form[:n]) {
					most = n
					break
				}
			}
		}
		if most > 0 {
			parts[i] = part[:len(part)-most] + redacted
		}
	}
	return strings.Join(parts, "…")
}

// Error returns err if its text tells no secret, else an error of the same code and class that tells none. What is
// in its chain is still found by errors.Is; its *Error is the one without secrets.
func (r *Redactor) Error(err error) error {
	if r == nil || err == nil {
		return err
	}
	if e, ok := err.(*Error); ok { //nolint:errorlint // the outermost is meant, wrappers are handled below
		return r.own(e)
	}
	text := err.Error()
	shown, inner := r.Text(text), err
	if e := (*Error)(nil); errors.As(err, &e) {
		if clean := r.own(e); clean != e {
			inner = clean
		}
	}
	if shown == text && inner == err { //nolint:errorlint // identity is meant
		return err
	}
	return &withoutSecrets{text: shown, err: inner}
}

func (r *Redactor) own(e *Error) *Error {
	clean := *e
	clean.Message, clean.Remedy, clean.Cause = r.Text(e.Message), r.Text(e.Remedy), r.Error(e.Cause)
	if clean.Message == e.Message && clean.Remedy == e.Remedy && clean.Cause == e.Cause { //nolint:errorlint // identity is meant
		return e
	}
	return &clean
}

// withoutSecrets is an error whose text is another one.
type withoutSecrets struct {
	text string
	err  error
}

func (e *withoutSecrets) Error() string { return e.text }
func (e *withoutSecrets) Unwrap() error { return e.err }

// formsOf returns a secret as it may look in a text.
func formsOf(s string) []string {
	forms := []string{s, hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s)))}
	for _, escaped := range []string{url.QueryEscape(s), url.PathEscape(s), url.UserPassword("", s).String()[1:]} {
		forms = append(forms, escaped, lowerEscapes(escaped))
	}
	forms = append(forms, inJSON(s)...)
	forms = append(forms, html.EscapeString(s), inXML(s), inPrintable(s))
	forms = append(forms, inBase64(s)...)
	slices.Sort(forms)
	return slices.Compact(forms)
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:i+3], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

// inJSON is s as encoders of Go, and those that write ASCII alone, put it between quotes; and as %q does.
func inJSON(s string) []string {
	var forms []string
	for _, escapeHTML := range []bool{true, false} {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(escapeHTML)
		if encoder.Encode(s) == nil { // a text always is
			forms = append(forms, unquoted(strings.TrimSpace(b.String())))
		}
	}
	forms = append(forms, strings.ReplaceAll(forms[1], "/", `\/`)) // as PHP does
	return append(forms, unquoted(strconv.Quote(s)), unquoted(strconv.QuoteToASCII(s)))
}

func unquoted(s string) string { return s[1 : len(s)-1] }

func inXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

// inPrintable is s on one line of quoted-printable text.
func inPrintable(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a builder takes everything
	_ = w.Close()
	return strings.ReplaceAll(b.String(), "=\r\n", "")
}

// inBase64 is what is the same of every base64 text that holds s, wherever it begins there, as in "user:password".
func inBase64(s string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			text := encoding.EncodeToString(append(make([]byte, before), s...))
			first := (before*8 + 5) / 6        // the digits before hold bits of what comes before
			whole := (before + len(s)) * 8 / 6 // those after, of what follows
			if form := text[first:whole]; len(form) > shortestSecret {
				forms = append(forms, form)
			}
		}
	}
	return forms
}
