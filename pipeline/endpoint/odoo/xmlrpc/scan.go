package xmlrpc

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

type tagKind uint8

const (
	openTag  tagKind = iota
	endTag           // </name>
	emptyTag         // <name/>
)

type tag struct {
	name string
	kind tagKind
}

func (t tag) isOpen(name string) bool { return t.kind == openTag && t.name == name }

func (t tag) String() string {
	return [...]string{"<", "</", "<"}[t.kind] + oneLine(t.name) + [...]string{">", ">", "/>"}[t.kind]
}

func (p *parser) fail(kind error, clue string) error {
	return &DecodeError{Kind: kind, Offset: p.at, Clue: clue}
}

func (p *parser) truncated() error { return &DecodeError{Kind: ErrTruncated, Offset: len(p.doc)} }

func (p *parser) unexpected(got tag, want string) error {
	return p.fail(ErrMalformed, got.String()+" instead of "+want)
}

// next skips what stands between elements and reads the next tag.
func (p *parser) next() (tag, error) {
	if err := p.skipMisc(); err != nil {
		return tag{}, err
	}
	return p.tag()
}

func (p *parser) expect(name string) error {
	t, err := p.next()
	if err == nil && !t.isOpen(name) {
		err = p.unexpected(t, "<"+name+">")
	}
	return err
}

func (p *parser) expectEnd(name string) error {
	t, err := p.next()
	if err == nil && (t.kind != endTag || t.name != name) {
		err = p.unexpected(t, "</"+name+">")
	}
	return err
}

func (p *parser) skipSpace() {
	for p.at < len(p.doc) && isSpace(p.doc[p.at]) {
		p.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// skipMisc passes over blanks, comments and processing instructions.
func (p *parser) skipMisc() error {
	for {
		p.skipSpace()
		skipped, err := p.skipMarkup()
		if err != nil || !skipped {
			return err
		}
	}
}

// skipMarkup passes over one comment or processing instruction, if one stands here.
func (p *parser) skipMarkup() (bool, error) {
	for _, m := range [...][2]string{{"<!--", "-->"}, {"<?", "?>"}} {
		if bytes.HasPrefix(p.doc[p.at:], []byte(m[0])) {
			n := bytes.Index(p.doc[p.at+len(m[0]):], []byte(m[1]))
			if n < 0 {
				return false, p.truncated()
			}
			p.at += len(m[0]) + n + len(m[1])
			return true, nil
		}
	}
	return false, nil
}

// tag reads the tag that stands here; attributes are passed over, XML-RPC has none.
func (p *parser) tag() (tag, error) {
	if p.at >= len(p.doc) {
		return tag{}, p.truncated()
	}
	if p.doc[p.at] != '<' {
		return tag{}, p.fail(ErrMalformed, "text where a tag should be")
	}
	from := p.at + 1
	t := tag{}
	if from < len(p.doc) && p.doc[from] == '/' {
		t.kind = endTag
		from++
	}
	to := from
	for to < len(p.doc) && !isSpace(p.doc[to]) && p.doc[to] != '>' && p.doc[to] != '/' && p.doc[to] != '<' {
		to++
	}
	if from == to {
		return tag{}, p.fail(ErrMalformed, "a tag without a name")
	}
	t.name = p.intern(p.doc[from:to])
	end, err := p.tagEnd(to)
	if err != nil {
		return tag{}, err
	}
	if p.doc[end-1] == '/' && t.kind == openTag {
		t.kind = emptyTag
	}
	p.at = end + 1
	return t, nil
}

// tagEnd returns where the '>' stands that ends the tag, past quoted attributes.
func (p *parser) tagEnd(from int) (int, error) {
	quote := byte(0)
	for i := from; i < len(p.doc); i++ {
		c := p.doc[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			return 0, p.fail(ErrMalformed, "a tag within a tag")
		case c == '>':
			return i, nil
		}
	}
	return 0, p.truncated()
}

// intern returns b as a string, the same one each time: names repeat in every record.
func (p *parser) intern(b []byte) string {
	if s, ok := p.names[string(b)]; ok {
		return s
	}
	if p.names == nil {
		p.names = map[string]string{}
	}
	s := string(b)
	if len(s) <= 64 && len(p.names) < 1024 {
		p.names[s] = s
	}
	return s
}

// text reads character data up to the next tag, with comments left out and CDATA sections taken in.
func (p *parser) text() (string, error) {
	const cdata = "<![CDATA["
	first, done := p.run()
	if done {
		return p.characters(first)
	}
	var whole strings.Builder
	for run := first; ; run, done = p.run() {
		s, err := p.characters(run)
		if err != nil {
			return "", err
		}
		whole.WriteString(s)
		if done {
			return whole.String(), nil
		}
		if bytes.HasPrefix(p.doc[p.at:], []byte(cdata)) {
			n := bytes.Index(p.doc[p.at+len(cdata):], []byte("]]>"))
			if n < 0 {
				return "", p.truncated()
			}
			from := p.at + len(cdata)
			whole.WriteString(lineEnds(string(p.doc[from : from+n])))
			p.at = from + n + len("]]>")
		} else if _, err := p.skipMarkup(); err != nil {
			return "", err
		}
	}
}

// run returns the bytes up to the next '<', and whether that begins a tag (or the document ends).
func (p *parser) run() (raw []byte, done bool) {
	n := bytes.IndexByte(p.doc[p.at:], '<')
	if n < 0 {
		n = len(p.doc) - p.at
	}
	raw = p.doc[p.at : p.at+n]
	p.at += n
	rest := p.doc[p.at:]
	inline := bytes.HasPrefix(rest, []byte("<!--")) || bytes.HasPrefix(rest, []byte("<![CDATA[")) || bytes.HasPrefix(rest, []byte("<?"))
	return raw, !inline
}

// characters resolves the references in raw.
func (p *parser) characters(raw []byte) (string, error) {
	if bytes.IndexByte(raw, '&') < 0 {
		return lineEnds(string(raw)), nil
	}
	var b strings.Builder
	b.Grow(len(raw))
	for rest := raw; ; {
		n := bytes.IndexByte(rest, '&')
		if n < 0 {
			b.WriteString(lineEnds(string(rest)))
			return b.String(), nil
		}
		b.WriteString(lineEnds(string(rest[:n])))
		end := bytes.IndexByte(rest[n:min(n+16, len(rest))], ';')
		if end < 0 {
			return "", p.fail(ErrMalformed, "an & that begins no reference")
		}
		r, ok := reference(string(rest[n+1 : n+end]))
		if !ok {
			return "", p.fail(ErrMalformed, "the unknown reference "+oneLine(string(rest[n:n+end+1])))
		}
		b.WriteRune(r)
		rest = rest[n+end+1:]
	}
}

// lineEnds turns line ends into "\n", as XML asks of a reader.
func lineEnds(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !Carries(rune(n)) {
		return 0, false
	}
	return rune(n), true
}
