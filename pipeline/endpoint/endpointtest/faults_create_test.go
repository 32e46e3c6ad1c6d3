package endpointtest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/tandem-sync/tandem/pipeline"
)

func createFaults() []fault {
	return []fault{
		{"receipts out of order", "CreateReadsBack", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				receipts := e.System.Create(ctx, drafts)
				slices.Reverse(receipts)
				return receipts
			}
		}},
		{"receipts of what was sent", "DecimalsSurvive", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				receipts := e.System.Create(ctx, drafts)
				for i, r := range receipts {
					if r.Record != nil {
						r.Record.Fields = drafts[i].Fields
					}
				}
				return receipts
			}
		}},
		{"born active", "CreateInactive", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				for i := range drafts {
					drafts[i].Fields = maps.Clone(drafts[i].Fields)
					delete(drafts[i].Fields, "active")
				}
				return e.System.Create(ctx, drafts)
			}
		}},
		{"a bad draft takes its batch along", "CreateRefusesOnlyTheBad", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				return wholeBatch(e.System.Create(ctx, drafts))
			}
		}},
		{"control characters fail the batch", "TextsThatCannotBeSent", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				for _, d := range drafts {
					if strings.ContainsRune(d.Fields["title"].AsText(), '\x07') {
						receipts := make([]pipeline.Receipt, len(drafts))
						receipts[0].Err = &pipeline.Error{Code: pipeline.CodeBadAnswer, Message: "not well-formed"}
						return wholeBatch(receipts)
					}
				}
				return e.System.Create(ctx, drafts)
			}
		}},
	}
}

func repeatFaults() []fault {
	return []fault{
		{"a repeated draft makes another record", "CreateAgainFindsTheFirst", func(e *end) {
			var n atomic.Int64
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				drafts = slices.Clone(drafts)
				for i := range drafts {
					drafts[i].Token += fmt.Sprint(n.Add(1))
				}
				return e.System.Create(ctx, drafts)
			}
		}},
		{"a repeated draft overwrites", "CreateAgainFindsTheFirst", func(e *end) {
			e.create = func(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
				receipts := e.System.Create(ctx, drafts)
				for i, r := range receipts {
					if r.Err == nil {
						receipts[i] = e.System.Update(ctx, []pipeline.Patch{{Key: r.Key, Fields: drafts[i].Fields}})[0]
					}
				}
				return receipts
			}
		}},
		{"settles with nothing", "SettleFindsWhatWasMade", func(e *end) {
			e.settle = func(_ context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
				return make([]pipeline.Key, len(drafts)), nil
			}
		}},
		{"settles with whatever has the SKU", "SettleFindsNothingElse", func(e *end) {
			e.settle = func(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
				keys := make([]pipeline.Key, len(drafts))
				for i, d := range drafts {
					for _, r := range must(e.System.Find(context.WithoutCancel(ctx), "sku", []pipeline.Value{d.Fields["sku"]}, nil)) {
						keys[i] = r.Key
					}
				}
				return keys, nil
			}
		}},
	}
}
