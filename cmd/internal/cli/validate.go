package cli

import "github.com/spf13/cobra"

func (c *cli) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Check the configuration without network and tell everything that is wrong",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, diags, err := c.load()
			if err != nil {
				return err
			}
			if err := c.output().Validated(diags, cfg.Files, cfg.Dir); err != nil {
				return err
			}
			if diags.HasErrors() {
				return exit(ExitUsage)
			}
			return nil
		},
	}
}
