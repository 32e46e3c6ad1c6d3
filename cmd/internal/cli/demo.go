package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/pipeline"
)

// DemoFunc runs the demonstration until ctx ends or, with Once, for two cycles, whose reports it returns.
type DemoFunc func(ctx context.Context, o DemoOptions) ([]pipeline.Report, error)

// DemoOptions are what the demonstration is told.
type DemoOptions struct {
	Once    bool
	Version string
	// Text takes what a person is told while it runs: where to click, what to try. It is discarded
	// for scripts (`--json`).
	Text io.Writer
	// Log takes the daemon's log.
	Log io.Writer
}

func (c *cli) demoCommand() *cobra.Command {
	o := DemoOptions{Version: c.Version}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show everything on this machine: both systems, a sample catalogue and the daemon",
		Long: "Show everything on this machine, with nothing else installed: a Products Manager and an Odoo that\n" +
			"it serves itself, a sample catalogue in both, and the daemon between them. It says where everything\n" +
			"is and what to try, and leaves nothing behind.\n\n" +
			"With --once it ends after two cycles, with 0 when they did their work: some of the catalogue is odd\n" +
			"on purpose and waits in conflict or in quarantine, which is no failure here.",
		Example: "  tandem demo\n" +
			"  tandem demo --once --json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Text, o.Log = c.Stdout, c.Stderr
			if c.json {
				o.Text = io.Discard
			}
			reports, err := c.Demo(cmd.Context(), o)
			if err != nil || !o.Once {
				return err
			}
			if err := c.output().Reports(reports, true); err != nil {
				return err
			}
			if code := exitOf(reports); code != ExitPartial {
				return exit(code)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&o.Once, "once", false, "run two cycles, report them and exit")
	return cmd
}
