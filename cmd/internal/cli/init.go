package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/starter"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) initCommand() *cobra.Command {
	i := &initializer{cli: c}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a commented configuration to begin with, made of what both systems tell of themselves",
		Long: "Write a commented configuration to begin with into a directory, made of what both systems tell of\n" +
			"themselves: tandem.hcl, tests of it, and what a repository of it needs. It validates, tests and plans as\n" +
			"it is. The systems are read only.\n\n" +
			"The keys are taken from the environment, PM_API_KEY and ODOO_API_KEY, and written nowhere. All else is\n" +
			"taken from the flags, or from PM_URL, PM_API, ODOO_URL, ODOO_DATABASE and ODOO_LOGIN, or asked for at the\n" +
			"terminal. With --offline nobody is asked, and what is not known is a placeholder.\n\n" +
			"All files are written, or none. Files that are there are listed, and replaced with --force only.",
		Example: "  tandem init /etc/tandem\n" +
			"  tandem init --offline .",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return i.run(cmd.Context(), first(args)) },
	}
	flags := cmd.Flags()
	flags.StringVar(&i.OdooURL, "odoo-url", "", "address of Odoo")
	flags.StringVar(&i.OdooDatabase, "odoo-database", "", "name of its database")
	flags.StringVar(&i.OdooLogin, "odoo-login", "", "login of the user that Tandem works as")
	flags.StringVar(&i.PMURL, "pm-url", "", "address of the API of Products Manager (default: the service's own)")
	flags.StringVar(&i.PMAPI, "pm-api", "", "which of its APIs: app, public or windev (default: the one that the key opens)")
	flags.StringVar(&i.ci, "ci", string(starter.GitHub), "service that is to check each push: github, gitlab or none")
	flags.BoolVar(&i.offline, "offline", false, "ask nobody; placeholders stand for what is not known")
	flags.BoolVar(&i.skipOdoo, "skip-odoo", false, "do not ask Odoo")
	flags.BoolVar(&i.skipPM, "skip-pm", false, "do not ask Products Manager")
	flags.BoolVar(&i.force, "force", false, "replace files that are there")
	return cmd
}

// initializer is one run of init.
type initializer struct {
	*cli
	starter.Answers
	ci                               string
	offline, skipOdoo, skipPM, force bool
}

func (i *initializer) run(ctx context.Context, dir string) error {
	if dir == "" {
		dir = i.dir
	}
	dir = filepath.Clean(dir)
	i.CI, i.Answers.Version = starter.CI(i.ci), i.cli.Version
	if !slices.Contains([]starter.CI{starter.GitHub, starter.GitLab, starter.NoCI}, i.CI) {
		return &pipeline.Error{Code: pipeline.CodeUsage, Message: fmt.Sprintf("there is no --ci %s", i.ci), Remedy: "Write --ci github, --ci gitlab or --ci none."}
	}
	i.skipOdoo, i.skipPM = i.skipOdoo || i.offline, i.skipPM || i.offline
	if err := i.vacant(dir); err != nil {
		return err
	}
	if err := i.answers(ctx); err != nil {
		return err
	}
	found, err := i.survey(ctx, dir)
	if err != nil {
		return err
	}
	files, err := i.files(dir, found)
	if err != nil {
		return err
	}
	if err := starter.Write(dir, files, i.force); err != nil {
		return err
	}
	return i.output().Init(i.view(dir, files, found))
}

// vacant looks whether there is room for the files.
func (i *initializer) vacant(dir string) error {
	present, others, err := starter.Present(dir, starter.Names(i.CI))
	switch {
	case err != nil:
		return err
	case len(others) > 0:
		return &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("there is a configuration in %s already: %s", dir, strings.Join(others, ", ")),
			Remedy: "Name another directory: all .hcl files of one are read together.",
		}
	case len(present) > 0 && !i.force:
		return &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("these files are in %s already: %s", dir, strings.Join(present, ", ")),
			Remedy: "Name another directory, or add --force to replace them.",
		}
	}
	return nil
}

