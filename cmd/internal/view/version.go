package view

// Version is what runs.
type Version struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"` // "" where the build does not know it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}
