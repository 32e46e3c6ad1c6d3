// Package failpoint lets a test kill the real program at a named point, to prove what a crash there leaves
// behind (cmd/internal/acceptance).
//
// Without the build tag failpoints Hit is empty and the compiler leaves nothing of it. With the tag, and
// TANDEM_FAILPOINT=NAME:N in the environment, the process sends itself SIGKILL at the Nth hit of NAME: no
// deferred function, no buffer and no file is attended to, as when the machine loses its power supply.
//
// The points are those of Points; the test fails for one that no run comes to.
package failpoint
