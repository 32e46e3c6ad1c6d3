package endpointtest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

func readFaults() []fault {
	return []fault{
		{"another identity each time", "Describe", func(e *end) {
			n := 0
			e.describe = func(ctx context.Context) (pipeline.Description, error) {
				about, err := e.System.Describe(ctx)
				n++
				about.Identity += fmt.Sprint(n)
				return about, err
			}
		}},
		{"archived records read empty", "ArchiveAndBack", func(e *end) {
			e.eachRead(func(r *pipeline.Record) {
				if archived(r.Fields) {
					r.Fields["cost_price"] = pipeline.Int(0)
				}
			})
		}},
		{"a missing key fails the fetch", "FetchOmitsWhatIsGone", func(e *end) {
			e.fetch = func(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
				records, err := e.System.Fetch(ctx, keys, fields)
				if err == nil && len(records) < len(keys) {
					err = &pipeline.Error{Code: pipeline.CodeRecordGone, Message: "a record is gone"}
				}
				return records, err
			}
		}},
		{"empty fields are left out", "FetchGivesTheFieldsAskedFor", func(e *end) {
			e.eachRead(func(r *pipeline.Record) {
				maps.DeleteFunc(r.Fields, func(_ string, v pipeline.Value) bool { return v.IsNull() })
			})
		}},
		{"another clock", "ModifiedIsOnOurClock", func(e *end) {
			e.eachRead(func(r *pipeline.Record) { r.Modified = r.Modified.Add(-time.Minute) })
		}},
		{"finds by the start of a value", "FindExactly", func(e *end) {
			e.find = func(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
				var found []pipeline.Record
				for _, r := range e.Snapshot() {
					if slices.ContainsFunc(values, func(v pipeline.Value) bool {
						return strings.HasPrefix(r.Fields[field].AsText(), v.AsText())
					}) {
						found = append(found, r)
					}
				}
				return found, nil
			}
		}},
	}
}

func stampFaults() []fault {
	return []fault{
		{"always settled", "SettledPromisesAnotherStamp", func(e *end) {
			e.eachRead(func(r *pipeline.Record) { r.Settled = true })
		}},
		{"never settled", "StampsAgree", func(e *end) {
			e.eachRead(func(r *pipeline.Record) { r.Settled = false })
		}},
		{"listings have stamps of their own", "StampsAgree", func(e *end) {
			e.changes = func(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
				return e.System.Changes(ctx, cursor, fields, func(batch []pipeline.Change) error {
					for i := range batch {
						batch[i].Stamp += "0"
						batch[i].Record.Stamp += "0"
					}
					return yield(batch)
				})
			}
		}},
		{"an edit of the EAN moves no stamp", "ChangesSeeEveryField", func(e *end) {
			first := map[pipeline.Key]pipeline.Change{}
			e.changes = func(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
				return e.System.Changes(ctx, cursor, fields, func(batch []pipeline.Change) error {
					for i, c := range batch {
						old, known := first[c.Key]
						if known && !old.Record.Fields["ean"].Equal(c.Record.Fields["ean"]) {
							batch[i] = old
						}
						first[c.Key] = batch[i]
					}
					return yield(batch)
				})
			}
		}},
	}
}

func listFaults() []fault {
	return []fault{
		{"archived records are not listed", "ListIsComplete", func(e *end) {
			e.without(func(c pipeline.Change) bool { return archived(c.Record.Fields) })
		}},
		{"a listing repeats itself", "ListIsComplete", func(e *end) {
			e.list = func(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
				if _, err := e.System.List(ctx, fields, yield); err != nil {
					return "", err
				}
				return e.System.List(ctx, fields, yield)
			}
		}},
		{"an error of yield is swallowed", "ListEndsWithYield", func(e *end) {
			e.changes = func(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
				return e.System.Changes(ctx, cursor, fields, func(batch []pipeline.Change) error {
					_ = yield(batch)
					return nil
				})
			}
		}},
		{"archiving is not seen", "ChangesSeeCreatesEditsArchives", func(e *end) {
			e.without(func(c pipeline.Change) bool { return archived(c.Record.Fields) })
		}},
	}
}
