package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) webhookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "webhook",
		Short:   "Have a system call Tandem when something changes in it",
		Long:    "Have a system call Tandem when something changes in it, so that a change comes over without waiting for the schedule.",
		Example: "  tandem webhook register pm",
		Args:    knownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "register SOURCE",
		Short: "Enter Tandem's address in Products Manager, or switch it on again there",
		Long: "Enter Tandem's address and the secret of the source's webhook block in Products Manager, or switch the\n" +
			"webhook on again there. One that is on is left as it is. The address is public_url of the daemon block\n" +
			"and /hooks/SOURCE. In Odoo it is entered by hand; `tandem check` tells what.",
		Example: "  tandem webhook register pm",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateNone, func(b web.Backend) error {
				done, err := b.RegisterHook(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return c.output().HookRegistered(done)
			})
		},
	})
	return cmd
}
