package render

import (
	"encoding/json"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Evaluation tells what came of one line of `tandem console`; as JSON, on one line.
func (o Output) Evaluation(e view.Evaluation) error {
	if o.JSON {
		if e.Value == nil {
			e.Value = json.RawMessage("null")
		}
		enc := json.NewEncoder(o.W)
		enc.SetEscapeHTML(false)
		return enc.Encode(e)
	}
	t := o.text()
	for _, d := range e.Diagnostics {
		diagnostic(t, d)
	}
	switch {
	case e.Error != nil:
		t.line("%s %s", t.paint(red, "error:"), clean(e.Error.Message))
		if e.Error.Remedy != "" {
			t.line("%s %s", t.paint(bold, "remedy:"), clean(e.Error.Remedy))
		}
	case !e.Failed():
		t.line("%s", e.Text)
	}
	return t.err
}
