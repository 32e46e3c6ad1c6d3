package view

// Formatted is one file that `tandem fmt` looked at.
type Formatted struct {
	File    string `json:"file"` // "<stdin>" for standard input
	Changed bool   `json:"changed"`
	// Text is the canonical form, of standard input only: what files hold is in the files.
	Text *string `json:"text,omitempty"`
	// Diff is what changes, as a unified diff; secrets in it are masked. Only when asked for.
	Diff string `json:"diff,omitempty"`
}
