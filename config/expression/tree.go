package expression

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/pipeline"
)

// maxIndex bounds record.list[N]: a record is shown with that many elements.
const maxIndex = 99

// step is one step into a record: a name or, where name is "", an index.
type step struct {
	name  string
	index int
}

// fieldPath is a path of an expression into its record with the field that it reads.
type fieldPath struct {
	steps []step
	at    hcl.Range
}

// String returns the field in the side's own terms: images[0].url.
func (p fieldPath) String() string {
	var b strings.Builder
	for i, s := range p.steps {
		switch {
		case s.name == "":
			fmt.Fprintf(&b, "[%d]", s.index)
		case i > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	return b.String()
}

// pathOf returns where a traversal of record leads; without steps it is the whole record.
func pathOf(t hcl.Traversal) fieldPath {
	p := fieldPath{at: t.SourceRange()}
	for _, s := range t[1:] {
		switch s := s.(type) {
		case hcl.TraverseAttr:
			p.steps = append(p.steps, step{name: s.Name})
			continue
		case hcl.TraverseIndex:
			if next, ok := indexStep(s.Key); ok {
				p.steps = append(p.steps, next)
				continue
			}
		}
		break // a splat, say: what stands before it is read whole
	}
	return p
}

func indexStep(key cty.Value) (step, bool) {
	switch {
	case !key.IsKnown() || key.IsNull():
		return step{}, false
	case key.Type() == cty.String && key.AsString() != "":
		return step{name: key.AsString()}, true
	case key.Type() == cty.Number:
		i, accuracy := key.AsBigFloat().Int64()
		return step{index: int(i)}, accuracy == 0 && i >= 0 && i <= maxIndex
	}
	return step{}, false
}

// parsePath reads a field of a mapping: attributes.color, images[0].url.
func parsePath(field string) fieldPath {
	var p fieldPath
	for name := range strings.SplitSeq(field, ".") {
		for {
			before, after, ok := strings.Cut(name, "[")
			index, rest, closed := strings.Cut(after, "]")
			i, err := strconv.Atoi(index)
			if !ok || !closed || err != nil || i < 0 || i > maxIndex {
				break
			}
			if before != "" {
				p.steps = append(p.steps, step{name: before})
			}
			p.steps = append(p.steps, step{index: i})
			name = rest
		}
		if name != "" {
			p.steps = append(p.steps, step{name: name})
		}
	}
	return p
}

// scalar returns the field on the way of p that is known to hold nothing below it (a text, say), and what
// p looks for below; "" if there is none.
func (p fieldPath) scalar(known pipeline.Schema) (f pipeline.Field, below string) {
	for n := 1; n < len(p.steps); n++ {
		f, ok := known.Fields[fieldPath{steps: p.steps[:n]}.String()]
		if ok && typeOf(f) != cty.DynamicPseudoType {
			return f, fieldPath{steps: p.steps[n:]}.String()
		}
	}
	return pipeline.Field{}, ""
}

// node is a record as an expression sees it: just the parts that it looks at.
type node struct {
	field    string // of a leaf
	names    map[string]*node
	elements []*node
}

// newTree returns the tree of those paths. Where one path leads into what another reads whole, the whole
// is read.
func newTree(paths []fieldPath) *node {
	root := &node{names: map[string]*node{}}
	sorted := slices.SortedStableFunc(slices.Values(paths), func(a, b fieldPath) int { return len(a.steps) - len(b.steps) })
	for _, p := range sorted {
		root.add(p)
	}
	return root
}

func (n *node) add(p fieldPath) {
	for i, s := range p.steps {
		if n.field != "" {
			return
		}
		if s.name == "" && n.names != nil || s.name != "" && n.elements != nil { // list and map at once
			n.field = fieldPath{steps: p.steps[:i]}.String()
			return
		}
		n = n.child(s)
	}
	if n.names == nil && n.elements == nil {
		n.field = p.String()
	}
}

func (n *node) child(s step) *node {
	if s.name == "" {
		for len(n.elements) <= s.index {
			n.elements = append(n.elements, &node{})
		}
		return n.elements[s.index]
	}
	if n.names == nil {
		n.names = map[string]*node{}
	}
	if n.names[s.name] == nil {
		n.names[s.name] = &node{}
	}
	return n.names[s.name]
}

// fields appends the fields of the leaves.
func (n *node) fields(to []string) []string {
	if n.field != "" {
		return append(to, n.field)
	}
	for _, c := range n.names {
		to = c.fields(to)
	}
	for _, c := range n.elements {
		to = c.fields(to)
	}
	return to
}

// value shows a record whose fields are got by get.
func (n *node) value(get func(field string) cty.Value) cty.Value {
	switch {
	case n.field != "":
		return get(n.field)
	case n.names != nil:
		object := make(map[string]cty.Value, len(n.names))
		for name, c := range n.names {
			object[name] = c.value(get)
		}
		return cty.ObjectVal(object)
	case n.elements != nil:
		list := make([]cty.Value, len(n.elements))
		for i, c := range n.elements {
			list[i] = c.value(get)
		}
		return cty.TupleVal(list)
	}
	return cty.NullVal(cty.DynamicPseudoType) // an element that nothing looks at
}
