package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config/functions"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) functionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "functions [NAME]",
		Short: "Tell what expressions may call, with examples",
		Long: "Tell what the expressions of a configuration may call: all functions by what they are for, or one\n" +
			"with what it refuses and examples. docs/functions.md is the same.",
		Example: "  tandem functions\n" +
			"  tandem functions tax_excluded",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all := functionsOf()
			name := first(args)
			if name == "" {
				return c.output().Functions(all)
			}
			i := slices.IndexFunc(all, func(f view.Function) bool { return f.Name == name })
			if i < 0 {
				return noSuchFunction(all, name)
			}
			return c.output().Function(all[i])
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return functionNames(functionsOf()), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func functionsOf() []view.Function {
	var all []view.Function
	add := func(entries []functions.Entry, perRecord bool) {
		for _, e := range entries {
			f := view.Function{Name: e.Name, Usage: e.Usage, Group: string(e.Group), PerRecord: perRecord, Description: e.Does, Errors: e.Errors}
			for _, x := range e.Examples {
				f.Examples = append(f.Examples, view.FunctionExample(x))
			}
			all = append(all, f)
		}
	}
	add(functions.PerRecord(), true)
	add(functions.Outside(functions.Place{}), false)
	return all
}

func functionNames(all []view.Function) []string {
	var names []string
	for _, f := range all {
		names = append(names, f.Name)
	}
	return names
}

func noSuchFunction(all []view.Function, name string) error {
	err := &pipeline.Error{
		Code: pipeline.CodeUsage, Message: fmt.Sprintf("there is no function %q", name),
		Remedy: "`tandem functions` lists them.",
	}
	if near := pipeline.Nearest(name, functionNames(all)); near != "" {
		err.Remedy = fmt.Sprintf("Did you mean `tandem functions %s`?", near)
	}
	return err
}
