package view

import "github.com/tandem-sync/tandem/pipeline"

// SourceCheck is the test of one source or media store.
type SourceCheck struct {
	Source string           `json:"source"` // the label; of a media store "media.KIND.LABEL"
	Kind   string           `json:"kind"`
	OK     bool             `json:"ok"` // nothing failed
	Checks []pipeline.Check `json:"checks"`
}

// Grade works out whether all is well.
func (c *SourceCheck) Grade() {
	c.OK = true
	for _, l := range c.Checks {
		c.OK = c.OK && l.Grade != pipeline.GradeFailed
	}
}
