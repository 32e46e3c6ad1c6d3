package statetest

import (
	"flag"
	"testing"

	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

// TestMain bounds the time of the random tests; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	if err := flag.Lookup("rapid.checks").Value.Set("25"); err != nil {
		panic(err)
	}
	m.Run()
}

// models is a Backend of Models, which outlive a restart as if they were on a disk.
type models map[string]*Model

func (b models) Store(name string, match ...string) (pipeline.Store, error) {
	m := b[name]
	if m == nil {
		m = NewModel()
	}
	b[name] = m.WithMatch(match...)
	return b[name], nil
}

func (b models) Restart() error { return nil }

func (b models) Close() error { return nil }

func openModels() (Backend, error) { return models{}, nil }

func TestModel(t *testing.T) { Run(t, openModels) }

func TestModelRandomly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { RunRandom(t, openModels) })
}
