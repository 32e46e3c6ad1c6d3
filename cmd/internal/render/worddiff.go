package render

import (
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/worddiff"
	"github.com/tandem-sync/tandem/pipeline"
)

// Bounds of a word diff.
const (
	maxPieces  = 24  // shown of one field
	pieceWidth = 160 // runes of one change
)

// changed shows what became of a field: a word diff where both are long texts, else both values.
func (t *text) changed(before, after pipeline.Value, arrow string) string {
	a, b := before.AsText(), after.AsText()
	if a != "" && b != "" && max(len([]rune(a)), len([]rune(b))) > valueWidth {
		return t.wordDiff(a, b)
	}
	x, y := change(before, after)
	return x + " " + arrow + " " + y
}

// wordDiff shows on one line what differs: [-gone-] {+new+}, with some of the common text around.
func (t *text) wordDiff(a, b string) string {
	pieces := worddiff.Of(a, b)
	var out strings.Builder
	for i, p := range pieces {
		if i == maxPieces {
			out.WriteString(t.paint(dim, " … and more changes"))
			break
		}
		switch p.Sign {
		case '-':
			out.WriteString(t.paint(red, "[-"+clean(clip(p.Text, pieceWidth))+"-]"))
		case '+':
			out.WriteString(t.paint(green, "{+"+clean(clip(p.Text, pieceWidth))+"+}"))
		default:
			out.WriteString(clean(worddiff.Around(p.Text, i == 0, i == len(pieces)-1)))
		}
	}
	return out.String()
}
