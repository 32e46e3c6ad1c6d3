// Command manual writes what packages bring along beside the program, into a directory: DIR/man1, the manual pages of
// all commands, and DIR/completions, a script for each shell. It is run as: manual DIR VERSION. The date on the pages is
// that of SOURCE_DATE_EPOCH if that is set, so that a release can be built again as it was.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/cli"
	"github.com/tandem-sync/tandem/cmd/internal/demo"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: manual DIR VERSION")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}

func write(dir, version string) error {
	root := cli.Commands(cli.Options{Version: version, Kinds: app.Kinds(), Demo: demo.Runner{}.Run})
	return errors.Join(pages(root, filepath.Join(dir, "man1"), version), completions(root, filepath.Join(dir, "completions")))
}

func pages(root *cobra.Command, dir, version string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "tandem " + version, Manual: "Tandem"}, dir)
}

// completions are named as each shell looks for them.
func completions(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		root.GenBashCompletionFileV2(filepath.Join(dir, "tandem"), true),
		root.GenZshCompletionFile(filepath.Join(dir, "_tandem")),
		root.GenFishCompletionFile(filepath.Join(dir, "tandem.fish"), true),
	)
}
