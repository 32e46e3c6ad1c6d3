//go:build failpoints

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// hits counts the hits of the point that the environment names. It is the one piece of package state in
// the program, in builds for this test alone: a point would be no point if it had to be passed around.
var hits atomic.Int64

// Hit kills the process if TANDEM_FAILPOINT says so.
func Hit(name string) {
	at, text, _ := strings.Cut(os.Getenv("TANDEM_FAILPOINT"), ":")
	if at != name {
		return
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic("TANDEM_FAILPOINT is not NAME:N: " + err.Error())
	}
	if hits.Add(1) == n {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until the signal arrives
	}
}
