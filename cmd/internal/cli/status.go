package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show pipelines, last success, counts, recent errors and waiting conflicts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				status, err := b.Status(cmd.Context())
				if err != nil {
					return err
				}
				return c.output().Status(status)
			})
		},
	}
}
