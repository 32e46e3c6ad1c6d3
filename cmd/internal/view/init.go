package view

import "github.com/tandem-sync/tandem/pipeline"

// Init is what `tandem init` found and wrote.
type Init struct {
	Dir   string   `json:"dir"`
	Files []string `json:"files"`
	// Found are the systems that were asked.
	Found []Found `json:"found"`
	// Next are the commands to type next.
	Next []Command `json:"next"`
}

// Found is what a system told of itself.
type Found struct {
	Source   string `json:"source"`
	Kind     string `json:"kind"`
	Product  string `json:"product"`
	Version  string `json:"version"`
	User     string `json:"user"`
	Products int    `json:"products"` // -1 if not known
	pipeline.Survey
}

// Command is one to type, and what for.
type Command struct {
	Command string `json:"command"`
	Purpose string `json:"purpose"`
}
