package endpointtest_test

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

const stockField = "stock_quantity"

func stockFaults() []fault {
	return []fault{
		{"born without its stock", "StockIsWritten", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				drafts = slices.Clone(drafts)
				for i := range drafts {
					drafts[i].Fields = maps.Clone(drafts[i].Fields)
					delete(drafts[i].Fields, stockField)
				}
				return e.System.Create(ctx, drafts)
			}
		}},
		{"a quantity among other fields is lost", "StockIsWritten", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				patches = slices.Clone(patches)
				for i, p := range patches {
					if len(p.Fields) > 1 {
						patches[i].Fields = maps.Clone(p.Fields)
						delete(patches[i].Fields, stockField)
					}
				}
				return e.System.Update(ctx, patches)
			}
		}},
		{"the last piece leaves unseen", "StockIsSeen", func(e *end) {
			e.changes = func(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
				return e.System.Changes(ctx, cursor, fields, func(batch []pipeline.Change) error {
					var seen []pipeline.Change
					for _, c := range batch {
						if n, ok := c.Record.Fields[stockField]; !ok || !n.Equal(pipeline.Int(0)) {
							seen = append(seen, c)
						}
					}
					return yield(seen)
				})
			}
		}},
	}
}
