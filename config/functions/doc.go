// Package functions holds the functions that expressions of a configuration may call, as one table with
// their documentation: PerRecord may be called anywhere, Outside reads the surroundings and may be called
// only where an expression is evaluated once, when the configuration is loaded.
//
// The functions of PerRecord are pure: no I/O, no clock, no randomness, safe for several goroutines.
// Numbers go in and out as exact decimals (config/internal/exact).
//
// Read table.go first; the other files hold what go-cty's standard library has not.
package functions
