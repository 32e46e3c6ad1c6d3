package cli

import (
	"regexp"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tandem-sync/tandem/config"
)

// argumentName finds what the arguments of a command are called in its usage line: "sync [PIPELINE]".
var argumentName = regexp.MustCompile(`\b[A-Z]{2,}\b`)

// completions gives each command and flag what a shell offers for it, by what its usage line calls it: names come
// from the configuration, without network. Where nothing can be known, nothing is offered rather than files.
func (c *cli) completions(cmd *cobra.Command) {
	for _, name := range argumentName.FindAllString(cmd.Use, -1) {
		if f := c.candidates(name); f != nil && cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = f
		}
	}
	if cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { c.completeFlag(cmd, f) })
	cmd.PersistentFlags().VisitAll(func(f *pflag.Flag) { c.completeFlag(cmd, f) })
	for _, sub := range cmd.Commands() {
		c.completions(sub)
	}
}

// candidates returns what an argument of that name may be; nil where that cannot be known.
func (c *cli) candidates(name string) cobra.CompletionFunc {
	switch name {
	case "PIPELINE":
		return once(func() []string { return c.configured(pipelineNames) })
	case "SOURCE":
		return once(func() []string { return c.configured(sourceNames) })
	case "FILE":
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		}
	}
	return nil
}

// once offers names for the first argument.
func once(names func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return names(), cobra.ShellCompDirectiveNoFileComp
	}
}

func (c *cli) completeFlag(cmd *cobra.Command, f *pflag.Flag) {
	if _, known := cmd.GetFlagCompletionFunc(f.Name); known || f.NoOptDefVal != "" {
		return
	}
	complete := cobra.NoFileCompletions
	switch f.Name {
	case "pipeline":
		complete = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return c.configured(pipelineNames), cobra.ShellCompDirectiveNoFileComp
		}
	case "config", "state-dir":
		complete = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
	case "var-file":
		complete = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"hcl"}, cobra.ShellCompDirectiveFilterFileExt
		}
	case "out", "junit":
		complete = c.candidates("FILE")
	}
	_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // fails for a flag that is not there
}

// configured returns names of the configuration, as far as it can be read.
func (c *cli) configured(names func(*config.Config) []string) []string {
	cfg, _, err := c.load()
	if err != nil {
		return nil
	}
	return names(cfg)
}

func pipelineNames(cfg *config.Config) (names []string) {
	for _, d := range cfg.Pipelines {
		names = append(names, d.Name)
	}
	return names
}

// sourceNames are what can be checked: sources and stores.
func sourceNames(cfg *config.Config) (names []string) {
	for _, s := range cfg.Sources {
		names = append(names, s.Label)
	}
	for _, m := range cfg.Media {
		names = append(names, "media."+m.Kind+"."+m.Label)
	}
	return names
}
