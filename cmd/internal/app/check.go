package app

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Check implements web.Backend. The sources are asked at the same time, without retries: whoever tests
// a connection wants to see the first answer.
func (a *App) Check(ctx context.Context, label string) ([]view.SourceCheck, error) {
	sources := a.sources
	if label != "" {
		at := slices.IndexFunc(a.sources, func(s *source) bool { return s.label == label })
		if at < 0 {
			var known []string
			for _, s := range a.sources {
				known = append(known, s.label)
			}
			return nil, unknown(pipeline.CodeSourceUnknown, "source", label, known)
		}
		sources = a.sources[at : at+1]
	}
	checks := make([]view.SourceCheck, len(sources))
	var all sync.WaitGroup
	for i, s := range sources {
		all.Go(func() { checks[i] = a.checkSource(ctx, s) })
	}
	all.Wait()
	return checks, ctx.Err()
}

func (a *App) checkSource(ctx context.Context, s *source) view.SourceCheck {
	c := view.SourceCheck{Source: s.label, Kind: s.kind, OK: true}
	about, err := s.endpoint.Describe(ctx)
	if err != nil {
		c.OK, c.Checks = false, refusal(pipeline.AsError(err))
		return c
	}
	c.Checks = described(about)
	for _, r := range a.runners {
		for _, side := range pipeline.Sides() {
			if r.definition.Sources[side] == s.label {
				lines := fieldLines(r.definition, side, about)
				c.OK = c.OK && lines[0].Grade == view.Passed
				c.Checks = append(c.Checks, lines...)
			}
		}
	}
	return c
}

// refusal tells how far a connection came before it failed.
func refusal(e *pipeline.Error) []view.CheckLine {
	failed := view.CheckLine{Grade: view.Failed, Detail: e.Error(), Code: e.Code, Remedy: pipeline.RemedyOf(e)}
	reached := view.CheckLine{Name: "connection", Grade: view.Passed, Detail: "the server answers"}
	switch e.Code {
	case pipeline.CodeConnectionRefused, pipeline.CodeConnectionTimeout, pipeline.CodeConnectionLost, pipeline.CodeTLSFailed:
		failed.Name = "connection"
		return []view.CheckLine{failed}
	case pipeline.CodeDatabaseNotFound:
		failed.Name = "database"
	case pipeline.CodeAccessDenied:
		failed.Name = "login and rights"
	case pipeline.CodeUnsupportedVersion:
		failed.Name = "version"
	default:
		failed.Name = "answer"
	}
	return []view.CheckLine{reached, failed}
}

func described(about pipeline.Description) []view.CheckLine {
	lines := []view.CheckLine{
		{Name: "connection", Grade: view.Passed, Detail: "the server answers"},
		{Name: "version", Grade: view.Passed, Detail: about.Product + " " + about.Version},
		{Name: "login and rights", Grade: view.Passed, Detail: about.User},
	}
	if about.Records >= 0 {
		lines = append(lines, view.CheckLine{Name: "products", Grade: view.Passed, Detail: fmt.Sprint(about.Records)})
	}
	for _, advice := range about.Advice {
		lines = append(lines, view.CheckLine{Name: "advice", Grade: view.Note, Detail: advice})
	}
	return lines
}

// fieldLines tells whether one side has all mapped fields of a pipeline: one line, or one for each that
// is missing.
func fieldLines(d *pipeline.Definition, side pipeline.Side, about pipeline.Description) []view.CheckLine {
	name := "fields of pipeline " + d.Name
	both := [2]pipeline.Description{{Schema: pipeline.Schema{Open: true}}, {Schema: pipeline.Schema{Open: true}}}
	both[side] = about
	_, problems := pipeline.Bind(d, both)
	if len(problems) == 0 {
		return []view.CheckLine{{Name: name, Grade: view.Passed, Detail: fmt.Sprintf("all %d present", len(d.Fields))}}
	}
	var lines []view.CheckLine
	for _, p := range problems {
		lines = append(lines, view.CheckLine{
			Name: name, Grade: view.Failed, Detail: p.Error(), Code: p.Code, Remedy: pipeline.RemedyOf(p),
		})
	}
	return lines
}
