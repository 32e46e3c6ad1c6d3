package view

import "github.com/tandem-sync/tandem/pipeline"

// SourceCheck is the connection test of one source.
type SourceCheck struct {
	Source string      `json:"source"`
	Kind   string      `json:"kind"`
	OK     bool        `json:"ok"`
	Checks []CheckLine `json:"checks"`
}

// Grade is the outcome of one test.
type Grade string

// The grades. A note needs no action.
const (
	Passed Grade = "ok"
	Failed Grade = "failed"
	Note   Grade = "note"
)

// CheckLine is one test of a source.
type CheckLine struct {
	Name   string        `json:"check"` // connection, database, login, version, products, fields of NAME, advice
	Grade  Grade         `json:"grade"`
	Detail string        `json:"detail"`
	Code   pipeline.Code `json:"code,omitempty"`
	Remedy string        `json:"remedy,omitempty"`
}
