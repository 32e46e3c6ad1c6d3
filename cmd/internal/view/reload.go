package view

import "time"

// Reload is what became of a request to take in the configuration.
type Reload struct {
	// OK: what the files say is live.
	OK bool `json:"ok"`
	// Changed: it was not live before.
	Changed bool   `json:"changed"`
	Config  Config `json:"config"` // the live one
	// Started, Replaced, Stopped and Kept name the pipelines. A replaced one switches at the end of its
	// cycle, if one is under way; a kept one notices nothing.
	Started  []string `json:"started"`
	Replaced []string `json:"replaced"`
	Stopped  []string `json:"stopped"`
	Kept     []string `json:"kept"`
	// Error says why the files are not live, nil where they are.
	Error *Error `json:"error"`
	// Diagnostics are the errors and warnings of the files.
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Refused is a configuration that was read last and could not become the live one.
type Refused struct {
	// At is since when the files are not what is live.
	At          time.Time    `json:"at"`
	Error       Error        `json:"error"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}
