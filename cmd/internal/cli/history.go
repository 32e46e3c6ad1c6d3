package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) historyCommand() *cobra.Command {
	var q view.HistoryQuery
	var cycle, since string
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Show the audit trail: every decision and write, with before and after",
		Long: "Show the audit trail, the oldest first: every decision and write, with its rule and with the values before\n" +
			"and after.",
		Example: "  tandem history --since 24h\n" +
			"  tandem history --record TSHIRT-RED-M -n 10",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.Limit < 1 {
				return usage(cmd, "--limit must be at least 1")
			}
			q.Cycle = pipeline.CycleID(cycle)
			var err error
			if q.Since, err = moment(since, time.Now()); err != nil {
				return usage(cmd, err.Error())
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
	cmd.Flags().StringVar(&cycle, "cycle", "", "only what this cycle did: its `id`")
	cmd.Flags().StringVar(&since, "since", "", "only what is not older: a duration as 90m or 36h, a day as 2026-11-24, or a `time` as 2026-11-24T15:04:05Z")
	cmd.Flags().IntVarP(&q.Limit, "limit", "n", 50, "show the latest `N` events")
	return cmd
}

// moment reads a time, or a duration before now; "" is the zero time.
func moment(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a duration such as 36h nor a time such as 2026-11-24T15:04:05Z", s)
}
