package view

import "github.com/tandem-sync/tandem/pipeline"

// TestRun is the outcome of the tests of a configuration.
type TestRun struct {
	Tests    []Test         `json:"tests"` // in the order of the files
	Passed   int            `json:"passed"`
	Failed   int            `json:"failed"`
	Coverage []TestCoverage `json:"coverage"` // one for each pipeline that was tested
	// Diagnostics are the errors of the configuration or of the tests, for which nothing ran.
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Test is the outcome of one test.
type Test struct {
	Name     string        `json:"name"`
	Pipeline string        `json:"pipeline"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Passed   bool          `json:"passed"`
	Seconds  float64       `json:"seconds"`
	Failures []TestFailure `json:"failures"` // empty where it passed
}

// TestFailure is one thing that is not as a test expects it.
type TestFailure struct {
	Message string `json:"message"` // a sentence without its full stop
	Line    int    `json:"line"`    // of the test's file: what is expected
	// Side and Field name the field that is written otherwise, by the label of the source and its own name; "" where
	// the failure is about something else. Expected and Got are its values, nil where it is not to be, or not, written.
	Side     string          `json:"side,omitempty"`
	Field    string          `json:"field,omitempty"`
	Expected *pipeline.Value `json:"expected,omitempty"`
	Got      *pipeline.Value `json:"got,omitempty"`
	Rule     string          `json:"rule,omitempty"`    // what decided about the field
	Mapping  string          `json:"mapping,omitempty"` // where the field is mapped: "shop.hcl:33", or "defaults"
	Remedy   string          `json:"remedy,omitempty"`  // of a record that failed
}

// TestCoverage is what the tests say of a pipeline.
type TestCoverage struct {
	Pipeline string            `json:"pipeline"`
	Fields   []CoveredField    `json:"fields"` // per field and side that it is written to
	Rules    []CoveredStrategy `json:"rules"`
}

// CoveredField is a field as it is written to one side.
type CoveredField struct {
	Field   string `json:"field"` // the mapping's name
	To      string `json:"to"`    // label of the source
	Mapping string `json:"mapping"`
	Covered bool   `json:"covered"` // some test expects what is written
}

// CoveredStrategy is a rule by which conflicts are decided.
type CoveredStrategy struct {
	Rule    string   `json:"rule"`
	Fields  []string `json:"fields"`
	Covered bool     `json:"covered"` // some test expects a conflict of one of the fields
}
