// Package web is the daemon's HTTP side and the commands' way to it.
//
// One Server listens twice: on the socket STATE_DIR/tandem.sock, which only the daemon's own user can
// open and which the commands use, and on daemon.listen for the dashboard (package pages), metrics, health
// and the API under a token.
// Both serve the same handlers over a Backend, which cmd/internal/app implements. Client is the same
// Backend seen from another process, so a command does not know which of the two it holds.
//
// Long answers (a sync with its progress, a plan) are streams of JSON lines; see stream.go. Errors cross
// as view.Error and come out of Client as the *pipeline.Error that went in.
//
// What is answered is a list of routes (routes.go), each with who may call it and what it may take up. What is kept:
// a page of another site can neither read nor cause anything (guard.go); the token is compared in constant time and
// cannot be guessed at speed (attempts.go); a browser shows it once (login.go, sessions.go); a slow caller holds
// nothing up (bounds.go); a socket file that a killed daemon left behind is no obstacle (socket.go).
package web
