package state

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
)

// However much is written, the files stay as large as what is kept and the logs of Pebble, some 29 MB, which are written
// over again.
func TestSizeIsBounded(t *testing.T) {
	const kept, bound = 1000, 40e6 // events of 1 kB, bytes
	s := openState(t, Options{FS: vfs.NewMem(), HistoryEvents: kept})
	st := openPipeline(t, s)
	written := 0
	for i := 0; written < 70e6; i++ {
		list := events(10*i, 10, noon())
		for j := range list {
			list[j].Note += strings.Repeat(fmt.Sprintf("%08x", i*31+j), 100)
			written += 1000
		}
		commit(t, st, pipeline.Commit{History: list})
		if i%500 == 0 {
			n, err := s.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if n > bound {
				t.Fatalf("after %.0f MB were written, the files take %.1f MB", float64(written)/1e6, float64(n)/1e6)
			}
		}
	}
}
