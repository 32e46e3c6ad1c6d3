package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state"
)

// StateCheck implements web.Backend.
func (a *App) StateCheck(ctx context.Context) (view.StateCheck, error) {
	l := a.hold()
	defer a.drop(l)
	v := view.StateCheck{
		StateDir: l.config.Daemon.StateDir, Bytes: a.state.bytes(),
		Contents: []view.StateInventory{}, Problems: []view.StateProblem{},
	}
	remedy := pipeline.RemedyOf(&pipeline.Error{Code: pipeline.CodeStateDamaged})
	inventories, err := a.state.state.Check(ctx, func(p state.Problem) error {
		if len(v.Problems) == view.MaxProblems {
			v.More++
			return nil
		}
		v.Problems = append(v.Problems, view.StateProblem{Pipeline: p.Pipeline, Message: p.Message, Remedy: remedy})
		return nil
	})
	if err != nil {
		return v, err
	}
	for _, n := range inventories {
		v.Contents = append(v.Contents, view.StateInventory{
			Pipeline: n.Pipeline, Configured: l.runner(n.Pipeline) != nil, Links: n.Links, Unlinked: n.Unlinked, Intents: n.Intents,
			Conflicts: n.Conflicts, Quarantined: n.Quarantined, Events: n.Events, Reports: n.Reports,
		})
	}
	v.OK = len(v.Problems) == 0
	return v, nil
}

// StateExport implements web.Backend.
func (a *App) StateExport(ctx context.Context, q view.Export, yield func(view.ExportLine) error) error {
	l := a.hold()
	defer a.drop(l)
	names, err := a.state.state.Pipelines(ctx)
	if err != nil {
		return err
	}
	if q.Pipeline != "" {
		if !slices.Contains(names, q.Pipeline) {
			return unknown(pipeline.CodePipelineUnknown, "pipeline", q.Pipeline, names)
		}
		names = []string{q.Pipeline}
	}
	for _, name := range names {
		d := &pipeline.Definition{Name: name, Sources: [2]string{pipeline.Left.String(), pipeline.Right.String()}}
		if r := l.runner(name); r != nil {
			d = r.definition
		}
		err := a.state.state.Export(ctx, name, q.History, func(row state.Row) error { return yield(exportLine(d, row)) })
		if err != nil {
			return fmt.Errorf("pipeline %s: %w", name, err)
		}
	}
	return nil
}

func exportLine(d *pipeline.Definition, row state.Row) view.ExportLine {
	line := view.ExportLine{Pipeline: d.Name}
	switch {
	case row.Position != nil:
		line.Position = &view.ExportPosition{Cursors: byLabel(d, row.Position.Cursors), Definition: row.Position.Definition}
	case row.Identities != nil:
		line.Position = &view.ExportPosition{Systems: byLabel(d, *row.Identities)}
	case row.Link != nil:
		l := row.Link
		line.Link = &view.ExportLink{
			ID: l.ID, Keys: keysByLabel(d, l.Keys), Base: byLabel(d, l.Base), Seen: byLabel(d, l.Seen),
			Missing: byLabel(d, l.Missing), Gone: byLabel(d, l.Gone), Created: l.Created, Updated: l.Updated,
		}
	case row.Unlinked != nil:
		u := row.Unlinked
		line.Unlinked = &view.ExportUnlinked{Side: d.Sources[u.Side], Key: u.Key, Match: u.Match, Why: u.Why}
	case row.Intent != nil:
		i := row.Intent
		line.Intent = &view.ExportIntent{
			ID: i.ID, Kind: i.Kind, Side: d.Sources[i.Side], Link: i.Link, Keys: keysByLabel(d, i.Keys),
			Fields: values(i.Mutation.Fields), Cycle: i.Cycle, At: i.At,
		}
		if i.Kind == pipeline.Create {
			line.Intent.Fields = values(i.Draft.Fields)
		}
	case row.Conflict != nil:
		c := conflictView(d, *row.Conflict)
		line.Conflict = &c
	case row.Failed != nil:
		q := quarantinedView(d, *row.Failed)
		line.Quarantined = &q
	case row.Event != nil:
		e := eventView(d, *row.Event)
		line.Event = &e
	}
	return line
}

// Forget implements web.Backend.
func (a *App) Forget(ctx context.Context, q view.Forget) (view.Forgotten, error) {
	defer a.bell.ring(false)
	l := a.hold()
	defer a.drop(l)
	runners, err := l.named(q.Pipeline)
	if err != nil {
		return view.Forgotten{}, err
	}
	var found []view.Forgotten
	var holder *runner
	for _, r := range runners {
		ids, err := r.linksOf(ctx, q.Record)
		if err != nil {
			return view.Forgotten{}, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		links, err := r.store.LinksByID(ctx, ids)
		if err != nil {
			return view.Forgotten{}, fmt.Errorf("pipeline %s: %w", r.definition.Name, err)
		}
		for _, id := range ids {
			if links[id] != nil {
				found, holder = append(found, forgotten(r.definition, links[id])), r
			}
		}
	}
	switch {
	case len(found) == 0:
		return view.Forgotten{}, &pipeline.Error{
			Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("no linked record has the key or value %q", q.Record),
		}
	case len(found) > 1:
		return view.Forgotten{}, several(q.Record, found)
	case q.Look:
		return found[0], nil
	}
	if _, err := holder.engine.Forget(ctx, found[0].Link, q.By); err != nil {
		return view.Forgotten{}, err
	}
	found[0].Dropped = true
	return found[0], nil
}

func forgotten(d *pipeline.Definition, l *pipeline.Link) view.Forgotten {
	match := pipeline.Values{}
	for _, name := range d.Match {
		if v := l.Base[pipeline.Left][name]; !v.IsNull() {
			match[name] = v
		}
	}
	return view.Forgotten{Pipeline: d.Name, Link: l.ID, Keys: keysByLabel(d, l.Keys), Match: match}
}

// several is the error of a name that more than one link goes by.
func several(record string, found []view.Forgotten) error {
	var names []string
	for _, f := range found {
		var keys []string
		for label, key := range f.Keys {
			keys = append(keys, fmt.Sprintf("%s %s", label, key))
		}
		slices.Sort(keys)
		names = append(names, fmt.Sprintf("%s (pipeline %s)", strings.Join(keys, " with "), f.Pipeline))
	}
	return &pipeline.Error{
		Code:    pipeline.CodeUsage,
		Message: fmt.Sprintf("%q is the key or value of several linked records: %s", record, strings.Join(names, "; ")),
		Remedy:  "Name the one that is meant by its id on one side, and its pipeline with --pipeline.",
	}
}
