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

// tree is what is known of the categories on the way to some paths.
type tree struct {
	*Endpoint
	s  *session
	at map[string]int64 // by complete name
}

// categories returns the id of each path, making the levels that are missing, or why there is none.
// Two categories may have one path: the older one is meant.
func (e *Endpoint) categories(ctx context.Context, s *session, paths []string) (map[string]int64, map[string]error) {
	t := &tree{Endpoint: e, s: s, at: map[string]int64{}}
	var failed map[string]error
	if err := t.look(ctx, paths); err != nil {
		return nil, all(paths, err)
	}
	missing := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return t.at[p] != 0 })
	slices.Sort(missing)
	missing = slices.Compact(missing)
	if len(missing) > 0 {
		failed = t.makeAll(ctx, missing)
	}
	return t.at, failed
}

// unmade is the error of a category that Tandem may not make.
func unmade(path string) error {
	return &pipeline.Error{
		Code: pipeline.CodeCategoryMapping, Message: fmt.Sprintf("Odoo has no category %q, and the configuration does not let Tandem make one", path),
		Remedy: "Make the category in Odoo, or set `create = true` in the `categories` block of the source.",
	}
}

func all(paths []string, err error) map[string]error {
	failed := map[string]error{}
	for _, p := range paths {
		failed[p] = unsent(err) // of the products themselves nothing was sent
	}
	return failed
}

// look finds the categories of the paths and of all levels above them.
func (t *tree) look(ctx context.Context, paths []string) error {
	names := map[string]bool{}
	for _, p := range paths {
		names[p] = true
		for _, level := range levels(t.below(p)) {
			names[level] = true
		}
	}
	wanted := slices.Sorted(maps.Keys(names))
	rows, _, err := t.searchRead(ctx, t.s, rpc.OpCategory, categoryModel, domain{where("complete_name", "in", anyOf(wanted))}, []string{"complete_name"}, window{order: "id"})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if name := r.text("complete_name"); t.at[name] == 0 {
			t.at[name] = r.id()
		}
	}
	return nil
}

// below puts the root in front of a path that does not begin with it.
func (t *tree) below(path string) string {
	return t.s.schema.Fields[categoryField].UnderRoot(pipeline.Text(path)).AsText()
}

// levels returns a path and all paths above it, the highest first.
func levels(path string) []string {
	parts := strings.Split(path, odooSeparator)
	for i := range parts[1:] {
		parts[i+1] = parts[i] + odooSeparator + parts[i+1]
	}
	return parts
}

// makeAll finds or makes the missing levels of the paths, all of one depth in one call. One goroutine at
// a time does so, and looks again first: another may have made them.
func (t *tree) makeAll(ctx context.Context, paths []string) map[string]error {
	if err := t.acquire(ctx, t.categorizing); err != nil {
		return all(paths, err)
	}
	defer func() { <-t.categorizing }()
	if err := t.look(ctx, paths); err != nil {
		return all(paths, err)
	}
	for depth := 0; ; depth++ {
		wanted, deeper := t.missingAt(depth, paths)
		if !deeper {
			break
		}
		if err := t.makeLevel(ctx, wanted); err != nil {
			return all(paths, err)
		}
	}
	failed := map[string]error{}
	for _, p := range paths {
		if t.at[p] = t.at[t.below(p)]; t.at[p] == 0 {
			failed[p] = unmade(p)
		}
	}
	return failed
}

// missingAt returns the paths of one depth that are missing below a category that is there, and whether
// any path reaches that depth.
func (t *tree) missingAt(depth int, paths []string) (missing []string, deeper bool) {
	for _, p := range paths {
		all := levels(t.below(p))
		if depth >= len(all) {
			continue
		}
		deeper = true
		rooted := depth == 0 || t.at[all[depth-1]] != 0
		if level := all[depth]; rooted && t.at[level] == 0 && !slices.Contains(missing, level) {
			missing = append(missing, level)
		}
	}
	return missing, deeper
}

// makeLevel makes categories whose parents are there, if it may. A category that is there under nearly that name
// (other blanks or another normal form of accents) is taken instead.
func (t *tree) makeLevel(ctx context.Context, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	if err := t.lookBroadly(ctx, paths); err != nil {
		return err
	}
	paths = slices.DeleteFunc(paths, func(p string) bool { return t.at[p] != 0 })
	if len(paths) == 0 || !t.settings.Categories.Create {
		return nil
	}
	records := make([]any, len(paths))
	for i, p := range paths {
		parent, name := parentOf(p)
		records[i] = map[string]any{"name": name, "parent_id": t.reference(parent)}
	}
	a, err := t.client.Call(ctx, rpc.Call{
		Operation: rpc.OpCategory, Model: categoryModel, Method: "create", Args: []any{records}, Writes: true,
		Options: map[string]any{"context": t.s.context(quiet)},
	})
	if err != nil {
		return err
	}
	ids, err := t.ids(a.Value)
	if err != nil || len(ids) != len(paths) {
		return t.strange("the ids of new categories", a.Value)
	}
	for i, p := range paths {
		t.at[p] = ids[i]
	}
	t.deps.Logger.Info("made categories in Odoo", "categories", paths)
	return nil
}

// lookBroadly finds categories beside the paths whose names are the same in canonical form.
func (t *tree) lookBroadly(ctx context.Context, paths []string) error {
	parents := map[int64]bool{}
	var ids []any
	for _, p := range paths {
		parent, _ := parentOf(p)
		if id := t.at[parent]; !parents[id] {
			parents[id] = true
			ids = append(ids, t.reference(parent))
		}
	}
	rows, _, err := t.searchRead(ctx, t.s, rpc.OpCategory, categoryModel, domain{where("parent_id", "in", ids)}, []string{"name", "parent_id"}, window{order: "id"})
	if err != nil {
		return err
	}
	for _, p := range paths {
		parent, name := parentOf(p)
		for _, r := range rows {
			if r.reference("parent_id") == t.at[parent] && strings.TrimSpace(pipeline.Text(r.text("name")).AsText()) == name && t.at[p] == 0 {
				t.at[p] = r.id()
			}
		}
	}
	return nil
}

func parentOf(path string) (parent, name string) {
	if i := strings.LastIndex(path, odooSeparator); i >= 0 {
		return path[:i], path[i+len(odooSeparator):]
	}
	return "", path
}

// reference returns the id of a path as a domain or a many2one takes it: false for none.
func (t *tree) reference(path string) any {
	if id := t.at[path]; id != 0 {
		return id
	}
	return false
}
