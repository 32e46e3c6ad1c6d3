package cli

import (
	"runtime"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version",
		Long:    "Show the version of the program, of Go and of the platform.",
		Example: "  tandem version --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return c.output().Version(view.Version{
				Version: c.Version, Commit: c.Commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
			})
		},
	}
}
