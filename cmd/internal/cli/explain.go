package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain KEY",
		Short: "Show one record whole: what was agreed, what both sides hold, what a cycle would do and why, its story",
		Long: "Show one record whole, by its SKU, its EAN, or its id on either side: what both sides last agreed\n" +
			"on, what they hold at this moment, what each would hold if the other's value were carried over,\n" +
			"what a cycle would decide and by which rule, conflicts and quarantine, and its story, the newest\n" +
			"last. Nothing is written.",
		Example: "  tandem explain TSHIRT-RED-M",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				all, err := b.Explain(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return c.output().Explanations(all)
			})
		},
	}
}
