package cli

import (
	"context"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) validateCommand() *cobra.Command {
	online := false
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check the configuration and tell everything that is wrong, without network unless --online is given",
		Long: "Check the configuration and tell everything that is wrong, each with its place in the file.\n\n" +
			"Without --online nothing is asked over the network. With it the sources are asked for their fields,\n" +
			"rights, warehouse and language, and the mappings are checked by what they really have; nothing is\n" +
			"written anywhere.",
		Example: "  tandem validate -c /etc/tandem\n" +
			"  tandem validate --online",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, diags, err := c.load()
			if err != nil {
				return err
			}
			var found hcl.Diagnostics
			if online && !diags.HasErrors() {
				if cfg, diags, found, err = c.validateOnline(cmd.Context(), cfg); err != nil {
					return err
				}
			}
			if err := c.output().Validated(slices.Concat(diags, found), cfg.Files, cfg.Dir); err != nil {
				return err
			}
			switch {
			case diags.HasErrors():
				return exit(ExitUsage)
			case found.HasErrors():
				return exit(ExitFailed)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&online, "online", false, "ask the sources too: fields, types, rights, warehouse, language")
	return cmd
}

// validateOnline checks a configuration that is free of errors against its sources. Problems of the configuration
// and failed tests of the sources are returned apart.
func (c *cli) validateOnline(ctx context.Context, cfg *config.Config) (_ *config.Config, diags, found hcl.Diagnostics, err error) {
	o, dir, err := c.options()
	if err != nil {
		return nil, nil, nil, err
	}
	a, err := c.bring(ctx, cfg, app.StateNone)
	if err != nil {
		return nil, nil, nil, err
	}
	defer stop(a)
	cfg, diags, found = a.Online(ctx, func(known map[string]pipeline.Schema) (*config.Config, hcl.Diagnostics) {
		o.Known = known
		return config.Load(dir, o)
	})
	return cfg, diags, found, ctx.Err()
}
