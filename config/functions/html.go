package functions

import (
	stdhtml "html"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func html() []Entry {
	return []Entry{
		{
			Name: "html_to_text", Usage: "html_to_text(html)", Group: HTML, Func: htmlToText(),
			Does:     "Plain text with the paragraphs, line breaks and list items of the HTML.",
			Examples: []Example{{`html_to_text("<p>Summer &amp; <b>winter</b></p><ul><li>warm<li>light</ul>")`, `"Summer & winter\n\n- warm\n- light"`}},
		},
		{
			Name: "text_to_html", Usage: "text_to_html(text)", Group: HTML, Func: textToHTML(),
			Does:     "Escaped HTML: a `<p>` for each paragraph, `<br>` for line breaks.",
			Examples: []Example{{`text_to_html("size < 40\nblue\n\nNew")`, `"<p>size &lt; 40<br>blue</p><p>New</p>"`}},
		},
	}
}

// fromHTML renders HTML as the plain text that a reader would see: blocks on lines of their own,
// paragraphs apart, list items behind "- ". Text without any tags passes as it is, entities resolved.
func fromHTML(s string) string {
	w := &textWriter{}
	z := xhtml.NewTokenizer(strings.NewReader(s))
	skip := atom.Atom(0) // inside of <script> and the like
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken { // the end: a string cannot fail to be read
			return w.String()
		}
		t := z.Token()
		switch {
		case skip != 0:
			if kind == xhtml.EndTagToken && t.DataAtom == skip {
				skip = 0
			}
		case kind == xhtml.TextToken:
			w.text(t.Data)
		case kind == xhtml.StartTagToken && hidden(t.DataAtom):
			skip = t.DataAtom
		case kind == xhtml.StartTagToken || kind == xhtml.SelfClosingTagToken || kind == xhtml.EndTagToken:
			w.tag(t.DataAtom, kind != xhtml.EndTagToken)
		}
	}
}

func hidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Template, atom.Title:
		return true
	}
	return false
}

// textWriter collapses white space as a browser does.
type textWriter struct {
	b     strings.Builder
	lines int  // line ends due before the next text
	space bool // a space is due before the next text
	item  bool // "- " is due before the next text
}

func (w *textWriter) tag(a atom.Atom, opens bool) {
	switch a {
	case atom.Br:
		if opens {
			w.lines++
			w.space = false
		}
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.Pre, atom.Hr:
		w.newline(2)
	case atom.Li:
		w.newline(1)
		w.item = opens
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Dl, atom.Dt, atom.Dd:
		w.newline(1)
	case atom.Td, atom.Th:
		w.space = true
	}
}

func (w *textWriter) newline(n int) {
	w.lines = max(w.lines, n)
	w.space = false
}

func (w *textWriter) text(s string) {
	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\r', '\f':
			w.space = true
			continue
		}
		w.due()
		if r == '\u00a0' {
			r = ' '
		}
		w.b.WriteRune(r)
	}
}

// due writes what is to stand between the text so far and the text that comes.
func (w *textWriter) due() {
	switch {
	case w.lines == 0 && !w.space && !w.item:
		return
	case w.b.Len() == 0: // nothing goes before the first text
	case w.lines > 0:
		w.b.WriteString(strings.Repeat("\n", w.lines))
	case w.space:
		w.b.WriteByte(' ')
	}
	if w.item {
		w.b.WriteString("- ")
	}
	w.lines, w.space, w.item = 0, false, false
}

func (w *textWriter) String() string { return strings.TrimRight(w.b.String(), " \n") }

// toHTML is the inverse of fromHTML for plain text: html_to_text(text_to_html(t)) is t, apart from white
// space that HTML does not keep.
func toHTML(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	var b strings.Builder
	for paragraph := range strings.SplitSeq(s, "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); strings.TrimSpace(paragraph) == "" {
			continue
		}
		b.WriteString("<p>")
		b.WriteString(strings.ReplaceAll(stdhtml.EscapeString(paragraph), "\n", "<br>"))
		b.WriteString("</p>")
	}
	return b.String()
}
