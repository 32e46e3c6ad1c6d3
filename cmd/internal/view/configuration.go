package view

// Configuration is the live configuration beside the files. Secrets in every text are masked.
type Configuration struct {
	Config
	Dir   string       `json:"dir"`
	Files []ConfigFile `json:"files"` // as they are live, by name
	// Pending is what the files say now, null where that is what is live to the letter.
	Pending *Pending `json:"pending"`
}

// ConfigFile is one file.
type ConfigFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Pending is a configuration that is not live.
type Pending struct {
	Hash string `json:"hash"`
	// Same: it means what the live one does; only comments, formatting or the order of blocks differ.
	Same bool `json:"same"`
	// Diff is a unified diff from the live files. It is "" where they differ in a secret alone.
	Diff        string       `json:"diff"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}
