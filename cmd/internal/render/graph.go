package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Graph draws what a configuration connects: as Mermaid's flowchart, which GitHub, GitLab and wikis show as a
// picture, or with dot in the language of Graphviz.
func (o Output) Graph(g view.Graph, dot bool) error {
	switch {
	case o.JSON:
		return o.json(g)
	case dot:
		return o.dot(g)
	}
	return o.mermaid(g)
}

// Nodes are called by their place, since no name can then be mistaken for a word of the language.
func sourceID(g view.Graph, label string) string {
	return fmt.Sprintf("s%d", slices.IndexFunc(g.Sources, func(n view.GraphNode) bool { return n.Label == label }))
}

func mediaID(g view.Graph, name string) string {
	return fmt.Sprintf("m%d", slices.IndexFunc(g.Media, func(n view.GraphNode) bool { return n.Kind+"."+n.Label == name }))
}

func (o Output) mermaid(g view.Graph) error {
	t := o.text()
	t.line("flowchart LR")
	for i, s := range g.Sources {
		t.line("  s%d[(%s)]", i, quotedMermaid(s.Label, s.Kind))
	}
	for i, m := range g.Media {
		t.line("  m%d[/%s/]", i, quotedMermaid(m.Label, "media."+m.Kind))
	}
	for i, p := range g.Pipelines {
		t.line("  subgraph p%d[%s]", i, quotedMermaid("pipeline "+p.Name))
		t.line("    direction LR")
		for j, f := range p.Fields {
			left := fmt.Sprintf("p%dl%d[%s]", i, j, quotedMermaid(f.Left))
			right := fmt.Sprintf("p%dr%d[%s]", i, j, quotedMermaid(f.Right))
			t.mermaidArrow("    ", left, right, p.WritesLeft(f.Direction), p.WritesRight(f.Direction), strings.Join(f.Transforms, ", "))
		}
		t.line("  end")
	}
	for i, p := range g.Pipelines {
		id, toLeft, toRight := fmt.Sprintf("p%d", i), p.WritesLeft(p.Direction), p.WritesRight(p.Direction)
		t.mermaidArrow("  ", sourceID(g, p.Left), id, toLeft, toRight, "")
		t.mermaidArrow("  ", id, sourceID(g, p.Right), toLeft, toRight, "")
		if p.Media != "" {
			t.line("  %s -.-> %s", id, mediaID(g, p.Media))
		}
	}
	return t.err
}

// mermaidArrow joins two nodes by an arrow that points where is written to, and keeps the left one on the left:
// the language has no arrow to the left, and one from the right would turn the two around. A node is its id, or
// its id and its text in brackets.
func (t *text) mermaidArrow(indent, left, right string, toLeft, toRight bool, label string) {
	if label != "" {
		label = "|" + quotedMermaid(label) + "|"
	}
	switch {
	case toLeft && toRight:
		t.line("%s%s <-->%s %s", indent, left, label, right)
	case toLeft:
		t.line("%s%s ~~~ %s", indent, left, right)
		left, _, _ = strings.Cut(left, "[")
		right, _, _ = strings.Cut(right, "[")
		t.line("%s%s -->%s %s", indent, right, label, left)
	default:
		t.line("%s%s -->%s %s", indent, left, label, right)
	}
}

func quotedMermaid(lines ...string) string {
	escape := strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;")
	for i, l := range lines {
		lines[i] = escape.Replace(clean(l))
	}
	return `"` + strings.Join(lines, "<br>") + `"`
}
