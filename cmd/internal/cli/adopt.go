package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
)

// adopt accepts that sources are other systems than those that the state belongs to, after it has shown
// what that means and somebody has agreed. False: nobody did.
func (c *cli) adopt(cmd *cobra.Command, b web.Backend, name string, yes bool) (bool, error) {
	found, err := b.Adoptions(cmd.Context(), name)
	if err != nil {
		return false, err
	}
	if len(found) == 0 {
		_, err := fmt.Fprintln(c.Stderr, "nothing to adopt: the sources are the systems that the state belongs to")
		return true, err
	}
	told := c.output()
	told.W, told.JSON = c.Stderr, false
	var names []string
	for _, a := range found {
		if err := told.Adoption(a); err != nil {
			return false, err
		}
		names = append(names, a.Pipeline)
	}
	if ok, err := c.agreed(cmd, yes, fmt.Sprintf("Adopt for %s?", strings.Join(names, ", "))); !ok || err != nil {
		return false, err
	}
	for _, a := range found {
		q := view.Adopt{Pipeline: a.Pipeline, Now: map[string]string{}, By: c.who()}
		for _, s := range a.Systems {
			q.Now[s.Source] = s.Now
		}
		if err := b.Adopt(cmd.Context(), q); err != nil {
			return false, err
		}
	}
	return true, nil
}
