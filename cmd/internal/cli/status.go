package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) statusCommand() *cobra.Command {
	var ready bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show pipelines, last success, counts, recent errors and waiting conflicts",
		Long: "Show how everything stands: each pipeline with its last success, its counts and its next run, recent\n" +
			"errors with cause and remedy, and what waits for a person.",
		Example: "  tandem status\n" +
			"  tandem status --json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			use := app.StateRead
			if ready {
				use = app.StateNone
			}
			return c.with(cmd.Context(), use, func(b web.Backend) error {
				if _, running := b.(*web.Client); ready && !running {
					return noDaemon()
				}
				status, err := b.Status(cmd.Context())
				if err != nil {
					return err
				}
				return c.output().Status(status)
			})
		},
	}
	cmd.Flags().BoolVar(&ready, "ready", false, "fail unless a daemon runs and answers")
	return cmd
}
