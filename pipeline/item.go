package pipeline

// Item is one record's way through a cycle. Each stage fills in its part and leaves the earlier parts
// alone. An item whose Err is set is passed over by the stages that follow and ends in quarantine (or,
// by the error's class, waits for another try).
type Item struct {
	// Link is the pair's link; nil for records that were never paired.
	Link *Link
	// Keys are the records' keys, "" where there is none (yet).
	Keys [2]Key
	// Records are the current records; nil where the side has none. Set by fetch.
	Records [2]*Record
	// Proven tells per side that a missing record is proven gone, not merely not found.
	Proven [2]bool
	// Own are per side the canonical values of the mapped fields, by index of Definition.Fields; nil
	// where the side has no record. Set by transform.
	Own [2][]Value
	// Carried are per side what that side should hold if the other side's value were carried to it;
	// a nil element was not needed. Set by transform.
	Carried [2][]*Value
	// Open are the conflicts of this link that are waiting or were just settled by hand, by field.
	Open map[string]Conflict
	// Decisions of the fields that are not simply unchanged. Set by resolve.
	Decisions []Decision
	// Mutations are per side what is to be written; nil for nothing. Set by resolve.
	Mutations [2]*Mutation
	// Base is per side what the base becomes, apart from what a write reads back: the current values
	// of fields whose decision needs no write there. By mapping name. Set by resolve.
	Base [2]Values
	// Left out: the record is outside of the selection, or excluded by its endpoint; says why.
	LeftOut string
	// Retry is the quarantine entry being tried again, if any.
	Retry *Quarantined
	// Err is why the item failed.
	Err error
	// Done: everything that was decided is written and in the state.
	Done bool
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
)

// Taking returns the verdict that takes the value of side s.
func Taking(s Side) Verdict {
	if s == Left {
		return TakeLeft
	}
	return TakeRight
}

// Decision is the verdict on one field with all that explains it.
type Decision struct {
	Field    string   `json:"field"` // mapping name; "" is the record itself (created, removed, linked)
	Verdict  Verdict  `json:"verdict"`
	Conflict bool     `json:"conflict,omitempty"` // both sides had changed, differently
	Base     [2]Value `json:"base"`
	Values   [2]Value `json:"values"` // what each side held
	Rule     string   `json:"rule"`
	// By is who settled it, if a person did.
	By string `json:"by,omitempty"`
}

// MutationKind is what a mutation does to its side.
type MutationKind string

// The kinds of mutation.
const (
	Create MutationKind = "create"
	Update MutationKind = "update"
	Remove MutationKind = "archive" // archive or delete, by Removal
)

// Mutation is what is to be written to one side for one item, with what it presumes.
type Mutation struct {
	Kind    MutationKind `json:"kind"`
	Key     Key          `json:"key,omitempty"`     // "" for a create
	Removal Removal      `json:"removal,omitempty"` // Remove
	// Fields is what to write, by the side's own field names.
	Fields Values `json:"fields,omitempty"`
	// Before is what the side held in those fields, and in the others that took part in the decision:
	// the write is refused as stale when it no longer does.
	Before Values `json:"before,omitempty"`
	// Rules tells, by the side's own field name, the rule that decided.
	Rules map[string]string `json:"rules,omitempty"`
}
