// Package worddiff tells word by word what differs between two texts.
package worddiff

import (
	"strings"
	"unicode"
)

// Piece is a run of a text that both versions have (=), or the earlier (-) or the later one (+) alone.
type Piece struct {
	Sign byte
	Text string
}

const (
	maxCells    = 4_000_000 // of the table that finds what is common; beyond, the middle counts as replaced
	contextSize = 24        // runes of common text around a change
)

// Around cuts common text to what stands next to the changes; first and last tell where it stands.
func Around(s string, first, last bool) string {
	r := []rune(s)
	switch {
	case first && len(r) > contextSize:
		return "…" + string(r[len(r)-contextSize:])
	case last && len(r) > contextSize:
		return string(r[:contextSize]) + "…"
	case !first && !last && len(r) > 2*contextSize:
		return string(r[:contextSize]) + " … " + string(r[len(r)-contextSize:])
	}
	return s
}

// Of compares two texts word by word.
func Of(a, b string) []Piece {
	x, y := words(a), words(b)
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	d := &differ{}
	d.add('=', x[:head]...)
	d.middle(x[head:len(x)-tail], y[head:len(y)-tail])
	d.add('=', x[len(x)-tail:]...)
	return joinBlanks(d.pieces)
}

type differ struct{ pieces []Piece }

// add appends words, to the last piece where that has the same sign.
func (d *differ) add(sign byte, words ...string) {
	s := strings.Join(words, "")
	if s == "" {
		return
	}
	if n := len(d.pieces); n > 0 && d.pieces[n-1].Sign == sign {
		d.pieces[n-1].Text += s
		return
	}
	d.pieces = append(d.pieces, Piece{sign, s})
}

// middle finds the longest common subsequence of words. What goes comes before what is new.
func (d *differ) middle(x, y []string) {
	if len(x)*len(y) > maxCells {
		d.add('-', x...)
		d.add('+', y...)
		return
	}
	width := len(y) + 1
	common := make([]int32, (len(x)+1)*width) // of x[i:] and y[j:]
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		switch {
		case x[i] == y[j]:
			d.add('=', x[i])
			i, j = i+1, j+1
		case common[(i+1)*width+j] >= common[i*width+j+1]:
			d.add('-', x[i])
			i++
		default:
			d.add('+', y[j])
			j++
		}
	}
	d.add('-', x[i:]...)
	d.add('+', y[j:]...)
}

// joinBlanks makes one change of changes that only blanks stand between, and puts what goes before what is
// new.
func joinBlanks(pieces []Piece) (joined []Piece) {
	var gone, fresh string
	flush := func() {
		for _, p := range []Piece{{'-', gone}, {'+', fresh}} {
			if p.Text != "" {
				joined = append(joined, p)
			}
		}
		gone, fresh = "", ""
	}
	for i, p := range pieces {
		switch {
		case p.Sign == '-':
			gone += p.Text
		case p.Sign == '+':
			fresh += p.Text
		case gone+fresh != "" && i < len(pieces)-1 && strings.TrimSpace(p.Text) == "":
			gone, fresh = gone+p.Text, fresh+p.Text
		default:
			flush()
			joined = append(joined, p)
		}
	}
	flush()
	return joined
}

// words cuts a text into words, runs of blanks, and single other signs. Joined they are the text again.
func words(s string) (words []string) {
	kind := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			return 1
		case unicode.IsSpace(r):
			return 2
		}
		return 0
	}
	start, last := 0, 0
	for i, r := range s {
		k := kind(r)
		if i > 0 && (k == 0 || k != last) {
			words = append(words, s[start:i])
			start = i
		}
		last = k
	}
	if start < len(s) {
		words = append(words, s[start:])
	}
	return words
}
