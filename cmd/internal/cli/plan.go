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
	var out string
	cmd := &cobra.Command{
		Use:   "plan [PIPELINE]",
		Short: "Show what a cycle would write on both sides, field by field, and write nothing",
		Long: "Show what a cycle would write on both sides, field by field, and write nothing, not even\n" +
			"to the state. + makes a record, ~ changes one, - archives or deletes one, ! is a conflict or\n" +
			"an error. Exits with 5 when there are differences.\n\n" +
			"With -out the plan is kept in a file that `tandem apply` carries out. It is signed with a key of\n" +
			"the state directory; should there be no such key yet, making it is all that is written.",
		Example: "  tandem plan\n" +
			"  tandem plan products --full --out friday.plan",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := web.PlanRequest{Pipeline: first(args), Full: full}
			if out == "" {
				return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error { return c.plan(cmd, b, q, nil) })
			}
			q.Keep = true
			file, err := newPlanFile(out)
			if err != nil {
				return err
			}
			defer file.discard()
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error { return c.plan(cmd, b, q, file) })
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "keep the plan in this `file`, for tandem apply")
	cmd.Flags().BoolVar(&full, "full", false, "compare every record, not only those that may have changed")
	return cmd
}

// plan shows a plan, and keeps it unless file is nil.
func (c *cli) plan(cmd *cobra.Command, b web.Backend, q web.PlanRequest, file *planFile) error {
	progress := c.progress()
	var sink view.PlanSink = render.NewPlanText(c.output(), progress, temporary)
	var document *render.PlanJSON
	if c.json {
		document = render.NewPlanJSON(c.output(), progress)
		sink = document
	}
	watched := &differing{PlanSink: sink, planFile: file}
	err := b.Plan(cmd.Context(), q, watched)
	if err == nil && file != nil {
		err = file.finish()
	}
	if err == nil {
		return exit(watched.code)
	}
	progress.Clear()
	if document != nil {
		if told, writeErr := document.Fail(err); writeErr == nil && told {
			return exit(exitCode(err))
		}
	}
	return err
}

// differing notes whether any plan that passes has differences. It is a view.PlanKeeper.
type differing struct {
	view.PlanSink
	*planFile
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
