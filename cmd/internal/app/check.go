package app

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Check implements web.Backend. Sources and media stores are asked at the same time, without
// retries: whoever tests a connection wants to see the first answer.
func (a *App) Check(ctx context.Context, label string) ([]view.SourceCheck, error) {
	l := a.hold()
	defer a.drop(l)
	sources, stores := l.sources, l.stores
	if label != "" {
		sources = slices.DeleteFunc(slices.Clone(sources), func(s *source) bool { return s.label != label })
		stores = slices.DeleteFunc(slices.Clone(stores), func(m *store) bool { return m.label != label && m.reference() != label })
		if len(sources)+len(stores) == 0 {
			return nil, unknown(pipeline.CodeSourceUnknown, "source", label, l.checkable())
		}
	}
	checks := make([]view.SourceCheck, len(sources)+len(stores))
	about := make([]pipeline.Description, len(sources))
	var all sync.WaitGroup
	for i, s := range sources {
		all.Go(func() {
			checks[i], about[i] = l.checkSource(ctx, s)
			checks[i].Checks = append(checks[i].Checks, l.hookChecks(ctx, s)...)
		})
	}
	for i, m := range stores {
		all.Go(func() { checks[len(sources)+i] = m.check(ctx) })
	}
	all.Wait()
	known := map[string]pipeline.Description{}
	for i, s := range sources {
		known[s.label] = about[i]
		checks[i].Checks = append(checks[i].Checks, l.fieldChecks(s, about[i])...)
	}
	for i, s := range sources {
		checks[i].Checks = append(checks[i].Checks, l.typeChecks(s, known)...)
	}
	for i := range checks {
		checks[i].Checks = a.checked(checks[i].Checks)
		checks[i].Grade()
	}
	return checks, ctx.Err()
}

// checkable names what can be tested alone.
func (l *live) checkable() []string {
	var known []string
	for _, s := range l.sources {
		known = append(known, s.label)
	}
	for _, m := range l.stores {
		known = append(known, m.reference())
	}
	return known
}

func (l *live) checkSource(ctx context.Context, s *source) (view.SourceCheck, pipeline.Description) {
	c := view.SourceCheck{Source: s.label, Kind: s.kind}
	if checker, ok := s.endpoint.(pipeline.Checker); ok {
		found := checker.Check(ctx, l.needs(s))
		c.Checks = found.Checks
		return c, found.About
	}
	about, err := s.endpoint.Describe(ctx)
	c.Checks = described(about, err)
	return c, about
}

// needs is what the pipelines want of a source; of one that no pipeline uses, all that they could.
func (l *live) needs(s *source) pipeline.Needs {
	var n pipeline.Needs
	used := false
	for _, r := range l.runners {
		for _, side := range pipeline.Sides() {
			if r.definition.Sources[side] == s.label {
				n, used = n.Also(r.definition.Needs(side)), true
			}
		}
	}
	if configured, ok := l.config.Source(s.label); ok && !used {
		n.Creates = true
		for _, field := range configured.Kind.Standard {
			n = n.Also(pipeline.Needs{Reads: []string{field}, Writes: []string{field}})
		}
	}
	return n
}

// described tells what an endpoint without tests of its own says of itself.
func described(about pipeline.Description, err error) []pipeline.Check {
	var c pipeline.Checkup
	if err != nil {
		name := "answer"
		switch {
		case pipeline.Unreached(err):
			name = "connection"
		case pipeline.AsError(err).Code == pipeline.CodeAccessDenied:
			name = "login"
		}
		c.Fail(name, err)
		return c.Checks
	}
	c.Pass("connection", "%s %s answers", about.Product, about.Version)
	c.Pass("login", "%s", about.User)
	if about.Records >= 0 {
		c.Pass("products", "%d", about.Records)
	}
	return c.Checks
}

// fieldChecks tells for each pipeline whether the source has the mapped fields: one line, or one for each
// that is missing.
func (l *live) fieldChecks(s *source, about pipeline.Description) []pipeline.Check {
	var checks []pipeline.Check
	for _, r := range l.runners {
		for _, side := range pipeline.Sides() {
			if r.definition.Sources[side] != s.label {
				continue
			}
			if len(about.Schema.Fields) == 0 && !about.Schema.Open {
				var c pipeline.Checkup
				c.Skip("not tested, since a test before failed", fieldsOf(r.definition))
				checks = append(checks, c.Checks...)
				continue
			}
			checks = append(checks, fieldLines(r.definition, side, about)...)
		}
	}
	return checks
}

func fieldsOf(d *pipeline.Definition) string { return "fields of pipeline " + d.Name }

func fieldLines(d *pipeline.Definition, side pipeline.Side, about pipeline.Description) []pipeline.Check {
	both := [2]pipeline.Description{{Schema: pipeline.Schema{Open: true}}, {Schema: pipeline.Schema{Open: true}}}
	both[side] = about
	_, problems := pipeline.Bind(d, both)
	var c pipeline.Checkup
	for _, p := range problems {
		c.Fail(fieldsOf(d), p)
	}
	if len(problems) > 0 {
		return c.Checks
	}
	written := 0
	for _, f := range d.Fields {
		if f.Writes[side] {
			written++
		}
	}
	found := fmt.Sprintf("all %d present", len(d.Fields))
	if written > 0 {
		found += fmt.Sprintf(", %d of them written", written)
	}
	c.Pass(fieldsOf(d), "%s", found)
	return c.Checks
}
