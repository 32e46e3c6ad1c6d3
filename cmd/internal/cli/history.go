package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) historyCommand() *cobra.Command {
	var q view.HistoryQuery
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Show the audit trail: every decision and write, with before and after",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.Limit < 1 {
				return usage(cmd, "--limit must be at least 1")
			}
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				events, err := b.History(cmd.Context(), q)
				if err != nil {
					return err
				}
				return c.output().History(events)
			})
		},
	}
	cmd.Flags().StringVar(&q.Record, "record", "", "only this record: its `key` on either side, or a match value such as its SKU")
	cmd.Flags().IntVar(&q.Limit, "limit", 50, "show the latest `N` events")
	return cmd
}
