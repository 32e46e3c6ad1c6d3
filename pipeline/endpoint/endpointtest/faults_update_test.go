package endpointtest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

func updateFaults() []fault {
	return []fault{
		{"a bad patch takes its batch along", "UpdateRefusesOnlyTheBad", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				return wholeBatch(e.System.Update(ctx, patches))
			}
		}},
		{"errors without a class", "UpdateOfWhatIsGone", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				return unclassed(e.System.Update(ctx, patches))
			}
		}},
		{"updates write other fields too", "UpdateIsPartial", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				for i := range patches {
					patches[i].Fields = maps.Clone(patches[i].Fields)
					if _, given := patches[i].Fields["weight"]; !given {
						patches[i].Fields["weight"] = pipeline.Value{}
					}
				}
				return e.System.Update(ctx, patches)
			}
		}},
		{"null is not written", "UpdateToNullClears", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				for i := range patches {
					patches[i].Fields = maps.Clone(patches[i].Fields)
					maps.DeleteFunc(patches[i].Fields, func(_ string, v pipeline.Value) bool { return v.IsNull() })
				}
				return e.System.Update(ctx, patches)
			}
		}},
		{"writes to archived records are lost", "ArchivedIsWrittenTruly", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				for i, p := range patches {
					for _, r := range must(e.System.Fetch(context.WithoutCancel(ctx), []pipeline.Key{p.Key}, []string{"active"})) {
						if archived(r.Fields) {
							patches[i].Fields = maps.Clone(p.Fields)
							delete(patches[i].Fields, "sku")
						}
					}
				}
				return e.System.Update(ctx, patches)
			}
		}},
		{"the context is not looked at", "CancelledContext", func(e *end) {
			e.update = func(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
				return e.System.Update(context.WithoutCancel(ctx), patches)
			}
		}},
	}
}

func valueFaults() []fault {
	return []fault{
		{"texts are trimmed", "TextsSurvive", func(e *end) {
			e.eachWritten(func(_ string, v pipeline.Value) pipeline.Value {
				if v.Kind() == pipeline.KindText {
					return pipeline.Text(strings.TrimSpace(v.AsText()))
				}
				return v
			})
		}},
		{"decimals pass through 32 bits", "DecimalsSurvive", func(e *end) {
			e.eachWritten(func(_ string, v pipeline.Value) pipeline.Value {
				if v.Kind() == pipeline.KindNumber {
					return must(pipeline.ParseNumber(fmt.Sprintf("%.2f", float32(v.AsNumber().InexactFloat64()))))
				}
				return v
			})
		}},
		{"categories lose their middle", "CategoriesAreMade", func(e *end) {
			e.eachWritten(func(name string, v pipeline.Value) pipeline.Value {
				if levels := strings.Split(v.AsText(), " / "); name == "category" && len(levels) > 3 {
					return pipeline.Text(strings.Join(slices.Delete(levels, 1, 2), " / "))
				}
				return v
			})
		}},
	}
}

func removeFaults() []fault {
	return []fault{
		{"archiving deletes", "RemoveArchives", func(e *end) {
			e.remove = func(ctx context.Context, keys []pipeline.Key, _ pipeline.Removal) []pipeline.Receipt {
				return e.System.Remove(ctx, keys, pipeline.Delete)
			}
		}},
		{"removing what is gone fails", "RemoveDeletes", func(e *end) {
			e.remove = func(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
				there := must(e.System.Fetch(context.WithoutCancel(ctx), keys, nil))
				receipts := e.System.Remove(ctx, keys, how)
				for i, k := range keys {
					if !slices.ContainsFunc(there, func(r pipeline.Record) bool { return r.Key == k }) {
						receipts[i].Err = &pipeline.Error{Code: pipeline.CodeRecordGone, Message: "it is gone"}
					}
				}
				return receipts
			}
		}},
	}
}
