package cli

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/pipeline"
)

// agreed tells whether to go on: with --yes at once, else as the person at the terminal answers. Without a
// terminal nobody can be asked, which is an error of code usage.
func (c *cli) agreed(cmd *cobra.Command, yes bool, question string) (bool, error) {
	if yes {
		return true, nil
	}
	if !c.StdinTerminal || !c.StderrTerminal || c.json {
		return false, &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("%s asks before it does this, and nobody can be asked here", cmd.CommandPath()),
			Remedy: "Add --yes.",
		}
	}
	if _, err := fmt.Fprintf(c.Stderr, "%s [y/N] ", question); err != nil {
		return false, err
	}
	answer, _ := bufio.NewReader(c.Stdin).ReadString('\n') // the end of the input is a no
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}
