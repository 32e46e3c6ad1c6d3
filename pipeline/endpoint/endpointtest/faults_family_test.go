package endpointtest_test

import (
	"context"
	"maps"

	"github.com/tandem-sync/tandem/pipeline"
)

// ofFamily tells whether values are a variant's.
func ofFamily(fields pipeline.Values) bool { return !fields["parent"].IsNull() }

func familyFaults() []fault {
	return []fault{
		{"a variant is made outside of its family", "FamilyIsMade", func(e *end) {
			e.eachWritten(func(name string, v pipeline.Value) pipeline.Value {
				if name == "parent" {
					return pipeline.Value{}
				}
				return v
			})
		}},
		{"attributes are forgotten in reading", "FamilyIsMade", func(e *end) {
			e.eachRead(func(r *pipeline.Record) {
				if ofFamily(r.Fields) {
					r.Fields["attributes"] = pipeline.Value{}
				}
			})
		}},
		{"nothing is said to be lacking", "FamilyIsMade", func(e *end) {
			e.eachRead(func(r *pipeline.Record) { r.Lacking = nil })
		}},
		{"a variant shows no title", "FamilyIsMade", func(e *end) {
			e.eachRead(func(r *pipeline.Record) {
				if ofFamily(r.Fields) {
					r.Fields["title"] = pipeline.Value{}
				}
			})
		}},
		{"variants are not recognised", "FamilyIsSettled", func(e *end) {
			e.settle = func(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
				keys, err := e.System.Settle(ctx, drafts)
				for i, d := range drafts {
					if ofFamily(d.Fields) {
						keys[i] = ""
					}
				}
				return keys, err
			}
		}},
		{"variants are not listed", "FamilyIsListed", func(e *end) {
			e.without(func(c pipeline.Change) bool { return c.Record != nil && ofFamily(c.Record.Fields) })
		}},
		{"a parent's edit is not told", "FamilyParentIsEdited", func(e *end) {
			e.without(func(c pipeline.Change) bool { return c.Record != nil && c.Record.Lacks("sku") })
		}},
		{"an edit of a variant writes its parent too", "FamilyVariantIsEdited", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				for _, p := range patches {
					records, err := e.System.Fetch(ctx, []pipeline.Key{p.Key}, []string{"parent"})
					if active, given := p.Fields["active"]; err == nil && len(records) == 1 && ofFamily(records[0].Fields) && given {
						parent := pipeline.Key(records[0].Fields["parent"].AsText())
						e.System.Update(ctx, []pipeline.Patch{{Key: parent, Fields: pipeline.Values{"active": active}}})
					}
				}
				return e.System.Update(ctx, patches)
			}
		}},
		{"a field of the parent is taken from a variant", "FamilyRefusesOnlyTheBad", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				for i, p := range patches {
					records, err := e.System.Fetch(ctx, []pipeline.Key{p.Key}, []string{"parent"})
					if err == nil && len(records) == 1 && ofFamily(records[0].Fields) {
						patches[i].Fields = maps.Clone(p.Fields)
						delete(patches[i].Fields, "title")
					}
				}
				return e.System.Update(ctx, patches)
			}
		}},
		{"one bad variant fails its batch", "FamilyRefusesOnlyTheBad", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				return wholeBatch(e.System.Create(ctx, drafts))
			}
		}},
		{"variants return with their parent", "FamilyIsArchived", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				receipts := e.System.Update(ctx, patches)
				for _, r := range receipts {
					if r.Err != nil || !r.Record.Fields["active"].AsBool() {
						continue
					}
					for _, other := range e.Snapshot() {
						if other.Fields["parent"].AsText() == string(r.Key) {
							e.System.Update(ctx, []pipeline.Patch{{Key: other.Key, Fields: pipeline.Values{"active": pipeline.Bool(true)}}})
						}
					}
				}
				return receipts
			}
		}},
		{"variants go with their parent", "FamilyIsDeletedTogether", func(e *end) {
			e.remove = func(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
				if how != pipeline.Delete {
					return e.System.Remove(ctx, keys, how)
				}
				receipts := make([]pipeline.Receipt, len(keys))
				for i, key := range keys {
					_ = e.Delete(key) // as the shop does
					receipts[i].Key = key
				}
				return receipts
			}
		}},
		{"a family goes with its variant", "FamilyLosesAVariant", func(e *end) {
			e.remove = func(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
				for _, r := range e.Snapshot() {
					if parent := pipeline.Key(r.Fields["parent"].AsText()); how == pipeline.Delete && len(keys) == 1 && r.Key == keys[0] && parent != "" {
						_ = e.Delete(parent) // as the shop does
					}
				}
				return e.System.Remove(ctx, keys, how)
			}
		}},
	}
}
