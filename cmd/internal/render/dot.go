package render

import (
	"fmt"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// dot draws a graph in the language of Graphviz.
func (o Output) dot(g view.Graph) error {
	t := o.text()
	t.line("digraph tandem {")
	t.line("  rankdir = LR")
	t.line("  compound = true")
	t.line(`  node [shape = box, style = rounded, fontname = "sans-serif"]`)
	t.line(`  edge [fontname = "sans-serif", fontsize = 10]`)
	for i, s := range g.Sources {
		t.line("  s%d [label = %s, shape = cylinder]", i, quotedDot(s.Label, s.Kind))
	}
	for i, m := range g.Media {
		t.line("  m%d [label = %s, shape = folder]", i, quotedDot(m.Label, "media."+m.Kind))
	}
	for i, p := range g.Pipelines {
		t.line("  subgraph cluster_p%d {", i)
		t.line("    label = %s", quotedDot("pipeline "+p.Name))
		for j, f := range p.Fields {
			left, right := fmt.Sprintf("p%dl%d", i, j), fmt.Sprintf("p%dr%d", i, j)
			t.line("    %s [label = %s]", left, quotedDot(f.Left))
			t.line("    %s [label = %s]", right, quotedDot(f.Right))
			attributes := dotArrow(p.WritesLeft(f.Direction), p.WritesRight(f.Direction))
			if len(f.Transforms) > 0 {
				attributes += ", label = " + quotedDot(strings.Join(f.Transforms, ", "))
			}
			t.line("    %s -> %s [%s]", left, right, attributes)
		}
		t.line("  }")
	}
	for i, p := range g.Pipelines {
		if len(p.Fields) == 0 {
			continue // there is nothing in the cluster that an arrow could end at
		}
		arrow := dotArrow(p.WritesLeft(p.Direction), p.WritesRight(p.Direction))
		middle := (len(p.Fields) - 1) / 2
		t.line("  %s -> p%dl%d [%s, lhead = cluster_p%d]", sourceID(g, p.Left), i, middle, arrow, i)
		t.line("  p%dr%d -> %s [%s, ltail = cluster_p%d]", i, middle, sourceID(g, p.Right), arrow, i)
		if p.Media != "" {
			t.line("  p%dr%d -> %s [style = dotted, ltail = cluster_p%d]", i, len(p.Fields)-1, mediaID(g, p.Media), i)
		}
	}
	t.line("}")
	return t.err
}

func dotArrow(left, right bool) string {
	switch {
	case left && right:
		return "dir = both"
	case left:
		return "dir = back"
	}
	return "dir = forward"
}

func quotedDot(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i, l := range lines {
		lines[i] = escape.Replace(clean(l))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
