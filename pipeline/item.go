package pipeline

// Item is one record's way through a cycle. Each stage fills in its part and leaves the earlier parts
// alone. An item whose Err is set is passed over by the stages that follow and ends in quarantine (or,
// by the error's class, waits for another try).
type Item struct {
	// Link is the pair's link; nil for records that were never paired.
	Link *Link
	// Keys are the records' keys, "" where there is none (yet).
	Keys [2]Key
	// Hinted tells per side that detection saw a change there (or must look there for another reason).
	Hinted [2]bool
	// Absent tells per side that a complete listing did not hold the linked record; Proven, that an
	// earlier one did not either, or that the side said so itself.
	Absent, Proven [2]bool
	// Records are the current records; nil where the side has none, or where looking was not needed.
	// Set by detect where its listing held them, else by fetch.
	Records [2]*Record
	// Own are per side the canonical values of the mapped fields, by index of Definition.Fields; nil
	// where there is no record. Set by transform.
	Own [2][]Value
	// Carried are per side what that side should hold if the other side's value were carried to it;
	// a nil element was not needed. Set by transform.
	Carried [2][]*Value
	// Read is per side what the expressions that read other fields of its record are given now. Follows are the
	// fields whose side has changed through what they read, with the fields that moved; Reread those where what
	// moved makes no difference. Noted tells that the link does not know all of this yet. Set by transform.
	Read    [2]Readings
	Follows [2]map[string][]string
	Reread  [2][]string
	Noted   bool
	// Related are per side what references become there, by index; Unrelated are the indexes of references
	// that have to wait, since the records that they name are no pair yet. Set by transform.
	Related   [2]map[int]Value
	Unrelated []int
	// Open are the conflicts of this link that wait or were just settled by hand, by field.
	Open map[string]Conflict
	// Retry is the quarantine entry of the record, if it has one.
	Retry *Quarantined
	// Match are the values of the match fields, for people; MatchText per side for the index.
	Match     Values
	MatchText [2]map[string]string

	// Decisions of the fields that are not simply unchanged. Set by resolve.
	Decisions []Decision
	// Mutations are per side what is to be written; nil for nothing. Set by resolve.
	Mutations [2]*Mutation
	// LeftOut says why the record takes no part; "" when it does.
	LeftOut string
	// Err is why the item failed.
	Err *Error
	// Wrote tells per side that its mutation took effect; NewConflicts counts the conflicts that began.
	// Set by write.
	Wrote        [2]bool
	NewConflicts int
}

// Fail sets the item's error, the first one only.
func (it *Item) Fail(err error) {
	if it.Err == nil && err != nil {
		it.Err = AsError(err)
	}
}

// Verdict is what was decided for one field.
type Verdict string

// The verdicts.
const (
	TakeLeft  Verdict = "take_left"
	TakeRight Verdict = "take_right"
	TakeValue Verdict = "take_value" // a third value, settled by hand, for both sides
	Agree     Verdict = "agree"      // both hold the same: a new base, no write
	Wait      Verdict = "wait"       // a conflict that waits for a person; the field is frozen
	Hold      Verdict = "hold"       // a change that no direction lets through
	Revert    Verdict = "revert"     // an undo: a side goes back to what it held, the other stays as it is
)

// Taking returns the verdict that takes the value of side s.
func Taking(s Side) Verdict {
	if s == Left {
		return TakeLeft
	}
	return TakeRight
}

// Decision is the verdict on one field, or on the record itself, with all that explains it.
type Decision struct {
	Field    string  `json:"field"` // mapping name; "" is the record itself
	Verdict  Verdict `json:"verdict"`
	Conflict bool    `json:"conflict,omitempty"` // both sides had changed, differently
	// Base and Values are what each side held when they last agreed, and what it holds.
	Base   [2]Value `json:"base"`
	Values [2]Value `json:"values"`
	// After is, for a field that is written, what each side is to hold.
	After [2]Value `json:"after"`
	// Writes tells per side whether the decision needs a write there.
	Writes [2]bool `json:"writes"`
	Rule   string  `json:"rule"`
	// Computed is, for a conflict, what each side's expression makes for the other one; nil where it reads no other
	// field, or where its side has not changed.
	Computed [2]*Value `json:"computed,omitzero"`
	// By is who settled it, if a person did.
	By string `json:"by,omitempty"`
}

// MutationKind is what a mutation does to its side.
type MutationKind string

// The kinds of mutation.
const (
	Create MutationKind = "create"
	Update MutationKind = "update"
	Remove MutationKind = "remove" // archive or delete, by Removal
)

// Mutation is what is to be written to one side for one item, with what it presumes.
type Mutation struct {
	Kind    MutationKind `json:"kind"`
	Removal Removal      `json:"removal,omitempty"` // Remove
	// Fields is what to write, by the side's own field names.
	Fields Values `json:"fields,omitempty"`
	// Before is what the side held in those fields: the write is refused as stale when it no longer
	// does.
	Before Values `json:"before,omitempty"`
	// Revert: it takes back what a cycle wrote. The other side stays as it is, and what both then hold
	// counts as agreed.
	Revert bool `json:"revert,omitempty"`
}
