package product

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// Path is a field path as a mapping writes it: "title", "attributes.color", "images[0].url".
type Path struct {
	text string
	root string // the top-level field
	rest []step
	keys []string // the keys under which servers hold the root; the first that has a value counts
	// field is what the schema knows of the whole path; an unknown one takes any value.
	field pipeline.Field
}

// step goes into an object by name, or into a list by index.
type step struct {
	name  string
	index int // -1 for a name
}

// parsePath reads a field path.
func parsePath(text string) (Path, error) {
	p := Path{text: text}
	rest := text
	for first := true; rest != "" || first; first = false {
		s, after, err := nextStep(rest, first)
		if err != nil {
			return Path{}, fmt.Errorf("%q is not a field path: %w", text, err)
		}
		if first {
			p.root = s.name
		} else {
			p.rest = append(p.rest, s)
		}
		rest = after
	}
	p.keys = keysOf(p.root)
	return p, nil
}

// keysOf returns the keys under which servers of different ages hold a field. A newer name passes under
// its own name too, and is then not empty on a server that only knows the older one.
func keysOf(field string) []string {
	switch field {
	case "title":
		return []string{"title", "name"}
	case "name":
		return []string{"name", "title"}
	case "sku":
		return []string{"sku", "manufacturer_reference", "reference", "supplier_sku"}
	case "ean":
		return []string{"ean", "barcode"}
	case "barcode":
		return []string{"barcode", "ean"}
	case "price":
		return []string{"price", "price_ttc"}
	case "cost_price":
		return []string{"cost_price", "cost"}
	case "stock_quantity":
		return []string{"stock_quantity", "stock"}
	case "stock":
		return []string{"stock", "stock_quantity"}
	case "category":
		return []string{"category", "category_name"}
	case "brand":
		return []string{"brand", "brand_name"}
	case "brand_name":
		return []string{"brand_name", "brand"}
	}
	return []string{field}
}

// nextStep cuts one step off a path. Names are separated by dots; the first has none before it.
func nextStep(path string, first bool) (step, string, error) {
	if !first && path[0] == '[' {
		digits, after, closed := strings.Cut(path[1:], "]")
		n, err := strconv.ParseUint(digits, 10, 16)
		if !closed || err != nil {
			return step{}, "", fmt.Errorf("an index looks like [0]")
		}
		return step{index: int(n)}, after, nil
	}
	if !first {
		if path[0] != '.' {
			return step{}, "", fmt.Errorf("a dot is missing before %q", path)
		}
		path = path[1:]
	}
	end := strings.IndexAny(path, ".[]")
	if end < 0 {
		end = len(path)
	}
	if end == 0 || (end < len(path) && path[end] == ']') {
		return step{}, "", fmt.Errorf("a name is missing")
	}
	return step{name: path[:end], index: -1}, path[end:], nil
}

// ParsePaths reads field paths, with what schema knows of the fields.
func ParsePaths(schema pipeline.Schema, fields []string) ([]Path, error) {
	paths := make([]Path, len(fields))
	for i, f := range fields {
		p, err := parsePath(f)
		if err != nil {
			return nil, &pipeline.Error{
				Code: pipeline.CodeFieldNotFound, Class: pipeline.Permanent, Message: err.Error(),
				Remedy: "Write a field of Products Manager as a path: `title`, `attributes.color`, `images[0].url`.",
			}
		}
		var known bool
		if p.field, known = schema.Lookup(f); !known {
			return nil, Unknown(f)
		}
		paths[i] = p
	}
	return paths, nil
}

// Unknown is the error of a field that this API of Products Manager does not have.
func Unknown(field string) error {
	return &pipeline.Error{
		Code: pipeline.CodeFieldNotFound, Class: pipeline.Permanent,
		Message: fmt.Sprintf("this API of Products Manager has no field %q", field),
		Remedy:  "Take the field out of the mapping, or set another `api` in the source block.",
	}
}

// String returns the path as it was written.
func (p Path) String() string { return p.text }

// Root returns the top-level field that the path begins with.
func (p Path) Root() string { return p.root }

// descend follows the rest of the path into v; what is not there is null.
func (p Path) descend(v pipeline.Value) pipeline.Value {
	for _, s := range p.rest {
		if s.index < 0 {
			v = v.AsObject()[s.name]
			continue
		}
		list := v.AsList()
		if s.index >= len(list) {
			return pipeline.Value{}
		}
		v = list[s.index]
	}
	return v
}
