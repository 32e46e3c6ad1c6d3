package config

import "github.com/tandem-sync/tandem/config/internal/block"

// LoadBytes is Load for files in memory.
var LoadBytes = load

// ShapesOfTests returns what there may be in a file of tests.
func ShapesOfTests() []block.Shape {
	return []block.Shape{testsShape(), testShape(), expectShape(), expectConflictShape(), expectErrorShape()}
}
