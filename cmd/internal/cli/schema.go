package cli

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/config"
)

func (c *cli) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print a JSON schema of the configuration",
		Long: "Print a JSON schema (draft 2020-12) of the configuration in the JSON form that HCL has for every\n" +
			"document, for tools that make or look at configurations: docs/editors.md says what it is good for.",
		Example: "  tandem schema > tandem.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			enc := json.NewEncoder(c.Stdout)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			return enc.Encode(config.JSONSchema(c.Kinds))
		},
	}
}
