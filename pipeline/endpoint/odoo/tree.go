package odoo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// category is one product.category.
type category struct {
	id, parent int64
	name       string
	complete   string // as Odoo writes its path: "All / Clothing"
	path       string // the same, with the separators in names escaped
}

// tree is all categories as they were read at one moment; it is not changed once it is made. Paths are
// made of the names of the levels: complete names do not tell "A / B" from B in A.
type tree struct {
	byID map[int64]category
	// byPath are the ids of a path, the oldest first: Odoo lets several categories have one.
	byPath map[string][]int64
}

// tree returns the categories as they last were read in this cycle, or reads them.
func (e *Endpoint) tree(ctx context.Context, s *session) (*tree, error) {
	if t := e.rememberedTree(); t != nil {
		return t, nil
	}
	return e.readTree(ctx, s)
}

func (e *Endpoint) rememberedTree() *tree {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.categories
}

// forgetTree makes the next use of the categories read them again.
func (e *Endpoint) forgetTree() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.categories = nil
}

// readTree reads all categories; some thousands take a tenth of a second.
func (e *Endpoint) readTree(ctx context.Context, s *session) (*tree, error) {
	t := &tree{byID: map[int64]category{}, byPath: map[string][]int64{}}
	for last := int64(0); ; {
		rows, _, err := e.searchRead(ctx, s, rpc.OpCategory, categoryModel, domain{where("id", ">", last)}, []string{"name", "parent_id", "complete_name"}, window{order: "id", limit: changesPage})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			last = r.id()
			t.byID[last] = category{id: last, parent: r.reference("parent_id"), name: r.text("name"), complete: r.text("complete_name")}
		}
		if len(rows) < changesPage {
			break
		}
	}
	t.index(s.schema.Fields[categoryField])
	e.mu.Lock()
	e.categories = t
	e.mu.Unlock()
	e.tellDoubles(t)
	return t, nil
}

// index fills in the paths.
func (t *tree) index(f pipeline.Field) {
	for _, id := range slices.Sorted(maps.Keys(t.byID)) {
		c := t.byID[id]
		c.path = t.pathOf(f, c)
		t.byID[id] = c
		t.byPath[c.path] = append(t.byPath[c.path], id)
	}
}

// pathOf goes from a category up to its root. Where a level is out of the user's sight, Odoo's own path must do.
func (t *tree) pathOf(f pipeline.Field, c category) string {
	var levels []string
	for at := c; ; {
		// Canonical form, as everywhere: what differs in blanks at the ends or in the form of accents is one path.
		if name := strings.TrimSpace(pipeline.Text(at.name).AsText()); name != "" {
			levels = append(levels, name)
		}
		if at.parent == 0 {
			break
		}
		above, known := t.byID[at.parent]
		if !known || len(levels) > len(t.byID) {
			own, _ := f.Canonical(pipeline.Text(c.complete))
			return own.AsText()
		}
		at = above
	}
	slices.Reverse(levels)
	return f.Path(levels).AsText()
}

// find returns the category of a path, 0 if there is none. Of several the oldest is meant, always.
func (t *tree) find(path string) int64 {
	if ids := t.byPath[path]; len(ids) > 0 {
		return ids[0]
	}
	return 0
}

// doubles returns the paths that several categories have, sorted.
func (t *tree) doubles() []string {
	var paths []string
	for path, ids := range t.byPath {
		if len(ids) > 1 && path != "" {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// tellDoubles logs paths that several categories have, each once.
func (e *Endpoint) tellDoubles(t *tree) {
	for _, path := range t.doubles() {
		if ids := fmt.Sprint(t.byPath[path]); e.toldDouble(path, ids) {
			e.deps.Logger.Warn("several categories of Odoo have one path; products go into the oldest", "category", path, "ids", ids)
		}
	}
}

// toldDouble notes that ids were told; true if they were not before.
func (e *Endpoint) toldDouble(path, ids string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.told[path] == ids {
		return false
	}
	if e.told == nil {
		e.told = map[string]string{}
	}
	e.told[path] = ids
	return true
}

// places returns the paths of the categories that rows of products name, by id. What was read before does if
// it agrees with how Odoo writes those categories now.
func (e *Endpoint) places(ctx context.Context, s *session, rows []row) (*tree, error) {
	t := e.rememberedTree()
	if t != nil && !slices.ContainsFunc(rows, func(r row) bool { return !t.agrees(r) }) {
		return t, nil
	}
	return e.readTree(ctx, s)
}

// agrees tells whether a product's category is known under the name that the product shows.
func (t *tree) agrees(product row) bool {
	shown, ok := product[categoryField].([]any)
	if !ok || len(shown) != 2 {
		return true // none
	}
	return t.byID[product.reference(categoryField)].complete == shown[1]
}

// place returns the path of a product's category, null for none.
func (t *tree) place(f pipeline.Field, product row) (pipeline.Value, error) {
	if c, known := t.byID[product.reference(categoryField)]; known {
		return f.Canonical(pipeline.Text(c.path))
	}
	return decode(f, product[categoryField])
}

// holding is the domain of the products in the categories of those paths.
func (t *tree) holding(paths []pipeline.Value) domain {
	ids := []any{}
	for _, p := range paths {
		if p.IsNull() {
			ids = append(ids, false)
		}
		for _, id := range t.byPath[p.AsText()] {
			ids = append(ids, id)
		}
	}
	return domain{where(categoryField, "in", ids)}
}
