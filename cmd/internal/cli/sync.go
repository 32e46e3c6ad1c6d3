package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) syncCommand() *cobra.Command {
	var full, adopt, yes bool
	cmd := &cobra.Command{
		Use:   "sync [PIPELINE]",
		Short: "Run one cycle now, through the daemon when it runs",
		Long: "Run one cycle now, through the daemon when it runs, else by itself. Exits with 3 when\n" +
			"records are in quarantine or in conflict, with 4 when a brake stopped the cycle.\n\n" +
			"A source that is another system by now is refused. --adopt accepts it: everything that is known\n" +
			"of records is forgotten and they are paired anew; nothing is deleted.",
		Example: "  tandem sync\n" +
			"  tandem sync products --full",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				if adopt {
					if ok, err := c.adopt(cmd, b, first(args), yes); !ok || err != nil {
						return err
					}
				}
				return c.sync(cmd, b, web.SyncRequest{Pipeline: first(args), Full: full})
			})
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "compare every record and notice deletions")
	cmd.Flags().BoolVar(&adopt, "adopt", false, "accept a source that is another system than before; asks first")
	cmd.Flags().BoolVar(&yes, "yes", false, "adopt without asking")
	return cmd
}

func (c *cli) sync(cmd *cobra.Command, b web.Backend, q web.SyncRequest) error {
	progress := c.progress()
	var show func(view.Progress)
	if progress != nil {
		show = progress.Show
	}
	reports, err := b.Sync(cmd.Context(), q, show)
	progress.Clear()
	if err != nil {
		return err
	}
	if err := c.output().Reports(reports, len(reports) != 1); err != nil {
		return err
	}
	return exit(exitOf(reports))
}
