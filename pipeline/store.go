package pipeline

import (
	"context"
	"time"
)

// The state of one pipeline, cut into the small interfaces that its users need. Implementations are
// safe for use from several goroutines. What they promise can be kept by an embedded store as well as
// by a shared one: reads see every commit that returned; Commit is atomic; nothing is promised about
// reads that run beside a commit except that each link is seen whole.

// Links reads links and what is known of records that are not linked.
type Links interface {
	// LinksByKey returns the links of those records, by key; keys without a link are absent.
	LinksByKey(ctx context.Context, side Side, keys []Key) (map[Key]*Link, error)
	// LinksByID returns the links of those ids; unknown ids are absent.
	LinksByID(ctx context.Context, ids []LinkID) (map[LinkID]*Link, error)
	// EachLink calls f for every link, in an order that does not change, until f returns an error.
	EachLink(ctx context.Context, f func(*Link) error) error
	// CountLinks returns the number of links without reading them.
	CountLinks(ctx context.Context) (int, error)
	// UnlinkedByKey returns what is known of those records that are not linked; others are absent.
	UnlinkedByKey(ctx context.Context, side Side, keys []Key) (map[Key]Unlinked, error)
	// Owners returns the known records of a side, linked or not, whose match field (mapping name)
	// holds one of the values, by value.
	Owners(ctx context.Context, side Side, field string, values []string) (map[string][]Key, error)
}

// Unlinked is a record that is known but not linked: outside of the selection, held back by the
// direction, ambiguous. It is remembered so that a later partner finds it.
type Unlinked struct {
	Side  Side              `json:"side"`
	Key   Key               `json:"key"`
	Match map[string]string `json:"match"` // by mapping name
	Why   string            `json:"why"`
	// Partner is the record of the other side that it is paired with although neither takes part, or that an
	// interrupted cycle paired it with; "" for none. Nobody else is given it.
	Partner Key    `json:"partner,omitempty"`
	Seen    string `json:"seen"` // stamp
}

// Intent is a mutation made durable before it is sent.
type Intent struct {
	// ID is unique; for a create it is the draft's Token.
	ID    string       `json:"id"`
	Kind  MutationKind `json:"kind"`
	Side  Side         `json:"side"`
	Link  LinkID       `json:"link"`           // the link, or the one that a create will make
	Keys  [2]Key       `json:"keys"`           // "" on Side for a create
	Draft Draft        `json:"draft,omitzero"` // creates: what is sent
	Base  [2]Values    `json:"base"`           // creates: the base of the side that is not written
	// Read is what the expressions of both sides will have been given, once the mutation took effect.
	Read [2]Readings `json:"read,omitzero"`
	// Mutation is what is sent for updates and removals.
	Mutation Mutation `json:"mutation,omitzero"`
	// Thirds are the mapped fields that are written on both sides, with a third value that a person
	// chose: the pair agrees on such a field only once both sides are written.
	Thirds []string `json:"thirds,omitempty"`
	// Event is what the history tells once it is known that the mutation took effect.
	Event Event     `json:"event,omitzero"`
	Cycle CycleID   `json:"cycle"`
	At    time.Time `json:"at"`
}

// Intents keeps intents.
type Intents interface {
	// Intend stores the intents and returns only when they will survive a crash of the machine.
	Intend(ctx context.Context, intents []Intent) error
	// PendingIntents returns those that no commit has settled, oldest first.
	PendingIntents(ctx context.Context) ([]Intent, error)
}

// Conflict is a field that both sides changed and no rule settles. It is frozen until somebody does, or
// until both sides agree by themselves.
type Conflict struct {
	ID     string   `json:"id"` // short enough to type
	Link   LinkID   `json:"link"`
	Keys   [2]Key   `json:"keys"`
	Match  Values   `json:"match"`
	Field  string   `json:"field"` // "" is the record itself: removed on one side, edited on the other
	Base   [2]Value `json:"base"`
	Values [2]Value `json:"values"`
	// Computed is what each side's expression makes for the other one, where it reads other fields: it may move
	// while Values stay. nil elsewhere.
	Computed [2]*Value    `json:"computed,omitzero"`
	Times    [2]time.Time `json:"times"`
	Rule     string       `json:"rule"`
	Since    time.Time    `json:"since"`
	// Resolution is set once somebody has settled it; the next cycle carries it out.
	Resolution *Resolution `json:"resolution,omitempty"`
}

