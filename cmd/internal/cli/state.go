package cli

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) stateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "state",
		Short:   "Look into the state: check it, export it, forget a record",
		Long:    "Look into the state, the links between records with what both sides last agreed on, and mend it by hand.",
		Example: "  tandem state check",
		Args:    knownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.stateCheckCommand(), c.stateExportCommand(), c.stateForgetCommand())
	return cmd
}

func (c *cli) stateCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Read the whole state and tell what is wrong with it",
		Long: "Read the whole state: that everything can be decoded, and that indexes and counters agree with\n" +
			"what they are about. Changes nothing. Exits with 1 when something is wrong.",
		Example: "  tandem state check --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				found, err := b.StateCheck(cmd.Context())
				if err != nil {
					return err
				}
				if err := c.output().StateCheck(found); err != nil || found.OK {
					return err
				}
				return exit(ExitFailed)
			})
		},
	}
}

func (c *cli) stateExportCommand() *cobra.Command {
	var q view.Export
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print what the state holds as JSON lines: links with their bases, conflicts, quarantine, positions",
		Long: "Print what the state holds as JSON lines, each {\"pipeline\": …} with one of \"position\", \"link\",\n" +
			"\"unlinked\", \"intent\", \"conflict\", \"quarantined\" and \"event\". No secrets are in it. It is of one\n" +
			"moment, also while a daemon runs.",
		Example: "  tandem state export --history > state.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				enc := json.NewEncoder(c.Stdout)
				enc.SetEscapeHTML(false)
				return b.StateExport(cmd.Context(), q, func(l view.ExportLine) error { return enc.Encode(l) })
			})
		},
	}
	cmd.Flags().StringVar(&q.Pipeline, "pipeline", "", "only this `pipeline`; also one that is no longer configured")
	cmd.Flags().BoolVar(&q.History, "history", false, "the history too, oldest first")
	return cmd
}

func (c *cli) stateForgetCommand() *cobra.Command {
	var q view.Forget
	var yes bool
	cmd := &cobra.Command{
		Use:   "forget KEY",
		Short: "Drop the link of one record, in the state alone",
		Long: "Drop the link of one record, named by its key on either side or by a match value such as its SKU,\n" +
			"with its base, its conflicts and its quarantine. The records stay as they are on both sides; the\n" +
			"next full pass (`tandem sync --full`) pairs them anew, and fields that differ are then for the\n" +
			"strategy. Asks first; without a terminal it needs --yes.",
		Example: "  tandem state forget TSHIRT-RED-M",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Record, q.By = args[0], c.who()
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error { return c.forget(cmd, b, q, yes) })
		},
	}
	cmd.Flags().StringVar(&q.Pipeline, "pipeline", "", "the `pipeline` that is meant, where several know the record")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (c *cli) forget(cmd *cobra.Command, b web.Backend, q view.Forget, yes bool) error {
	look := q
	look.Look = true
	found, err := b.Forget(cmd.Context(), look)
	if err != nil {
		return err
	}
	if !yes {
		out := c.output()
		out.W = c.Stderr
		out.Color = c.colors(c.StderrTerminal)
		out.JSON = false
		if err := out.Forgotten(found); err != nil {
			return err
		}
	}
	agreed, err := c.agreed(cmd, yes, "Forget this link?")
	if err != nil {
		return err
	}
	if agreed {
		if found, err = b.Forget(cmd.Context(), q); err != nil {
			return err
		}
	}
	return c.output().Forgotten(found)
}
