package view

import "time"

// SourceStatus is how a source has answered since the process started.
type SourceStatus struct {
	Label     string   `json:"label"`
	Kind      string   `json:"kind"`
	Pipelines []string `json:"pipelines"` // those that use it
	// Up tells whether it answered its last request; null before the first.
	Up *bool `json:"up"`
	// Product, Version and User are "" before it was described.
	Product string `json:"product"`
	Version string `json:"version"`
	User    string `json:"user"`
	// LastAnswer is when it answered last, LastError why it last did not; null for never.
	LastAnswer *time.Time `json:"last_answer"`
	LastError  *Trouble   `json:"last_error"` // Count is how often
	Requests   int        `json:"requests"`
	// RateLimited is how many requests it answered by asking to slow down.
	RateLimited int `json:"rate_limited"`
	// Webhook: it may call the daemon when something changes.
	Webhook bool `json:"webhook"`
	// Latency is the median of the last answers, in seconds; 0 without one.
	Latency float64 `json:"latency_seconds"`
}