// Resolution settles a conflict: with one side's value, or with a third.
type Resolution struct {
	Verdict Verdict `json:"verdict"` // TakeLeft, TakeRight, TakeValue
	// Value is, for TakeValue, what both sides become, in the left side's terms.
	Value Value `json:"value,omitzero"`
	// Seen are the values that whoever settled it was shown. It does not hold for others.
	Seen [2]Value `json:"seen"`
	// Computed is what Conflict.Computed was then.
	Computed [2]*Value `json:"computed,omitzero"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// SameComputed tells whether two conflicts about the same values are about the same computed ones too.
func SameComputed(a, b [2]*Value) bool {
	for s := range a {
		var x, y Value
		if a[s] != nil {
			x = *a[s]
		}
		if b[s] != nil { // null and nil are the same once they were stored
			y = *b[s]
		}
		if !x.Equal(y) {
			return false
		}
	}
	return true
}

// Conflicts keeps conflicts.
type Conflicts interface {
	// Conflicts returns the waiting conflicts and those settled but not yet carried out, oldest first.
	Conflicts(ctx context.Context) ([]Conflict, error)
	// ConflictsOf returns those of the given links.
	ConflictsOf(ctx context.Context, ids []LinkID) (map[LinkID][]Conflict, error)
	// Settle stores a resolution. It returns an *Error of code conflict_not_found or conflict_moved.
	Settle(ctx context.Context, id string, r Resolution) error
}

// Quarantined is a record that failed.
type Quarantined struct {
	ID       string    `json:"id"` // short, the same each time for the same record
	Link     LinkID    `json:"link,omitempty"`
	Keys     [2]Key    `json:"keys"`
	Match    Values    `json:"match"`
	Code     Code      `json:"code"`
	Message  string    `json:"message"`
	Remedy   string    `json:"remedy"`
	Attempts int       `json:"attempts"`
	Since    time.Time `json:"since"`
	Last     time.Time `json:"last"`
	NextTry  time.Time `json:"next_try"`
	Seen     [2]string `json:"seen"` // stamps of the records that failed: another one is worth a try before NextTry
}

// Quarantine keeps the records that failed.
type Quarantine interface {
	// Quarantined returns all entries, oldest first.
	Quarantined(ctx context.Context) ([]Quarantined, error)
	// Due returns the entries whose next try is not after now.
	Due(ctx context.Context, now time.Time) ([]Quarantined, error)
	// QuarantineOf returns the entries of those records by key of the given side.
	QuarantineOf(ctx context.Context, side Side, keys []Key) (map[Key]Quarantined, error)
	// RetryNow makes the entries due: those of ids, or all when ids is empty. It returns how many.
	RetryNow(ctx context.Context, ids []string, now time.Time) (int, error)
}

// Event is one line of the history: a decision or a write.
type Event struct {
	Seq    uint64        `json:"seq"` // given by the store, growing
	At     time.Time     `json:"at"`
	Cycle  CycleID       `json:"cycle"`
	Link   LinkID        `json:"link,omitempty"`
	Keys   [2]Key        `json:"keys"`
	Match  Values        `json:"match,omitempty"`
	Kind   string        `json:"kind"`           // link, create, update, archive, delete, agree, conflict, resolve, close, quarantine, release, unlink, forget, brake, approve, adopt, pause, resume
	Side   *Side         `json:"side,omitempty"` // the side written
	Fields []FieldChange `json:"fields,omitempty"`
	Rule   string        `json:"rule,omitempty"`
	By     string        `json:"by,omitempty"`
	Note   string        `json:"note,omitempty"`
}

// FieldChange is one field of an Event.
type FieldChange struct {
	Name   string   `json:"name"` // mapping name
	Base   [2]Value `json:"base"`
	Values [2]Value `json:"values"` // what each side held when it was decided
	// Computed is what each side's expression made for the other one, in a conflict: see Decision.
	Computed [2]*Value `json:"computed,omitzero"`
	Before   Value     `json:"before"` // on the side written
	After    Value     `json:"after"`  // on the side written, as read back
	Rule     string    `json:"rule"`
}

// Commit is what a cycle learned, to be stored in one atomic batch.
type Commit struct {
	Links     []*Link
	Drop      []LinkID
	Unlinked  []Unlinked
	Forget    [2][]Key // records that are no longer known as unlinked, by side
	Intents   []string // intents settled
	Conflicts []Conflict
	Close     []string // conflicts that ended
	Failed    []Quarantined
	Healed    []string // quarantine entries that ended
	History   []Event
}

// Committer stores what a cycle learned.
type Committer interface {
	// Commit applies c whole or not at all. It survives a crash of the process when it returns, and a
	// crash of the machine when the commit settles intents or the next Intend or MoveTo returns.
	Commit(ctx context.Context, c Commit) error
}

// Position is how far a pipeline has come.
type Position struct {
	Cursors    [2]string `json:"cursors"`    // per side, "" before the first complete cycle
	Definition string    `json:"definition"` // hash of the definition that everything was handled by
	// Merge is that definition's MergeHash, and Limits are its limits: they also hold for the first
	// cycle of another definition.
	Merge  string `json:"merge,omitempty"`
	Limits Limits `json:"limits,omitzero"`
}

// Positions keeps how far each side has been read.
type Positions interface {
	// Position returns the stored position; the zero Position before the first complete cycle.
	Position(ctx context.Context) (Position, error)
	// MoveTo stores the position, after everything committed before; it survives a crash of the
	// machine when it returns.
	MoveTo(ctx context.Context, p Position) error
}

// Runs keeps the reports of cycles.
type Runs interface {
	// StartCycle returns an id for a new cycle; ids grow.
	StartCycle(ctx context.Context, at time.Time) (CycleID, error)
	PutReport(ctx context.Context, r Report) error
	// Reports returns the latest n, newest first.
	Reports(ctx context.Context, n int) ([]Report, error)
	// Identities returns which system each side's state belongs to, "" where unknown.
	Identities(ctx context.Context) ([2]string, error)
	SetIdentities(ctx context.Context, ids [2]string) error
	// Adopt forgets everything that holds for the systems known so far (links, what is known of
	// unlinked records, intents, conflicts, quarantine, position, brake) and stores which systems the
	// state belongs to from now on, and the event. Reports and history stay.
	Adopt(ctx context.Context, ids [2]string, e Event) error
}

// Histories reads the history.
type Histories interface {
	// History returns the latest n events, newest first, of one link or, for "", of all.
	History(ctx context.Context, link LinkID, n int) ([]Event, error)
	// EachEvent calls f for the events that q selects, newest first, until f returns an error, which it
	// returns. f may call the store.
	EachEvent(ctx context.Context, q EventQuery, f func(Event) error) error
}

// EventQuery selects events; its zero value selects all.
type EventQuery struct {
	Link  LinkID
	Cycle CycleID   // also what a later cycle learned of this one, after an interruption
	Since time.Time // not before
}

// Selects tells whether q selects e.
func (q EventQuery) Selects(e Event) bool {
	return (q.Link == "" || e.Link == q.Link) && (q.Cycle == "" || e.Cycle == q.Cycle) && !e.At.Before(q.Since)
}

// longestCycle bounds how far the times of events may be out of the order in which they were stored:
// what an interrupted cycle wrote is stored by the next one, with the time at which it was written.
const longestCycle = 24 * time.Hour

// Before tells whether everything stored before e is older than what q selects.
func (q EventQuery) Before(e Event) bool {
	since := q.Since
	if started := q.Cycle.Started(); started.After(since) {
		since = started
	}
	return e.At.Before(since.Add(-longestCycle))
}

// Plans is what a kept plan is checked by.
type Plans interface {
	// Generation changes with every commit, every resolution and every move of the position.
	Generation(ctx context.Context) (uint64, error)
	// PlanKey returns the key that signs the kept plans of this pipeline: 32 random bytes, made by the
	// first call and the same ever after.
	PlanKey(ctx context.Context) ([]byte, error)
}

// Store is the whole state of one pipeline.
type Store interface {
	Links
	Intents
	Conflicts
	Quarantine
	Committer
	Positions
	Brakes
	Pauses
	Runs
	Schedules
	Histories
	Plans
}
