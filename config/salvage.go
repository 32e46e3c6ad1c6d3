package config

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// topLevel matches the line that a block of the outermost level begins on, if it is not indented.
var topLevel = regexp.MustCompile(`(?m)^(?:(?:daemon|locals|variable|source|media|pipeline)\b|mapping[ \t]+")[^=\n]*\{`)

// salvage reads a file with syntax errors piece by piece, so that one error hides as little as possible: every
// block is parsed alone, and where a line of it cannot be read, the block without that line.
func (l *loader) salvage(name string) {
	src := l.raw[name]
	starts := []int{0}
	for _, m := range topLevel.FindAllIndex(src, -1) {
		if m[0] > 0 {
			starts = append(starts, m[0])
		}
	}
	whole := &hclsyntax.Body{}
	pos := hcl.InitialPos
	for i, start := range starts {
		end := len(src)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		pos.Line += bytes.Count(src[pos.Byte:start], []byte("\n"))
		pos.Byte = start
		p := piece{src: slices.Clone(src[start:end]), name: name, pos: pos}
		if end < len(src) {
			p.next = pos.Line + bytes.Count(p.src, []byte("\n"))
		}
		if body := l.mend(&p); body != nil {
			whole.Blocks = append(whole.Blocks, body.Blocks...)
			l.read(body)
		}
	}
	l.config.Files[name].Body, l.config.Files[name].Nav = whole, contexts{whole}
}

// piece is a part of a file with syntax errors, from the start of one block of the outermost level up to the next.
type piece struct {
	src  []byte
	name string
	pos  hcl.Pos // of its start
	next int     // line of the block after it, 0 for none
}

const (
	// maxRepairs bounds how often one block is mended, maxMended how long a block may be for that.
	maxRepairs = 20
	maxMended  = 256 << 10
)

func (p *piece) parse() (*hclsyntax.Body, *hcl.Diagnostic) {
	file, problems := hclsyntax.ParseConfig(p.src, p.name, p.pos)
	for _, problem := range problems {
		if problem.Severity == hcl.DiagError {
			return nil, problem
		}
	}
	body, _ := file.Body.(*hclsyntax.Body)
	return body, nil
}

// mend reports the syntax errors of a piece and returns its blocks without the lines that have them, nil where that
// does not help.
func (l *loader) mend(p *piece) *hclsyntax.Body {
	body, problem := p.parse()
	if problem == nil {
		return body
	}
	for i := 0; problem != nil; i++ {
		if i == maxRepairs || len(p.src) > maxMended || problem.Subject == nil {
			l.diags.Add(p.retold(problem))
			break
		}
		told := p.retold(problem)
		if problem.Summary == "Unclosed configuration block" {
			p.src = append(p.src, "\n}"...)
		} else if line, ok := p.culprit(problem); ok {
			told = p.blamed(told, line)
			p.leaveOut(line)
		} else {
			l.diags.Add(told)
			break
		}
		l.diags.Add(told)
		body, problem = p.parse()
	}
	// What the piece defines is not known as a whole.
	if problem != nil || body == nil || slices.ContainsFunc(body.Blocks, defines) || len(body.Blocks) == 0 {
		l.scope.Incomplete, l.perRow.Incomplete = true, true
	}
	if problem != nil || body == nil {
		return nil
	}
	for _, b := range body.Blocks {
		l.torn[b] = true
	}
	return body
}

func defines(b *hclsyntax.Block) bool { return b.Type == "locals" || b.Type == "variable" }

// span is a line of a piece, by the offsets of its first byte and of its line end.
type span struct{ start, end int }

// culprit finds the line that a syntax error is due to: of the one that it was noticed on and those before it, the
// one without which most can be read.
func (p *piece) culprit(problem *hcl.Diagnostic) (best span, ok bool) {
	at := min(problem.Subject.Start.Byte-p.pos.Byte, len(p.src)-1)
	furthest := -1
	for range 4 {
		if at < 0 {
			break
		}
		line := p.line(at)
		at = line.start - 1
		text := p.src[line.start:line.end]
		if len(bytes.TrimSpace(text)) == 0 || bytes.Count(text, []byte("{")) != bytes.Count(text, []byte("}")) {
			continue // the nesting of blocks must stay
		}
		tried := *p
		tried.src = slices.Clone(p.src)
		tried.leaveOut(line)
		_, next := tried.parse()
		reach := len(p.src) + 1
		if next != nil && next.Subject != nil {
			reach = next.Subject.Start.Byte - p.pos.Byte
		}
		if reach > furthest {
			best, ok, furthest = line, true, reach
		}
	}
	return best, ok
}

func (p *piece) line(at int) span {
	line := span{start: bytes.LastIndexByte(p.src[:at], '\n') + 1, end: len(p.src)}
	if i := bytes.IndexByte(p.src[at:], '\n'); i >= 0 {
		line.end = at + i
	}
	return line
}

func (p *piece) leaveOut(line span) {
	for i := line.start; i < line.end; i++ {
		p.src[i] = ' '
	}
}

// contexts tells which block a place of a file is in. It is what hcl looks for in File.Nav.
type contexts struct{ body *hclsyntax.Body }

// ContextString returns the heading of the block, as `pipeline "products"`.
func (c contexts) ContextString(offset int) string {
	for _, b := range c.body.Blocks {
		if r := b.Range(); r.Start.Byte <= offset && offset < r.End.Byte {
			return heading(b)
		}
	}
	return ""
}

func heading(b *hclsyntax.Block) string {
	parts := []string{b.Type}
	for _, label := range b.Labels {
		parts = append(parts, `"`+label+`"`)
	}
	return strings.Join(parts, " ")
}
