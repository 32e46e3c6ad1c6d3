// Package cli is the command line: one file for each command, one table of exit codes (exit.go).
//
// A command reads its arguments, asks a web.Backend and hands the answer to render. Which Backend it is
// the command does not know: the running daemon, reached over the socket of its state directory, or an
// App of this process (session.go). What goes wrong comes back as an error and is told in one place
// (Main).
package cli