// survey asks the systems that are not to be skipped. When one of them has nothing to tell, all of them are told.
func (i *initializer) survey(ctx context.Context, dir string) ([]app.Surveyed, error) {
	if i.skipOdoo && i.skipPM {
		return nil, nil
	}
	cfg, diags := config.LoadFiles(dir, starter.Sources(i.Answers, !i.skipPM, !i.skipOdoo), config.Options{Kinds: i.Kinds, Getenv: i.Getenv})
	if err := i.valid(cfg, diags); err != nil {
		return nil, err
	}
	a, err := i.bring(ctx, cfg, app.StateNone)
	if err != nil {
		return nil, err
	}
	defer stop(a)
	found := a.Survey(ctx)
	var failed []error
	for _, f := range found {
		if f.Err != nil {
			failed = append(failed, unanswered(f))
		}
	}
	if len(failed) == 0 {
		return found, nil
	}
	out := render.Output{W: i.Stderr, Color: i.colors(i.StderrTerminal)}
	for n := 0; n < len(failed)-1 && !i.json; n++ {
		if err := out.Failure(failed[n]); err != nil {
			return nil, err
		}
	}
	return nil, failed[len(failed)-1]
}

// unanswered is why a system told nothing, with the way to go on without it.
func unanswered(f app.Surveyed) error {
	skip := "--skip-pm"
	if f.Source == starter.ERP {
		skip = "--skip-odoo"
	}
	e := *pipeline.AsError(f.Err)
	e.Remedy = strings.TrimSpace(fmt.Sprintf("%s No file was written; with %s this system is not asked.", pipeline.RemedyOf(&e), skip))
	return &e
}

// files makes the files and reads them as every command will: what has an error is a fault of this program, and is
// not written.
func (i *initializer) files(dir string, found []app.Surveyed) ([]starter.File, error) {
	var f starter.Findings
	known := map[string]pipeline.Schema{}
	for n := range found {
		known[found[n].Source] = found[n].Survey.About.Schema
		if found[n].Source == starter.PM {
			f.PM = &found[n].Survey
		} else {
			f.Odoo = &found[n].Survey
		}
	}
	files, err := starter.Files(i.Answers, f, i.Kinds)
	if err != nil {
		return nil, err
	}
	read := map[string]string{}
	for _, file := range files {
		if file.Name == "tandem.hcl" {
			read[file.Name] = string(file.Text)
		}
	}
	_, diags := config.LoadFiles(dir, read, config.Options{Kinds: i.Kinds, Known: known, Getenv: func(string) (string, bool) { return "placeholder", true }})
	if diags.HasErrors() {
		return nil, &pipeline.Error{
			Code: pipeline.CodeInternal, Message: "the configuration that was made of what the systems told has errors", Cause: errors.Join(diags.Errs()...),
			Remedy: "Please report it. With --offline you get one to complete by hand.",
		}
	}
	return files, nil
}

func (i *initializer) view(dir string, files []starter.File, found []app.Surveyed) view.Init {
	v := view.Init{Dir: dir, Files: []string{}, Found: []view.Found{}}
	for _, f := range files {
		v.Files = append(v.Files, f.Name)
	}
	for _, f := range found {
		about := f.Survey.About
		v.Found = append(v.Found, view.Found{
			Source: f.Source, Kind: f.Kind, Product: about.Product, Version: about.Version, User: about.User, Products: about.Records, Survey: f.Survey,
		})
	}
	where := ""
	if dir != "." {
		where = " -c " + shellWord(dir)
	}
	check := view.Command{Command: "tandem check" + where, Purpose: "rights, warehouse, fields: what is wrong, and what to do"}
	test := view.Command{Command: "tandem test" + where, Purpose: "the tests of the mapping"}
	plan := view.Command{Command: "tandem plan" + where, Purpose: "what the first cycle would do; writes nothing"}
	v.Next = []view.Command{check, test, plan}
	if len(found) < 2 {
		v.Next = []view.Command{test, {Command: "export " + starter.PMKey + "=… " + starter.ERPKey + "=…", Purpose: "when tandem.hcl names your systems"}, check}
	}
	return v
}

// shellWord writes a path so that a shell takes it for one word.
func shellWord(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("/._-+:@%,=", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
