package state

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// Row is one thing that is stored; one of its fields is set.
type Row struct {
	Pipeline   string
	Position   *pipeline.Position
	Identities *[2]string
	Link       *pipeline.Link
	Unlinked   *pipeline.Unlinked
	Intent     *pipeline.Intent
	Conflict   *pipeline.Conflict
	Failed     *pipeline.Quarantined
	Event      *pipeline.Event
}

// Export calls f for everything that is stored of a pipeline, apart from what is of use to Tandem alone
// (indexes, the key of kept plans): position and identities, then table by table, history last and oldest
// first. It sees one moment, whatever is written meanwhile. An error of f ends it and is returned.
func (s *State) Export(ctx context.Context, name string, history bool, f func(Row) error) error {
	st := &store{db: s.db, key: pipelineKey(name), options: &s.options}
	return s.db.Read(ctx, func(r *kv.Reader) error {
		e := export{store: st, r: r, yield: func(row Row) error {
			row.Pipeline = name
			return f(row)
		}}
		return e.all(history)
	})
}

type export struct {
	*store
	r     *kv.Reader
	yield func(Row) error
}

func (e export) all(history bool) error {
	var p pipeline.Position
	if found, err := e.get(e.r, e.key.single(singlePosition), &p); err != nil {
		return err
	} else if found {
		if err := e.yield(Row{Position: &p}); err != nil {
			return err
		}
	}
	var ids [2]string
	if found, err := e.get(e.r, e.key.single(singleIdentities), &ids); err != nil {
		return err
	} else if found {
		if err := e.yield(Row{Identities: &ids}); err != nil {
			return err
		}
	}
	tables := []func() error{
		e.links,
		func() error {
			return eachRow(e, tableUnlinked, func(u *pipeline.Unlinked) Row { return Row{Unlinked: u} })
		},
		func() error { return eachRow(e, tableIntent, func(i *pipeline.Intent) Row { return Row{Intent: i} }) },
		func() error {
			return eachRow(e, tableConflict, func(c *pipeline.Conflict) Row { return Row{Conflict: c} })
		},
		func() error {
			return eachRow(e, tableQuarantine, func(q *pipeline.Quarantined) Row { return Row{Failed: q} })
		},
	}
	if history {
		tables = append(tables, func() error {
			return eachRow(e, tableHistory, func(ev *pipeline.Event) Row { return Row{Event: ev} })
		})
	}
	for _, table := range tables {
		if err := table(); err != nil {
			return err
		}
	}
	return nil
}

func (e export) links() error {
	prefix := e.key.table(tableLink)
	return e.r.Scan(prefix, prefix, func(k, value []byte) error {
		l, err := e.link(k, value)
		if err != nil {
			return err
		}
		return e.yield(Row{Link: l})
	})
}

// eachRow yields a table of JSON rows.
func eachRow[T any](e export, table byte, row func(*T) Row) error {
	prefix := e.key.table(table)
	return e.r.Scan(prefix, prefix, func(k, value []byte) error {
		v := new(T)
		if err := e.decode(k, value, v); err != nil {
			return err
		}
		return e.yield(row(v))
	})
}
