package xmlrpc

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits bound what the decoder accepts. A zero field takes its default: 64 MiB, 32, 4 million.
type Limits struct {
	Bytes  int64 // of the document
	Depth  int   // of values within values
	Values int   // in the document
}

// Ample for a thousand products with all their fields.
const (
	defaultBytes  = 64 << 20
	defaultDepth  = 32
	defaultValues = 4 << 20
)

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = defaultBytes
	}
	if l.Depth <= 0 {
		l.Depth = defaultDepth
	}
	if l.Values <= 0 {
		l.Values = defaultValues
	}
	return l
}

// DecodeResponse reads an answer and returns its value. A fault is returned as a *Fault, bad bytes as a
// *DecodeError, and an error of r as it is, except that an unexpected end is ErrTruncated.
func DecodeResponse(r io.Reader, lim Limits) (any, error) {
	lim = lim.orDefault()
	body, err := io.ReadAll(io.LimitReader(r, lim.Bytes+1))
	switch {
	case int64(len(body)) > lim.Bytes:
		return nil, &DecodeError{Kind: ErrTooLarge, Offset: len(body)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &DecodeError{Kind: ErrTruncated, Offset: len(body)}
	case err != nil:
		return nil, err
	}
	p := &parser{doc: body, limits: lim}
	if err := p.open("methodResponse"); err != nil {
		return nil, err
	}
	tag, err := p.next()
	if err != nil {
		return nil, err
	}
	switch {
	case tag.isOpen("params"):
		return p.answer()
	case tag.isOpen("fault"):
		return nil, p.fault()
	}
	return nil, p.unexpected(tag, "<params> or <fault>")
}

// answer reads the rest of a document after <params>: exactly one value.
func (p *parser) answer() (any, error) {
	if err := p.expect("param"); err != nil {
		return nil, err
	}
	v, err := p.expectValue()
	if err != nil {
		return nil, err
	}
	return v, p.close("param", "params", "methodResponse")
}

func (p *parser) fault() error {
	v, err := p.expectValue()
	if err != nil {
		return err
	}
	if err := p.close("fault", "methodResponse"); err != nil {
		return err
	}
	f, ok := faultOf(v)
	if !ok {
		return p.fail(ErrMalformed, "a fault without a code")
	}
	return f
}

// open reads the prolog and the root element.
func (p *parser) open(root string) error {
	p.doc = bytes.TrimPrefix(p.doc, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(p.doc)) == 0 {
		return &DecodeError{Kind: ErrEmpty}
	}
	if !utf8.Valid(p.doc) {
		return p.notXMLRPC("it is not UTF-8 text")
	}
	p.skipSpace()
	if p.at >= len(p.doc) || p.doc[p.at] != '<' {
		return p.notXMLRPC(p.clue())
	}
	if declared := declaredEncoding(p.doc[p.at:]); declared != "" && !slices.Contains([]string{"utf-8", "us-ascii", "ascii"}, declared) {
		return p.notXMLRPC("it is encoded as " + declared)
	}
	tag, err := p.next()
	switch {
	case errors.Is(err, ErrTruncated):
		return err
	case err != nil || !tag.isOpen(root):
		return p.notXMLRPC(p.clue())
	}
	return nil
}

// close reads the end tags of those names and then the end of the document after the last.
func (p *parser) close(names ...string) error {
	for _, name := range names {
		if err := p.expectEnd(name); err != nil {
			return err
		}
	}
	if err := p.skipMisc(); err != nil {
		return err
	}
	if p.at < len(p.doc) {
		return p.fail(ErrMalformed, "text after the end")
	}
	return nil
}

func (p *parser) notXMLRPC(clue string) error {
	return &DecodeError{Kind: ErrNotXMLRPC, Offset: p.at, Clue: clue}
}

func (p *parser) clue() string { return Clue(p.doc) }

// Clue says in a few words what a document is that is not what was expected: the title of a page, or its
// first words.
func Clue(doc []byte) string {
	head := doc[:min(len(doc), 8<<10)]
	lower := bytes.ToLower(head)
	if i := bytes.Index(lower, []byte("<title")); i >= 0 {
		if from := bytes.IndexByte(lower[i:], '>'); from >= 0 {
			rest := head[min(i+from+1, len(head)):]
			if to := bytes.IndexByte(rest, '<'); to >= 0 {
				rest = rest[:to]
			}
			if title := oneLine(string(rest)); title != "" {
				return `a page titled "` + title + `"`
			}
		}
	}
	if bytes.Contains(lower, []byte("<html")) {
		return "a web page"
	}
	return `it begins "` + oneLine(string(head)) + `"`
}

// oneLine returns the first words of s on one line.
func oneLine(s string) string {
	const most = 60
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// declaredEncoding returns the encoding of an XML declaration, in lower case; "" if none is named.
func declaredEncoding(doc []byte) string {
	if !bytes.HasPrefix(doc, []byte("<?xml")) {
		return ""
	}
	declaration, _, _ := bytes.Cut(doc, []byte("?>"))
	_, rest, found := bytes.Cut(declaration, []byte("encoding"))
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if !found || len(rest) == 0 {
		return ""
	}
	name, _, _ := bytes.Cut(rest[1:], rest[:1])
	return strings.ToLower(oneLine(string(name)))
}
