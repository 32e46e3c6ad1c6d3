package view

// Graph is what a configuration connects: `tandem graph`.
type Graph struct {
	Sources   []GraphNode     `json:"sources"`
	Media     []GraphNode     `json:"media"`
	Pipelines []GraphPipeline `json:"pipelines"`
}

// GraphNode is a source or a store of images.
type GraphNode struct {
	Kind  string `json:"kind"`
	Label string `json:"label"`
}

// GraphPipeline is a pipeline between two sources.
type GraphPipeline struct {
	Name      string       `json:"name"`
	Left      string       `json:"left"` // label of a source
	Right     string       `json:"right"`
	Direction Direction    `json:"direction"`
	Media     string       `json:"media,omitempty"` // "s3.images"
	Fields    []GraphField `json:"fields"`
}

// GraphField is a mapped field.
type GraphField struct {
	Left      string    `json:"left"` // name of the field there
	Right     string    `json:"right"`
	Direction Direction `json:"direction"`
	// Transforms are the directions that an expression of the configuration works on: "to_erp".
	Transforms []string `json:"transforms,omitempty"`
}

// Direction is said as in a configuration: "both", or "to_" and the label of the source that is written to.
type Direction string

// DirectionBoth is both ways.
const DirectionBoth Direction = "both"

func (p GraphPipeline) writes(d Direction, label string) bool {
	return d == DirectionBoth || d == Direction("to_"+label)
}

// WritesLeft tells whether what goes in direction d arrives at the left source.
func (p GraphPipeline) WritesLeft(d Direction) bool { return p.writes(d, p.Left) }

// WritesRight tells whether what goes in direction d arrives at the right source.
func (p GraphPipeline) WritesRight(d Direction) bool { return p.writes(d, p.Right) }
