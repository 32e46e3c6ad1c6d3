package cli

import (
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) reloadCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Have the running daemon take in its configuration now, and tell what changed",
		Long: "Have the running daemon read its configuration anew and take it in, whole or not at all. It also does\n" +
			"so by itself when a file of it changes, and on SIGHUP. Exits with 2 when the configuration is wrong;\n" +
			"the old one runs on then.",
		Example: "  tandem validate && tandem reload",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), app.StateNone, func(b web.Backend) error {
				if _, running := b.(*web.Client); !running {
					return noDaemon()
				}
				done, err := b.Reload(cmd.Context())
				if err != nil {
					return err
				}
				if err := c.output().Reload(done); err != nil {
					return err
				}
				if !done.OK {
					return exit(ExitUsage)
				}
				return nil
			})
		},
	}
}

func noDaemon() error {
	return &pipeline.Error{
		Code: pipeline.CodeDaemonLost, Message: "no daemon runs on the configured state directory",
		Remedy: "Start it with `tandem run`; every other command reads the configuration anyway.",
	}
}
