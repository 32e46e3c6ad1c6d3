// Package app is the composition root: it puts configuration, endpoints, state and engine together, runs
// them as a daemon, and answers what commands and pages ask (it is the web.Backend of this process).
//
// Nothing here decides about records. app.go says what an App is made of and in which order it comes and
// goes; kinds.go is the registry of source kinds; compose.go is how an engine is put together from its
// stages; daemon.go and scheduler.go run it; the other files each answer one question.
//
// Invariant 8 (one writer): an App that writes holds the lock of its state directory from New to Stop.
// Invariant 10: an App that only reads leaves no trace, not even a state directory.
package app
