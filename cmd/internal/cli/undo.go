package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) undoCommand() *cobra.Command {
	var yes bool
	var q web.UndoRequest
	cmd := &cobra.Command{
		Use:   "undo CYCLE",
		Short: "Take back what a cycle wrote, where nothing changed since",
		Long: "Take back what a cycle wrote, where nothing changed since: the former values are written back to\n" +
			"the sides that were written, and what both sides then hold counts as agreed, so that the next\n" +
			"cycle does not do it again. Records that were made are archived, archived ones brought back;\n" +
			"what was deleted is gone. `tandem history` names the cycles.\n\n" +
			"It is shown as a plan first. On a terminal you are asked; elsewhere nothing is written without\n" +
			"--yes, and the exit code is 5 when there is something to take back. Like every cycle an undo is in\n" +
			"the history and can be undone.",
		Example: "  tandem history --since 2h            # names the cycles\n" +
			"  tandem undo 20261124T155012Z-0003",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Cycle, q.By = pipeline.CycleID(args[0]), c.who()
			use := app.StateRead
			if yes || c.asks() {
				use = app.StateWrite
			}
			return c.with(cmd.Context(), use, func(b web.Backend) error { return c.undo(cmd, b, q, yes) })
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "write without asking")
	cmd.Flags().StringVar(&q.Pipeline, "pipeline", "", "the `name` of the pipeline, where several had a cycle of that id")
	return cmd
}

// asks tells whether a person can be asked.
func (c *cli) asks() bool { return c.StdinTerminal && c.StderrTerminal && !c.json }

func (c *cli) undo(cmd *cobra.Command, b web.Backend, q web.UndoRequest, yes bool) error {
	ctx := cmd.Context()
	if !yes || !c.json { // with --yes --json the outcome alone is told
		code, err := c.showUndo(ctx, b, q)
		if err != nil || code == ExitDone {
			return err
		}
		if !yes {
			sure, err := c.sure(cmd)
			if err != nil || !sure {
				return err
			}
		}
	}
	return c.asked(func(watch web.Watch) (pipeline.Report, error) { return b.Undo(ctx, q, watch) })
}

// showUndo shows the plan; the code is ExitDiffers if there is anything to write.
func (c *cli) showUndo(ctx context.Context, b web.Backend, q web.UndoRequest) (int, error) {
	var sink view.PlanSink = render.NewPlanText(c.output(), nil, temporary)
	if c.json {
		sink = render.NewPlanJSON(c.output(), nil)
	}
	watched := &writing{PlanSink: sink}
	if err := b.PlanUndo(ctx, q, watched); err != nil {
		return ExitFailed, err
	}
	return watched.code, nil
}

// writing notes whether a plan that passes would write anything.
type writing struct {
	view.PlanSink
	code int
}

func (w *writing) End(t pipeline.PlanTotals) error {
	for _, n := range t.Writes {
		if n.Total() > 0 {
			w.code = ExitDiffers
		}
	}
	return w.PlanSink.End(t)
}

// sure asks the person at the terminal. Where none is, the plan was all there is to tell.
func (c *cli) sure(cmd *cobra.Command) (bool, error) {
	if c.asks() {
		return c.agreed(cmd, false, "Write this?")
	}
	if !c.json {
		fmt.Fprintln(c.Stderr, "Nothing was written; --yes writes it.")
	}
	return false, exit(ExitDiffers)
}
