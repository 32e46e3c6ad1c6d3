package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) conflictsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "conflicts",
		Short: "List the fields that both sides changed and that wait for a person",
		Args:  knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				conflicts, err := b.Conflicts(cmd.Context())
				if err != nil {
					return err
				}
				return c.output().Conflicts(conflicts)
			})
		},
	}
	list := &cobra.Command{Use: "list", Short: cmd.Short, Args: cobra.NoArgs, RunE: cmd.RunE}
	cmd.AddCommand(list, c.conflictsShowCommand(), c.conflictsResolveCommand())
	return cmd
}

func (c *cli) conflictsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one conflict: what was last agreed and what each side holds",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				conflict, err := b.Conflict(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return c.output().Conflict(conflict)
			})
		},
	}
}

func (c *cli) conflictsResolveCommand() *cobra.Command {
	var take string
	cmd := &cobra.Command{
		Use:   "resolve ID --take LABEL|VALUE",
		Short: "Settle a conflict: with one side's value, or with another",
		Long: "Settle a conflict with one side's value (--take and the label of the source) or with another\n" +
			"value (--take 19.99, --take 'Blue chair'). A text that is also a label, and null for no value,\n" +
			"are written as JSON: --take '\"erp\"', --take null. The next cycle carries it out.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("take") {
				return usage(cmd, "--take is missing: whose value, or which, is to win?")
			}
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				conflict, err := b.Resolve(cmd.Context(), view.Resolve{ID: args[0], Take: take, By: c.who()})
				if err != nil {
					return err
				}
				return c.output().Resolved(conflict)
			})
		},
	}
	cmd.Flags().StringVar(&take, "take", "", "the label of the source whose value wins, or the `value` itself")
	return cmd
}
