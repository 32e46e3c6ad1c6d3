package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [SOURCE|STORE]",
		Short: "Test the sources and media stores, one by one, with what to do where something is wrong",
		Long: "Test the sources and media stores, all at the same time, one line for each test, with what to do where\n" +
			"something is wrong: connection, credentials, rights, warehouse, fields. Nothing is written but one small image\n" +
			"into each media store, which is taken away again. Exits with 1 when something would not work.",
		Example: "  tandem check\n" +
			"  tandem check erp               # one source\n" +
			"  tandem check media.s3.images   # one store",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateNone, func(b web.Backend) error {
				checks, err := b.Check(cmd.Context(), first(args))
				if err != nil {
					return err
				}
				if err := c.output().Checks(checks); err != nil {
					return err
				}
				if slices.ContainsFunc(checks, func(s view.SourceCheck) bool { return !s.OK }) {
					return exit(ExitFailed)
				}
				return nil
			})
		},
	}
}

// first is the argument that may be left out.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
