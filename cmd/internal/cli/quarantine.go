package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) quarantineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "quarantine",
		Short:   "List the records that failed, why, and when they are tried again",
		Long:    "List the records that failed, why, and when they are tried again. All other records go on.",
		Example: "  tandem quarantine",
		Args:    knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				entries, err := b.Quarantine(cmd.Context())
				if err != nil {
					return err
				}
				return c.output().Quarantine(entries)
			})
		},
	}
	list := &cobra.Command{Use: "list", Short: cmd.Short, Args: cobra.NoArgs, RunE: cmd.RunE}
	retry := &cobra.Command{
		Use:   "retry [ID...]",
		Short: "Try records again in the next cycle: those named, or all",
		Long:  "Have the next cycle try records again without waiting for their time: those named, or all.",
		Example: "  tandem quarantine retry\n" +
			"  tandem quarantine retry 7c1e",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				retried, err := b.Retry(cmd.Context(), args)
				if err != nil {
					return err
				}
				return c.output().Retried(retried)
			})
		},
	}
	cmd.AddCommand(list, c.quarantineShowCommand(), retry)
	return cmd
}

func (c *cli) quarantineShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one record of the quarantine: cause, tries, last answer, next try",
		Long: "Show one record of the quarantine: the cause, what to do about it, how often it was tried, what the other\n" +
			"system answered last, and when it is tried next.",
		Example: "  tandem quarantine show 7c1e",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				q, err := b.QuarantinedRecord(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return c.output().Quarantined(q)
			})
		},
	}
}
