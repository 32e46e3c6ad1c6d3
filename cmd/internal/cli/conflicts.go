package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

func (c *cli) conflictsCommand() *cobra.Command {
	var filter conflictFlags
	cmd := &cobra.Command{
		Use:   "conflicts",
		Short: "List the fields that both sides changed and that wait for a person",
		Long: "List the fields that both sides changed differently and that wait for a person; all other fields of these\n" +
			"records go on. In patterns * is any text, ? one character.",
		Example: "  tandem conflicts\n" +
			"  tandem conflicts --field price --match 'sku=CH-*'",
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			selects, err := filter.read(cmd)
			if err != nil {
				return err
			}
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				conflicts, err := b.Conflicts(cmd.Context())
				if err != nil {
					return err
				}
				if filter.set(cmd) {
					conflicts = selects.Select(conflicts)
				}
				return c.output().Conflicts(conflicts)
			})
		},
	}
	filter.add(cmd)
	list := &cobra.Command{Use: "list", Short: cmd.Short, Args: cobra.NoArgs, RunE: cmd.RunE}
	filter.add(list)
	cmd.AddCommand(list, c.conflictsShowCommand(), c.conflictsResolveCommand())
	return cmd
}

// conflictFlags are the flags that select conflicts.
type conflictFlags struct {
	pipeline, field string
	match, values   []string
}

func (f *conflictFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.pipeline, "pipeline", "", "only those of this `pipeline`")
	flags.StringVar(&f.field, "field", "", "only those about this `field`; --field '' are those about a record as a whole")
	flags.StringArrayVar(&f.match, "match", nil, "only records whose match field is like this, as `NAME=PATTERN` (sku=CH-*); may be repeated")
	flags.StringArrayVar(&f.values, "value", nil, "only where that side holds something like this, as `LABEL=PATTERN` (erp=12.*); may be repeated")
}

// set tells whether any of them was given.
func (f *conflictFlags) set(cmd *cobra.Command) bool {
	for _, name := range []string{"pipeline", "field", "match", "value"} {
		if cmd.Flags().Changed(name) {
			return true
		}
	}
	return false
}

func (f *conflictFlags) read(cmd *cobra.Command) (filter view.ConflictFilter, err error) {
	filter.Pipeline = f.pipeline
	if cmd.Flags().Changed("field") {
		filter.Field = &f.field
	}
	if filter.Match, err = assignments(cmd, "match", f.match); err != nil {
		return filter, err
	}
	filter.Values, err = assignments(cmd, "value", f.values)
	return filter, err
}

func assignments(cmd *cobra.Command, flag string, args []string) (map[string]string, error) {
	m := map[string]string{}
	for _, arg := range args {
		name, pattern, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, usage(cmd, fmt.Sprintf("--%s %s is not NAME=PATTERN", flag, arg))
		}
		m[name] = pattern
	}
	return m, nil
}

func (c *cli) conflictsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one conflict: what was last agreed and what each side holds",
		Long: "Show one conflict: what both sides last agreed on, what each holds now, since when, and the rule that left\n" +
			"it to a person.",
		Example: "  tandem conflicts show 3f2a",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), app.StateRead, func(b web.Backend) error {
				conflict, err := b.Conflict(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return c.output().Conflict(conflict)
			})
		},
	}
}

func (c *cli) conflictsResolveCommand() *cobra.Command {
	var take string
	var all, yes bool
	var filter conflictFlags
	cmd := &cobra.Command{
		Use:   "resolve ID|--all --take LABEL|VALUE",
		Short: "Settle a conflict, or all that a filter selects: with one side's value, or with another",
		Long: "Settle a conflict with one side's value (--take and the label of the source) or with another\n" +
			"value (--take 19.99, --take 'Blue chair'). A text that is also a label, and null for no value,\n" +
			"are written as JSON: --take '\"erp\"', --take null. The next cycle carries it out.\n\n" +
			"With --all all that wait are settled, or those that --pipeline, --field, --match and --value\n" +
			"select, after they were listed and somebody agreed. In patterns * is any text, ? one character.",
		Example: "  tandem conflicts resolve 3f2a --take pm\n" +
			"  tandem conflicts resolve --all --field price --match 'sku=CH-*' --take erp",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			selects, err := filter.read(cmd)
			switch {
			case err != nil:
				return err
			case !cmd.Flags().Changed("take"):
				return usage(cmd, "--take is missing: whose value, or which, is to win?")
			case all == (len(args) == 1):
				return usage(cmd, "either the ID of one conflict, or --all and a filter")
			case !all && filter.set(cmd):
				return usage(cmd, "a filter goes with --all, not with an ID")
			}
			return c.with(cmd.Context(), app.StateWrite, func(b web.Backend) error {
				if all {
					return c.resolveMany(cmd, b, selects, take, yes)
				}
				conflict, err := b.Resolve(cmd.Context(), view.Resolve{ID: args[0], Take: take, By: c.who()})
				if err != nil {
					return err
				}
				return c.output().Resolved(conflict)
			})
		},
	}
	cmd.Flags().StringVar(&take, "take", "", "the label of the source whose value wins, or the `value` itself")
	cmd.Flags().BoolVar(&all, "all", false, "settle all that wait, or those that the filter selects")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	filter.add(cmd)
	return cmd
}

// resolveMany settles what the filter selects: each as it was listed, so that one which has moved
// meanwhile is refused.
func (c *cli) resolveMany(cmd *cobra.Command, b web.Backend, f view.ConflictFilter, take string, yes bool) error {
	conflicts, err := b.Conflicts(cmd.Context())
	if err != nil {
		return err
	}
	selected := f.Select(conflicts)
	if len(selected) > 0 {
		if err := c.output().Selected(selected, take); err != nil {
			return err
		}
		if ok, err := c.agreed(cmd, yes, fmt.Sprintf("Settle these %d with %s?", len(selected), take)); !ok || err != nil {
			return err
		}
	}
	done, err := settleEach(cmd.Context(), b, selected, view.Resolve{Take: take, By: c.who()})
	if err != nil {
		return err
	}
	if err := c.output().ResolvedMany(done); err != nil {
		return err
	}
	if len(done.Refused) > 0 {
		return exit(ExitPartial)
	}
	return nil
}

func settleEach(ctx context.Context, b web.Backend, selected []view.Conflict, q view.Resolve) (view.SettledMany, error) {
	done := view.SettledMany{Settled: []view.Conflict{}, Refused: []view.Refusal{}}
	for _, shown := range selected {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		q.ID, q.Seen = shown.ID, shown.Values
		settled, err := b.Resolve(ctx, q)
		if err != nil {
			done.Refused = append(done.Refused, view.Refusal{ID: shown.ID, Error: view.ErrorOf(err)})
			continue
		}
		done.Settled = append(done.Settled, settled)
	}
	return done, nil
}
