package config

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// retold says of a syntax error of hcl what is known besides.
func (p *piece) retold(problem *hcl.Diagnostic) *hcl.Diagnostic {
	q := *problem
	q.Context = nil
	switch {
	case q.Summary == "Unclosed configuration block" && p.next > 0:
		q.Detail = fmt.Sprintf("There is no closing brace for this block before the next one begins on line %d. Add `}`, or see whether a brace further down is one too few.", p.next)
	case q.Summary == "Unclosed configuration block":
		q.Detail = "There is no closing brace for this block before the end of the file. Add `}`, or see whether a brace further down is one too few."
	case q.Summary == "Invalid multi-line string":
		q.Summary = "Missing quote"
		q.Detail = "The text that begins here has no closing quote on its line. Add `\"`. Text of several lines is written as <<-EOT … EOT."
		q.Subject = p.fromQuote(*q.Subject)
	}
	return &q
}

// fromQuote is the range from the last quote of the line that r begins on to the end of that line.
func (p *piece) fromQuote(r hcl.Range) *hcl.Range {
	at := min(r.Start.Byte-p.pos.Byte, len(p.src)-1)
	if at < 0 {
		return &r
	}
	line := p.line(at)
	if quote := bytes.LastIndexByte(p.src[line.start:line.end], '"'); quote >= 0 {
		return p.within(line, quote, len(bytes.TrimRight(p.src[line.start:line.end], " \t\r")))
	}
	return &r
}

// within is the range of a part of a line, given by offsets from its start.
func (p *piece) within(line span, start, end int) *hcl.Range {
	pos := func(at int) hcl.Pos {
		return hcl.Pos{
			Line:   p.pos.Line + bytes.Count(p.src[:line.start], []byte("\n")),
			Column: 1 + utf8.RuneCount(p.src[line.start:line.start+at]),
			Byte:   p.pos.Byte + line.start + at,
		}
	}
	return &hcl.Range{Filename: p.name, Start: pos(start), End: pos(end)}
}

// blamed moves an error to the bracket that it is due to, where one of that line is not closed.
func (p *piece) blamed(problem *hcl.Diagnostic, line span) *hcl.Diagnostic {
	text := p.src[line.start:line.end]
	at := unclosed(text)
	if at < 0 || problem.Summary == "Missing quote" {
		return problem
	}
	q := *problem
	q.Summary = "Unclosed bracket"
	q.Detail = fmt.Sprintf("There is no closing bracket for this `%c`. Add it where what it holds ends.", text[at])
	q.Subject = p.within(line, at, at+1)
	return &q
}

// unclosed returns where the last bracket of a line stands that is not closed on it, -1 for none. Text in quotes
// does not count.
func unclosed(line []byte) int {
	var open []int
	quoted := false
	for i, c := range line {
		switch {
		case c == '"' && (i == 0 || line[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			open = append(open, i)
		case (c == ')' || c == ']') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return -1
	}
	return open[len(open)-1]
}
