package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The names of the brakes: the attributes of `limits`, and BrakeListing.
const (
	BrakeUpdates     = "updates"
	BrakeDeletes     = "deletes"
	BrakeCreates     = "creates"
	BrakeZeroedStock = "zeroed_stock"
	// BrakeListing stops a full pass whose listing holds far fewer of the linked records than it should.
	BrakeListing = "listing"
)

// Brake is an engaged brake: a cycle that was stopped before its first write.
type Brake struct {
	Name  string    `json:"name"`
	Cycle CycleID   `json:"cycle"` // the last cycle that it stopped
	Since time.Time `json:"since"` // when it stopped the first one
	// Message says what is due and what the limit is.
	Message string      `json:"message"`
	Due     BlastRadius `json:"due"`
	// Full: the stopped cycle was a full pass, so only another one can show the same again.
	Full bool `json:"full,omitempty"`
	// Some of the changes that are due, for people; never more than BrakeSample.
	Some     []PlannedChange `json:"some,omitempty"`
	Approved *Approval       `json:"approved,omitempty"`
}

// BrakeSample is how many changes a Brake names at most.
const BrakeSample = 20

// Approval lets what a brake stopped pass, once.
type Approval struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Approvable tells why what b stopped cannot be approved; nil if it can. cycle is the stopped cycle as it
// was shown to whoever approves; b may be nil.
func (b *Brake) Approvable(cycle CycleID) error {
	switch {
	case b == nil:
		return &Error{Code: CodeNotBraked, Message: "no brake is engaged"}
	case b.Approved != nil:
		return &Error{Code: CodeNotBraked, Message: fmt.Sprintf("what the brake %q stopped was approved by %s already", b.Name, b.Approved.By)}
	case b.Cycle != cycle:
		return &Error{
			Code: CodeNotBraked, Class: Stale, Message: fmt.Sprintf("the brake %q has stopped another cycle, %s, since it was shown", b.Name, b.Cycle),
			Remedy: "Look at what is due now and approve that.",
		}
	}
	return nil
}

// BlastRadius is how much a cycle is about to change, in records.
type BlastRadius struct {
	Updates     int `json:"updates"`
	Creates     int `json:"creates"`
	Removals    int `json:"removals"`
	ZeroedStock int `json:"zeroed_stock,omitempty"` // quantities that become zero
	Images      int `json:"images,omitempty"`       // images that are taken away
	Conflicts   int `json:"conflicts,omitempty"`    // fields that would wait for a person
	Absent      int `json:"absent,omitempty"`       // linked records that a short listing did not hold
}

func (b BlastRadius) String() string {
	if b.Absent > 0 {
		return counted(b.Absent, "linked record") + " not listed"
	}
	parts := []string{counted(b.Updates, "update"), counted(b.Creates, "creation"), counted(b.Removals, "removal")}
	if b.ZeroedStock > 0 {
		parts = append(parts, counted(b.ZeroedStock, "quantity")+" to zero")
	}
	if b.Images > 0 {
		parts = append(parts, counted(b.Images, "image")+" taken away")
	}
	if b.Conflicts > 0 {
		parts = append(parts, counted(b.Conflicts, "conflict"))
	}
	return strings.Join(parts, ", ")
}

func counted(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// ShortListing is the error of a detection that refused the listings of a full pass: they hold so few of
// the linked records that something else than people must be the cause.
type ShortListing struct {
	Short [2]bool
	// Known is per side how many linked records the listing should hold, Listed how many it does.
	Known, Listed [2]int
	// Absent are the linked records that are not listed, on the sides that are short.
	Absent Fingerprints
}

func (*ShortListing) Error() string { return "a listing is short" }

// Fingerprint names one thing that a cycle is about to do. It is the same each time that cycle is worked
// out anew, as long as the same is to be done to the same record.
type Fingerprint [16]byte

// Fingerprints is a set, sorted.
type Fingerprints []Fingerprint

// MutationPrint is the fingerprint of the mutation m on side s of the pair of those keys.
func MutationPrint(s Side, keys [2]Key, m *Mutation) Fingerprint {
	parts := []string{"mutation", s.String(), string(m.Kind), string(m.Removal), string(keys[0]), string(keys[1])}
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		parts = append(parts, name, string(m.Fields[name].appendJSON(nil)))
	}
	return fingerprint(parts)
}

// AbsencePrint is the fingerprint of a linked record that a listing of side s did not hold.
func AbsencePrint(s Side, key Key) Fingerprint {
	return fingerprint([]string{"absent", s.String(), string(key)})
}

func fingerprint(parts []string) Fingerprint {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return Fingerprint(h.Sum(nil)[:16])
}

func compareFingerprints(a, b Fingerprint) int { return bytes.Compare(a[:], b[:]) }

// Sorted makes a set of fs, which it takes over.
func (fs Fingerprints) Sorted() Fingerprints {
	slices.SortFunc(fs, compareFingerprints)
	return slices.Compact(fs)
}

// Holds tells whether f is in the set. The nil set holds nothing.
func (fs Fingerprints) Holds(f Fingerprint) bool {
	_, found := slices.BinarySearchFunc(fs, f, compareFingerprints)
	return found
}

// Brakes keeps the engaged brake.
type Brakes interface {
	// Brake returns the engaged brake; nil if there is none.
	Brake(ctx context.Context) (*Brake, error)
	// BrakedPlan returns what the engaged brake stopped, all of it; nil if there is none.
	BrakedPlan(ctx context.Context) (Fingerprints, error)
	// SetBrake replaces the engaged brake and what it stopped; nil releases it. The event, if there
	// is one, goes into the history.
	SetBrake(ctx context.Context, b *Brake, plan Fingerprints, e *Event) error
	// Approve notes a and the event, if the engaged brake last stopped that cycle and nobody approved
	// it before. Else it returns an *Error of code not_braked.
	Approve(ctx context.Context, cycle CycleID, a Approval, e Event) error
}
