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
		Args:  cobra.MaximumNArgs(1),
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
