package cli

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) planCommand() *cobra.Command {
	var full bool
	cmd := &cobra.Command{
		Use:   "plan [PIPELINE]",
		Short: "Show what a cycle would write on both sides, field by field, and write nothing",
		Long: "Show what a cycle would write on both sides, field by field, and write nothing, not even\n" +
			"to the state. + makes a record, ~ changes one, - archives or deletes one, ! is a conflict or\n" +
			"an error. Exits with 5 when there are differences.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				return c.plan(cmd, b, web.PlanRequest{Pipeline: first(args), Full: full})
			})
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "compare every record, not only those that may have changed")
	return cmd
}

func (c *cli) plan(cmd *cobra.Command, b web.Backend, q web.PlanRequest) error {
	progress := c.progress()
	if c.json {
		sink := render.NewPlanJSON(c.output(), progress)
		watched := &differing{PlanSink: sink}
		err := b.Plan(cmd.Context(), q, watched)
		if err == nil {
			return exit(watched.code)
		}
		if told, writeErr := sink.Fail(err); writeErr == nil && told {
			return exit(exitCode(err))
		}
		return err
	}
	watched := &differing{PlanSink: render.NewPlanText(c.output(), progress, temporary)}
	if err := b.Plan(cmd.Context(), q, watched); err != nil {
		progress.Clear()
		return err
	}
	return exit(watched.code)
}

// differing notes whether any plan that passes has differences.
type differing struct {
	view.PlanSink
	code int
}

func (d *differing) End(t pipeline.PlanTotals) error {
	if !t.Empty() {
		d.code = ExitDiffers
	}
	return d.PlanSink.End(t)
}

// temporary makes a file without a name: it is gone with the process, however that ends.
func temporary() (io.ReadWriteSeeker, error) {
	f, err := os.CreateTemp("", "tandem-plan-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}
