package cli

import (
	"context"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/pipeline"
)

// commandTree is the tree of all commands, new each time: flags keep what was parsed into them.
func commandTree() *cobra.Command {
	c := &cli{Options: Options{Kinds: app.Kinds(), Demo: func(context.Context, DemoOptions) ([]pipeline.Report, error) { return nil, nil }}}
	tree := c.root()
	tree.InitDefaultHelpCmd()
	tree.InitDefaultCompletionCmd("completion")
	return tree
}

// TestShellSnippets: each `tandem …` of a page, in a block of code or in the text, is a command line that the program
// understands: its command, its flags and, in blocks of code, the number of its arguments.
func TestShellSnippets(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		for _, f := range p.fences {
			if !slices.Contains([]string{"sh", "bash", "console", "ini", "yaml", "systemd"}, f.lang()) {
				continue
			}
			lines := strings.Split(strings.ReplaceAll(f.text, "\\\n", "  "), "\n")
			for i, line := range lines {
				for _, words := range commandsIn(line) {
					found++
					if err := understood(words, true); err != nil {
						t.Errorf("%s: `%s`: %v", f.at(i), strings.Join(words, " "), err)
					}
				}
			}
		}
		for i, line := range p.prose {
			for _, code := range codeSpan.FindAllString(line, -1) {
				code = strings.Trim(code, "`")
				if !strings.HasPrefix(code, "tandem ") && !strings.HasPrefix(code, "bin/tandem ") {
					continue
				}
				for _, words := range commandsIn(notation.Replace(code)) {
					found++
					if err := understood(words, false); err != nil {
						t.Errorf("%s:%d: `%s`: %v", p.path, i+1, code, err)
					}
				}
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d command lines were found", found)
	}
}

// notation is that of a synopsis: what is optional, and what may be repeated.
var notation = strings.NewReplacer("[", "", "]", "", "…", "", "...", "")

// commandsIn returns the commands of this program in a line of a shell, in words.
func commandsIn(line string) [][]string {
	var all [][]string
	for _, words := range simpleCommands(line) {
		for len(words) > 0 && (assignment.MatchString(words[0]) || slices.Contains([]string{"$", "sudo", "exec", "ExecStart", "entry:", "-"}, words[0])) {
			words = words[1:]
		}
		if len(words) > 1 && path.Base(words[0]) == "tandem" {
			all = append(all, words)
		}
	}
	return all
}

var assignment = regexp.MustCompile(`^\w+=`)

// simpleCommands cuts a line of a shell into commands and these into words, without comments and redirections.
func simpleCommands(line string) [][]string {
	var all [][]string
	var words []string
	word, quote, started := "", rune(0), false
	end := func() {
		if started {
			words = append(words, word)
		}
		word, started = "", false
	}
	flush := func() {
		end()
		if i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, ">") || strings.HasPrefix(w, "2>") }); i >= 0 {
			words = words[:i]
		}
		all = append(all, words)
		words = nil
	}
	runes := []rune(line)
	for i, r := range runes {
		blank := i == 0 || runes[i-1] == ' '
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, started = r, true
		case r == '#' && blank:
			flush()
			return all
		case r == ' ' || r == '\t':
			end()
		case r == ';' || r == '&' || r == '|' && blank:
			flush()
		default:
			word, started = word+string(r), true
		}
	}
	flush()
	return all
}

// understood tells what is wrong with a command line. whole: it has all its arguments.
func understood(words []string, whole bool) error {
	tree := commandTree()
	args := longFlags(tree, words[1:])
	if args[0] == "COMMAND" { // of the synopsis
		args = args[1:]
	}
	cmd, rest, err := tree.Find(args)
	if err != nil {
		return err
	}
	if cmd.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return knownCommand(cmd, rest)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if whole {
		return cmd.ValidateArgs(cmd.Flags().Args())
	}
	return nil
}

// TestUnderstood: what is wrong is noticed.
func TestUnderstood(t *testing.T) {
	for line, want := range map[string]string{
		"tandem plan -c /etc/tandem products":                 "",
		"$ TANDEM_VAR_x=1 sudo tandem plan --out a b > c.txt": "",
		"tandem history --since 24h # every decision":         "",
		"cat a | tandem fmt - && tandem validate -online":     "",
		"tandem plna":                           `no command "plna"`,
		"tandem plan --fulll":                   "unknown flag: --fulll",
		"tandem conflicts reslove 1 --take pm":  `no command "reslove"`,
		"tandem apply":                          "accepts 1 arg(s)",
		"true; tandem status now 2> /dev/null":  `unknown command "now"`,
		"echo 'tandem plna' && tandem sync --x": "unknown flag: --x",
	} {
		var errs []error
		for _, words := range commandsIn(line) {
			errs = append(errs, understood(words, true))
		}
		err := errors.Join(errs...)
		if len(errs) == 0 || (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v of %d, want %q", line, err, len(errs), want)
		}
	}
}
