package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
)

// What a shell is offered, as the scripts of `tandem completion` ask for it.
func TestCompletion(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, "", `media "folder" "images" {
  path       = "/srv/images"
  public_url = "https://media.example.com"
}
locals { broken = env("MISSING") }
`)
	const noFiles, files, directories = ":4", ":0", ":16"
	for _, tt := range []struct {
		args string
		want string // candidates and directive
	}{
		{"plan ", "products " + noFiles},
		{"sync ", "products " + noFiles},
		{"approve ", "products " + noFiles},
		{"graph ", "products " + noFiles},
		{"plan products ", noFiles},
		{"check ", "pm erp media.folder.images " + noFiles},
		{"undo --pipeline ", "products " + noFiles},
		{"state export --pipeline ", "products " + noFiles},
		{"apply ", files},
		{"fmt ", files},
		{"plan --out ", files},
		{"history --since ", noFiles},
		{"status ", noFiles},
		{"explain ", noFiles},
		{"validate -var-file ", "hcl :8"},
		{"validate -c ", directories},
		{"conflicts ", "list resolve show " + noFiles},
	} {
		t.Run(tt.args, func(t *testing.T) {
			o := tandem(t, s, append([]string{"__completeNoDesc"}, strings.Split(tt.args, " ")...)...).want(t, ExitDone)
			if got := strings.Join(strings.Fields(o.stdout), " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Without a configuration there is nothing to offer, and nothing to say.
func TestCompletionWithoutConfiguration(t *testing.T) {
	s := apptest.New(t, nil)
	o := tandem(t, s, "__completeNoDesc", "plan", "").want(t, ExitDone)
	if o.stdout != ":4\n" {
		t.Errorf("got %q", o.stdout)
	}
}

func TestCompletionScripts(t *testing.T) {
	s := apptest.New(t, nil)
	for _, shell := range []string{"bash", "zsh", "fish"} {
		tandem(t, s, "completion", shell).want(t, ExitDone, "tandem")
	}
}

// Every command offers something of its own, or nothing: never what happens to be a file.
func TestEveryCommandCompletes(t *testing.T) {
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		if cmd.ValidArgsFunction == nil {
			t.Errorf("%s has no completion", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			look(sub)
		}
	}
	look(Commands(Options{}))
}
