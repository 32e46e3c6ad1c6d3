package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) applyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "apply FILE",
		Short: "Carry out a plan kept by `plan -out FILE`, and nothing else",
		Long: "Carry out a plan kept by `plan -out FILE`, record by record. A record that has moved since the\n" +
			"plan was made is left alone and told; the next cycle decides it anew. Exits with 3 then. A plan\n" +
			"of another state or configuration, or one that was edited, is refused as a whole.",
		Example: "  tandem plan --out friday.plan\n" +
			"  tandem apply friday.plan",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := os.Open(args[0])
			if err != nil {
				return &pipeline.Error{
					Code: pipeline.CodeUsage, Message: fmt.Sprintf("the plan %s cannot be read", args[0]), Cause: err,
					Remedy: "Make one with `tandem plan -out FILE`.",
				}
			}
			defer func() { _ = file.Close() }() // it was only read
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				q := web.ApplyRequest{Name: filepath.Base(args[0]), By: c.who()}
				return c.asked(func(watch web.Watch) (pipeline.Report, error) { return b.Apply(cmd.Context(), q, file, watch) })
			})
		},
	}
}

// asked runs an apply or undo, tells how it goes on and how it ended.
func (c *cli) asked(do func(web.Watch) (pipeline.Report, error)) error {
	progress := c.progress()
	var refused []pipeline.PlannedChange
	watch := web.Watch{Refused: func(p pipeline.PlannedChange) error {
		progress.Clear()
		if c.json {
			refused = append(refused, p)
			return nil
		}
		return c.output().Refused(p)
	}}
	if progress != nil {
		watch.Progress = progress.Show
	}
	report, err := do(watch)
	progress.Clear()
	if err != nil {
		return err
	}
	if err := c.output().Asked(view.Asked{Report: report, Refused: refused}); err != nil {
		return err
	}
	if report.Result == pipeline.ResultDone {
		return nil // conflicts that wait are none of its business
	}
	return exit(exitOf([]pipeline.Report{report}))
}
