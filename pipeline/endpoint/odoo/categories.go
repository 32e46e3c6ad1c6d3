package odoo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// categoriesOf returns the id of each path, making the levels that are missing, or why there is none.
func (e *Endpoint) categoriesOf(ctx context.Context, s *session, paths []string) (map[string]int64, map[string]error) {
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	t, err := e.confirmed(ctx, s, paths)
	if err != nil {
		return nil, all(paths, err)
	}
	at, missing := s.locate(t, paths)
	if len(missing) == 0 {
		return at, nil
	}
	made, failed := e.makeAll(ctx, s, missing)
	maps.Copy(at, made)
	return at, failed
}

// confirmed returns the categories, of which those of the paths are as Odoo holds them now.
func (e *Endpoint) confirmed(ctx context.Context, s *session, paths []string) (*tree, error) {
	t := e.rememberedTree()
	if t == nil {
		return e.readTree(ctx, s)
	}
	at, _ := s.locate(t, paths)
	ids := slices.Sorted(maps.Values(at))
	rows, _, err := e.searchRead(ctx, s, rpc.OpCategory, categoryModel, domain{where("id", "in", anyOf(slices.Compact(ids)))}, []string{"complete_name"}, window{order: "id"})
	if err != nil {
		return nil, err
	}
	now := map[int64]string{}
	for _, r := range rows {
		now[r.id()] = r.text("complete_name")
	}
	for _, id := range ids {
		if now[id] != t.byID[id].complete {
			return e.readTree(ctx, s)
		}
	}
	return t, nil
}

// locate returns the categories of the paths, and those that are missing.
func (s *session) locate(t *tree, paths []string) (at map[string]int64, missing []string) {
	at = map[string]int64{}
	for _, p := range paths {
		id := t.find(p)
		if id == 0 {
			id = t.find(s.below(p))
		}
		if id == 0 {
			missing = append(missing, p)
		} else {
			at[p] = id
		}
	}
	return at, missing
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

// below puts the root in front of a path that does not begin with it.
func (s *session) below(path string) string {
	return s.schema.Fields[categoryField].UnderRoot(pipeline.Text(path)).AsText()
}

// makeAll finds or makes the missing levels of the paths, all of one depth in one call. One goroutine at
// a time does so, and looks again first: another may have made them.
func (e *Endpoint) makeAll(ctx context.Context, s *session, paths []string) (map[string]int64, map[string]error) {
	if err := e.acquire(ctx, e.categorizing); err != nil {
		return nil, all(paths, err)
	}
	defer func() { <-e.categorizing }()
	for made := []level{}; ; {
		t, err := e.readTree(ctx, s)
		if err != nil {
			return nil, all(paths, err)
		}
		at, missing := s.locate(t, paths)
		next := s.nextLevels(t, missing)
		if len(next) == 0 || !e.settings.Categories.Create {
			failed := map[string]error{}
			for _, p := range missing {
				failed[p] = unmade(p)
			}
			return at, failed
		}
		if slices.Equal(next, made) { // Odoo keeps the name in another form than was sent
			return at, all(missing, e.strange("a category by the name it was given", next[0].name))
		}
		if err := e.makeLevels(ctx, s, next); err != nil {
			return at, all(missing, err)
		}
		made = next
	}
}

// level is a category to be made.
type level struct {
	parent int64 // 0 for none
	name   string
}

// nextLevels returns of each missing path the highest level that is missing, each once.
func (s *session) nextLevels(t *tree, missing []string) []level {
	f := s.schema.Fields[categoryField]
	var next []level
	for _, p := range missing {
		parent := int64(0)
		names := f.Levels(pipeline.Text(s.below(p)))
		for depth, name := range names {
			id := t.find(f.Path(names[:depth+1]).AsText())
			if id != 0 {
				parent = id
				continue
			}
			if l := (level{parent, name}); !slices.Contains(next, l) {
				next = append(next, l)
			}
			break
		}
	}
	return next
}

func (e *Endpoint) makeLevels(ctx context.Context, s *session, levels []level) error {
	records := make([]any, len(levels))
	names := make([]string, len(levels))
	for i, l := range levels {
		record := map[string]any{"name": l.name, "parent_id": false}
		if l.parent != 0 {
			record["parent_id"] = l.parent
		}
		records[i], names[i] = record, l.name
	}
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpCategory, Model: categoryModel, Method: "create", Args: []any{records}, Writes: true,
		Options: map[string]any{"context": s.context(quiet)},
	})
	if err != nil {
		return err
	}
	ids, err := e.ids(a.Value)
	if err != nil || len(ids) != len(levels) {
		return e.strange("the ids of new categories", a.Value)
	}
	e.deps.Logger.Info("made categories in Odoo", "categories", names, "ids", ids)
	return nil
}

// keepTwins leaves products where they are that are in another category of the path they go to.
func (e *Endpoint) keepTwins(ctx context.Context, s *session, lines []line) error {
	t := e.rememberedTree()
	if t == nil {
		return nil
	}
	var ids []int64
	for _, l := range lines {
		if l.id != 0 && l.category != 0 && len(t.byPath[t.byID[l.category].path]) > 1 {
			ids = append(ids, l.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, _, err := e.searchRead(ctx, s, rpc.OpRead, templateModel, domain{where("id", "in", anyOf(ids))}, []string{categoryField}, window{})
	if err != nil {
		return err
	}
	now := map[int64]int64{}
	for _, r := range rows {
		now[r.id()] = r.reference(categoryField)
	}
	for i, l := range lines {
		if l.category != 0 && slices.Contains(t.byPath[t.byID[l.category].path], now[l.id]) {
			lines[i].category = now[l.id]
		}
	}
	return nil
}
