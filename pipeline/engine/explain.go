package engine

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// Explained is one record whole: what a cycle would make of it now.
type Explained struct {
	// Item is the record after fetch, transform and resolve.
	Item *pipeline.Item
	// Mapped are per side what that side would hold if the other side's value were carried to it, by
	// index of Definition.Fields; a field is nil where that is not possible, for the reason in
	// MappingError.
	Mapped       [2][]*pipeline.Value
	MappingError *pipeline.Error
	// Changes are what a cycle would write.
	Changes []pipeline.PlannedChange
	// Conflicts are open or settled by hand; Quarantined is nil where the record did not fail.
	Conflicts   []pipeline.Conflict
	Quarantined *pipeline.Quarantined
}

// Explain looks at one pair (link, or keys where it is "") as a cycle would, live and alone, and writes
// nothing. It does not wait for a cycle that runs.
func (e *Engine) Explain(ctx context.Context, link pipeline.LinkID, keys [2]pipeline.Key) (*Explained, error) {
	r := &run{Engine: e, report: e.newReport()}
	if err := r.begin(ctx, true); err != nil {
		return nil, err
	}
	items, err := r.again(ctx, []named{{link: link, keys: keys}})
	if err != nil {
		return nil, err
	}
	it := items[0]
	x := &Explained{Item: it, Quarantined: it.Retry}
	if it.Link != nil {
		it.Absent = [2]bool{it.Link.Missing[0] != "", it.Link.Missing[1] != ""}
		it.Proven = it.Link.Gone
		of, err := r.Store.ConflictsOf(ctx, []pipeline.LinkID{link})
		if err != nil {
			return nil, err
		}
		x.Conflicts = of[link]
	}
	if err := r.stages(ctx, items); err != nil {
		return nil, err
	}
	x.Changes = r.planned(it, [2]map[pipeline.Key]bool{})
	return x, r.carryAll(ctx, x)
}

// carryAll carries every field both ways, as if the two records had never been paired.
func (r *run) carryAll(ctx context.Context, x *Explained) error {
	fresh := &pipeline.Item{Keys: x.Item.Keys, Records: x.Item.Records}
	if err := r.stages(ctx, []*pipeline.Item{fresh}, pipeline.StageTransform); err != nil {
		return err
	}
	x.Mapped, x.MappingError = fresh.Carried, fresh.Err
	if x.Item.Own[0] == nil && x.Item.Own[1] == nil {
		x.Item.Own = fresh.Own
	}
	return nil
}
