package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
)

// Surveyed is what one source told of itself, or why it did not.
type Surveyed struct {
	Source string
	Kind   string
	Survey pipeline.Survey
	Err    error
}

// Survey asks all sources at the same time what there is to configure, without repeating anything.
func (a *App) Survey(ctx context.Context) []Surveyed {
	l := a.hold()
	defer a.drop(l)
	found := make([]Surveyed, len(l.sources))
	var all sync.WaitGroup
	for i, s := range l.sources {
		found[i] = Surveyed{Source: s.label, Kind: s.kind}
		surveyor, ok := s.endpoint.(pipeline.Surveyor)
		if !ok {
			found[i].Err = fmt.Errorf("sources of kind %q cannot be surveyed", s.kind)
			continue
		}
		all.Go(func() {
			var err error
			found[i].Survey, err = surveyor.Survey(ctx)
			found[i].Err = a.secrets.Error(err)
		})
	}
	all.Wait()
	return found
}

// databasesTimeout is how long a server is waited for that is asked for its databases.
const databasesTimeout = 30 * time.Second

// OdooDatabases returns the databases that an Odoo lists; none where it keeps them to itself.
func OdooDatabases(ctx context.Context, address string) ([]string, error) {
	return odoo.Databases(ctx, address, databasesTimeout)
}
