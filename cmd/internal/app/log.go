package app

// Keys of log attributes, the same in the whole program.
const (
	sourceKey   = "source"
	pipelineKey = "pipeline"
	errorKey    = "error"
)
