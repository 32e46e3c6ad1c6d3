package odoo

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// renaming is what the rename of a category comes to in Odoo.
type renaming struct {
	id     int64
	name   string
	parent int64 // 0 for none
}

// CanRename implements pipeline.CategoryRenamer.
func (e *Endpoint) CanRename(ctx context.Context, r pipeline.CategoryRename) (string, error) {
	s, err := e.session(ctx)
	if err != nil {
		return "", err
	}
	_, obstacle, err := e.renaming(ctx, s, r)
	return obstacle, err
}

// renaming looks at the tree as it is now.
func (e *Endpoint) renaming(ctx context.Context, s *session, r pipeline.CategoryRename) (do renaming, obstacle string, err error) {
	if r.Name != categoryField {
		return do, fmt.Sprintf("the field %q of Odoo holds no category", r.Name), nil
	}
	if !e.settings.Categories.Create {
		return do, "the configuration does not let Tandem make categories in Odoo", nil
	}
	t, err := e.readTree(ctx, s)
	if err != nil {
		return do, "", err
	}
	f := s.schema.Fields[categoryField]
	from, to := r.From.AsText(), f.Levels(r.To)
	switch ids := t.byPath[from]; {
	case len(ids) == 0:
		return do, fmt.Sprintf("Odoo has no category %q", from), nil
	case len(ids) > 1:
		return do, fmt.Sprintf("Odoo has %d categories %q", len(ids), from), nil
	case len(to) == 0 || t.find(r.To.AsText()) != 0:
		return do, fmt.Sprintf("Odoo has a category %q already", r.To.AsText()), nil
	default:
		do = renaming{id: ids[0], name: to[len(to)-1]}
	}
	if above := to[:len(to)-1]; len(above) > 0 {
		path := f.Path(above)
		if do.parent = t.find(path.AsText()); do.parent == 0 {
			return do, fmt.Sprintf("Odoo has no category %q to put it in", path.AsText()), nil
		}
		if _, inside := r.Moves(f, path); inside {
			return do, fmt.Sprintf("%q would be inside of itself", from), nil
		}
	}
	n, err := e.count(ctx, s, domain{where(categoryField, "child_of", do.id)})
	if err != nil {
		return do, "", err
	}
	if n > r.Records {
		return do, fmt.Sprintf("the category %q of Odoo holds %d products, and %d of them are to move", from, n, r.Records), nil
	}
	return do, "", nil
}

// Rename implements pipeline.CategoryRenamer: one write of the category, whose products keep their dates.
func (e *Endpoint) Rename(ctx context.Context, r pipeline.CategoryRename) error {
	s, err := e.session(ctx)
	if err != nil {
		return err
	}
	do, obstacle, err := e.renaming(ctx, s, r)
	if err != nil {
		return err
	}
	if obstacle != "" {
		return &pipeline.Error{Code: pipeline.CodeStale, Class: pipeline.Stale, Message: obstacle}
	}
	values := map[string]any{"name": do.name, "parent_id": false}
	if do.parent != 0 {
		values["parent_id"] = do.parent
	}
	_, failed := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpCategory, Model: categoryModel, Method: "write", Args: []any{[]any{do.id}, values}, Writes: true,
		Options: map[string]any{"context": s.context(quiet)},
	})
	t, err := e.readTree(ctx, s)
	switch {
	case err == nil && t.byID[do.id].path == r.To.AsText(): // also after a lost answer
		return nil
	case failed != nil:
		return failed
	case err != nil:
		return err
	}
	return e.strange("the category under its new name", t.byID[do.id].complete)
}
