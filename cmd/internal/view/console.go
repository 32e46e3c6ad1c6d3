package view

import "encoding/json"

// Evaluation is one line of `tandem console` with what came of it.
type Evaluation struct {
	Expression string `json:"expression"` // as it was typed; ":field price" is one too
	// Value is the result; null where there is none. Secret tells that "(secret)" stands for something in it.
	Value       json.RawMessage `json:"value"`
	Type        string          `json:"type,omitempty"` // in words: "text", "a list"
	Secret      bool            `json:"secret,omitempty"`
	Diagnostics []Diagnostic    `json:"diagnostics,omitempty"`
	Error       *Error          `json:"error,omitempty"` // of reading a record, or of a command
	// Text is the value as it is written in a configuration.
	Text string `json:"-"`
}

// Failed tells whether there is no result.
func (e Evaluation) Failed() bool {
	for _, d := range e.Diagnostics {
		if d.Severity == "error" {
			return true
		}
	}
	return e.Error != nil
}
