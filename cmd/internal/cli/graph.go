package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) graphCommand() *cobra.Command {
	var dot bool
	cmd := &cobra.Command{
		Use:   "graph [PIPELINE]",
		Short: "Draw what the configuration connects: sources, stores, pipelines and their fields",
		Long: "Draw what the configuration connects: sources, stores, pipelines and their fields, with arrows\n" +
			"that point where is written to, and the expressions on them. Without network. Mermaid by default,\n" +
			"which GitHub and GitLab show as a picture; `tandem graph --dot | dot -Tsvg` makes one with Graphviz.",
		Example: "  tandem graph --dot | dot -Tsvg > sync.svg",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, diags, err := c.load()
			if err != nil {
				return err
			}
			if err := c.valid(cfg, diags); err != nil {
				return err
			}
			pipelines := cfg.Pipelines
			if name := first(args); name != "" {
				d, ok := cfg.Pipeline(name)
				if !ok {
					return noSuchPipeline(cfg, name)
				}
				pipelines = []*pipeline.Definition{d}
			}
			return c.output().Graph(graphOf(cfg, pipelines, len(args) > 0), dot)
		},
	}
	cmd.Flags().BoolVar(&dot, "dot", false, "print the language of Graphviz instead of Mermaid's")
	return cmd
}

func noSuchPipeline(cfg *config.Config, name string) error {
	var names []string
	for _, p := range cfg.Pipelines {
		names = append(names, p.Name)
	}
	err := &pipeline.Error{
		Code: pipeline.CodePipelineUnknown, Message: fmt.Sprintf("there is no pipeline %q", name),
		Remedy: "The configuration has these: " + strings.Join(names, ", ") + ".",
	}
	if near := pipeline.Nearest(name, names); near != "" {
		err.Remedy = fmt.Sprintf("Did you mean %q?", near)
	}
	return err
}

// graphOf returns these pipelines with all sources and stores or, if connected, with those that they use.
func graphOf(cfg *config.Config, pipelines []*pipeline.Definition, connected bool) view.Graph {
	g := view.Graph{Sources: []view.GraphNode{}, Media: []view.GraphNode{}, Pipelines: []view.GraphPipeline{}}
	used := map[string]bool{}
	for _, d := range pipelines {
		used[d.Sources[pipeline.Left]], used[d.Sources[pipeline.Right]], used[d.Media] = true, true, true
		g.Pipelines = append(g.Pipelines, pipelineOf(d))
	}
	for _, s := range cfg.Sources {
		if used[s.Label] || !connected {
			g.Sources = append(g.Sources, view.GraphNode{Kind: s.Kind.Name, Label: s.Label})
		}
	}
	for _, m := range cfg.Media {
		if used[m.Kind+"."+m.Label] || !connected {
			g.Media = append(g.Media, view.GraphNode{Kind: m.Kind, Label: m.Label})
		}
	}
	return g
}

func pipelineOf(d *pipeline.Definition) view.GraphPipeline {
	p := view.GraphPipeline{
		Name: d.Name, Left: d.Sources[pipeline.Left], Right: d.Sources[pipeline.Right],
		Media: d.Media, Fields: []view.GraphField{},
	}
	writes := d.Creates
	for _, f := range d.Fields {
		field := view.GraphField{Left: f.Fields[pipeline.Left], Right: f.Fields[pipeline.Right], Direction: directionOf(d, f.Writes)}
		for _, s := range pipeline.Sides() {
			writes[s] = writes[s] || f.Writes[s]
			if f.Carry[s] != nil && f.Writes[s] {
				field.Transforms = append(field.Transforms, "to_"+d.Sources[s])
			}
		}
		p.Fields = append(p.Fields, field)
	}
	p.Direction = directionOf(d, writes)
	return p
}

func directionOf(d *pipeline.Definition, writes [2]bool) view.Direction {
	switch writes {
	case [2]bool{pipeline.Left: true}:
		return view.Direction("to_" + d.Sources[pipeline.Left])
	case [2]bool{pipeline.Right: true}:
		return view.Direction("to_" + d.Sources[pipeline.Right])
	}
	return view.DirectionBoth
}
