package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) pauseCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "pause PIPELINE...",
		Short: "Hold pipelines: no cycle begins until they are resumed",
		Long: "Hold pipelines: no cycle begins until they are resumed, neither by the schedule nor by `tandem sync`.\n" +
			"A cycle that is under way goes on to its end. It holds across restarts and changes of the\n" +
			"configuration, and without a daemon from its next start on. `plan`, `apply` and `undo` work meanwhile.",
		Example: "  tandem pause products --reason 'stocktaking until Friday'",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				held, err := b.Pause(cmd.Context(), view.Hold{Pipelines: args, By: c.who(), Reason: reason})
				if err != nil {
					return err
				}
				return c.output().Paused(held)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever looks at the status")
	return cmd
}

func (c *cli) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume PIPELINE...",
		Short: "Let paused pipelines go on; what was due meanwhile runs once",
		Long: "Let paused pipelines go on by their schedule. What was due while they were paused runs once, at once:\n" +
			"however often it would have run.",
		Example: "  tandem resume products",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				held, err := b.Resume(cmd.Context(), view.Hold{Pipelines: args, By: c.who()})
				if err != nil {
					return err
				}
				return c.output().Resumed(held)
			})
		},
	}
}
