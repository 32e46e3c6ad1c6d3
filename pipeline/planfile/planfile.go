package planfile

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Format is the version of the form. A reader refuses every other.
const Format = 1

// Header is the first line: what the plan belongs to.
type Header struct {
	Format   int       `json:"tandem_plan"`
	Pipeline string    `json:"pipeline"`
	Sources  [2]string `json:"sources"` // left, right
	Created  time.Time `json:"created"`
	// Configuration is the hash of the pipeline's definition.
	Configuration string `json:"configuration"`
	// Generation is that of the state which the plan was made with.
	Generation uint64 `json:"generation"`
}

// Item is one planned record: what is to be written, what it was decided upon, and which records it is
// about.
type Item struct {
	Link  pipeline.LinkID `json:"link,omitempty"` // "" for records that were never paired
	Keys  [2]pipeline.Key `json:"keys"`
	Match pipeline.Values `json:"match,omitempty"`
	// There tells per side whether there was a record; Absent and Proven, what complete listings said of
	// one that was not.
	There     [2]bool               `json:"there"`
	Absent    [2]bool               `json:"absent"`
	Proven    [2]bool               `json:"proven"`
	Decisions []pipeline.Decision   `json:"decisions"`
	Mutations [2]*pipeline.Mutation `json:"mutations"`
}

// ItemOf returns what a plan keeps of an item.
func ItemOf(it *pipeline.Item) Item {
	p := Item{
		Keys: it.Keys, Match: it.Match, Absent: it.Absent, Proven: it.Proven,
		Decisions: it.Decisions, Mutations: it.Mutations,
	}
	if it.Link != nil {
		p.Link = it.Link.ID
	}
	for _, s := range pipeline.Sides() {
		p.There[s] = it.Records[s] != nil
	}
	return p
}

// Trailer is the last line but one.
type Trailer struct {
	Items int `json:"items"`
	// Cursors are those that the plan's detection took: what happened after them is unknown to it.
	Cursors [2]string           `json:"cursors"`
	Totals  pipeline.PlanTotals `json:"totals"`
}

// ending is the trailer as it is written: its attribute tells it from an item.
type ending struct {
	End *Trailer `json:"end"`
}

// signature is the last line. It covers every byte before it.
type signature struct {
	Signature string `json:"signature"` // hex
}

func newMAC(key []byte) hash.Hash { return hmac.New(sha256.New, key) }

func invalid(why string, cause error) *pipeline.Error {
	return &pipeline.Error{Code: pipeline.CodePlanInvalid, Message: "the file is not a plan that this state signed: " + why, Cause: cause}
}
