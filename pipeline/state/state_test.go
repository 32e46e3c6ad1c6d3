package state

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// backend is a state on a disk in memory.
type backend struct {
	disk  vfs.FS
	state *State
}

func openBackend() (statetest.Backend, error) {
	b := &backend{disk: vfs.NewMem()}
	return b, b.open()
}

func (b *backend) open() (err error) {
	b.state, err = Open("state", Options{FS: b.disk, Now: noon, retry: time.Millisecond})
	return err
}

func (b *backend) Store(name string, match ...string) (pipeline.Store, error) {
	return b.state.Pipeline(context.Background(), name, match)
}

func (b *backend) Restart() error { return errors.Join(b.state.Close(), b.open()) }

func (b *backend) Close() error { return b.state.Close() }

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func TestContract(t *testing.T) { statetest.Run(t, openBackend) }

func TestContractRandomly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { statetest.RunRandom(t, openBackend) })
}
