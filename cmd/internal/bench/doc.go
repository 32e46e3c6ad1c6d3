// Package bench measures the whole program against the stand-ins: requests and time of idle cycles, full
// passes, first loads, and the memory of the process. `make bench` runs it. Machines are noisy: compare
// figures of one run only.
package bench
