package app

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// Online checks a configuration against the systems that it names. It asks the sources as Check does and writes
// nothing, not even a probe; load then reads the configuration with the fields that the sources told of, so that all
// that is checked offline is checked by what they really have. What the tests found is returned apart, each at the
// attribute that it is about.
func (a *App) Online(ctx context.Context, load func(map[string]pipeline.Schema) (*config.Config, hcl.Diagnostics)) (cfg *config.Config, diags, found hcl.Diagnostics) {
	l := a.hold()
	defer a.drop(l)
	checks := make([]view.SourceCheck, len(l.sources))
	about := make([]pipeline.Description, len(l.sources))
	var all sync.WaitGroup
	for i, s := range l.sources {
		all.Go(func() { checks[i], about[i] = l.checkSource(ctx, s) })
	}
	all.Wait()
	known, descriptions := map[string]pipeline.Schema{}, map[string]pipeline.Description{}
	for i, s := range l.sources {
		if len(about[i].Schema.Fields) > 0 {
			known[s.label], descriptions[s.label] = about[i].Schema, about[i]
		}
	}
	cfg, diags = load(known)
	for _, c := range checks {
		for _, line := range a.checked(c.Checks) {
			if line.Grade == pipeline.GradeFailed || line.Grade == pipeline.GradeWarning {
				found = append(found, tested(cfg, c.Source, line))
			}
		}
	}
	return cfg, append(diags, unbound(cfg, descriptions)...), found
}

// settingOf names the attribute that a test is about.
func settingOf(test string) string {
	switch test {
	case "connection", "version":
		return "url"
	case "API key":
		return "api_key"
	case "API":
		return "api"
	}
	return test
}

// tested is a test that did not go well, as a diagnostic.
func tested(cfg *config.Config, label string, line pipeline.Check) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: fmt.Sprintf("Test of source %q: %s", label, line.Name), Detail: sentences(line.Detail, line.Remedy)}
	if line.Grade == pipeline.GradeWarning {
		d.Severity = hcl.DiagWarning
	}
	source, ok := cfg.Source(label)
	if !ok {
		return d
	}
	d.Subject = &source.Range
	for _, b := range blocksOf(cfg) {
		if b.DefRange() == source.Range {
			if r, ok := attribute(b.Body, settingOf(line.Name)); ok {
				d.Subject = &r
			}
		}
	}
	return d
}

// sentences joins what was found and what to do.
func sentences(found, remedy string) string {
	found = strings.TrimSuffix(strings.ToUpper(found[:min(1, len(found))])+found[min(1, len(found)):], ".") + "."
	return strings.TrimSpace(found + " " + remedy)
}

// blocksOf returns the blocks of the outermost level, files in their order.
func blocksOf(cfg *config.Config) []*hclsyntax.Block {
	names := make([]string, 0, len(cfg.Files))
	for name := range cfg.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	var all []*hclsyntax.Block
	for _, name := range names {
		if body, ok := cfg.Files[name].Body.(*hclsyntax.Body); ok {
			all = append(all, body.Blocks...)
		}
	}
	return all
}

// attribute returns where an attribute of that name stands in a body, or in a block within it.
func attribute(body *hclsyntax.Body, name string) (hcl.Range, bool) {
	if a := body.Attributes[name]; a != nil {
		return a.Range(), true
	}
	for _, b := range body.Blocks {
		if r, ok := attribute(b.Body, name); ok {
			return r, true
		}
	}
	return hcl.Range{}, false
}

// unbound reports fields of the mappings that a source does not have, or takes from nobody: those of defaults above
// all, which nobody wrote.
func unbound(cfg *config.Config, about map[string]pipeline.Description) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, d := range cfg.Pipelines {
		for _, side := range pipeline.Sides() {
			description, asked := about[d.Sources[side]]
			if !asked {
				continue
			}
			both := [2]pipeline.Description{{Schema: pipeline.Schema{Open: true}}, {Schema: pipeline.Schema{Open: true}}}
			both[side] = description
			for _, f := range d.Fields {
				one := *d
				one.Fields = []pipeline.MappedField{f}
				_, problems := pipeline.Bind(&one, both)
				for _, p := range problems {
					diags = append(diags, &hcl.Diagnostic{
						Severity: hcl.DiagError, Summary: "Field not at the source", Detail: sentences(p.Message, pipeline.RemedyOf(p)),
						Subject: fieldPlace(cfg, d.Name, f.Source),
					})
				}
			}
		}
	}
	return diags
}

// fieldPlace returns where a mapped field stands: its block, or where the pipeline takes the defaults.
func fieldPlace(cfg *config.Config, pipelineName, source string) *hcl.Range {
	for _, b := range blocksOf(cfg) {
		for _, n := range append(slices.Clone(b.Body.Blocks), b) {
			for _, f := range n.Body.Blocks {
				if r := f.DefRange(); f.Type == "field" && fmt.Sprintf("%s:%d", filepath.Base(r.Filename), r.Start.Line) == source {
					return &r
				}
			}
		}
	}
	for _, b := range blocksOf(cfg) {
		if b.Type != "pipeline" || len(b.Labels) != 1 || b.Labels[0] != pipelineName {
			continue
		}
		for _, name := range []string{"defaults", "from"} {
			if r, ok := attribute(b.Body, name); ok {
				return &r
			}
		}
		r := b.DefRange()
		return &r
	}
	return nil
}
