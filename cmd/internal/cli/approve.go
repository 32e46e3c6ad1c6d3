package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) approveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "approve PIPELINE",
		Short: "Let exactly what a brake stopped pass, once",
		Long: "Let exactly what a brake stopped pass with the next cycle, once, and show what it is. What is due\n" +
			"on top of it by then is held against the limits as ever. `tandem status` shows whether a\n" +
			"pipeline is braked, `tandem plan` all that is due.",
		Example: "  tandem plan products      # all that is due\n" +
			"  tandem approve products",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				approved, err := b.Approve(cmd.Context(), view.Approve{Pipeline: args[0], By: c.who()})
				if err != nil {
					return err
				}
				return c.output().Approved(approved)
			})
		},
	}
}
