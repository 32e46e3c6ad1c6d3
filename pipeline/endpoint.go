package pipeline

import (
	"context"
	"time"
)

// Endpoint is one configured system. One endpoint serves all pipelines that share the source, from
// several goroutines at once; it bounds its own concurrency and memory.
//
// Every error is an *Error with class, code and remedy. An endpoint repeats nothing by itself except
// what cannot have had an effect (renewing a login after a 401, say): the engine retries.
type Endpoint interface {
	// Describe connects, proves the credentials and returns what the system is. It is called at the
	// start of each cycle; an endpoint may remember the answer for some minutes.
	Describe(ctx context.Context) (Description, error)

	// Changes yields, in batches, every record that may have changed since cursor, an earlier answer
	// of Changes or List. It may repeat and it may name records that did not change; it must not
	// miss one, also not one whose long transaction committed behind an earlier poll. fields are the
	// fields that matter (the side's own names); a Change carries its Record when the listing held all
	// of them. It returns the cursor for the next poll: a time of the server's clock taken before the
	// first row was read, less the overlap. An error of yield ends it and is returned.
	Changes(ctx context.Context, cursor string, fields []string, yield func([]Change) error) (next string, err error)

	// Hinted yields, in batches, the records that the hints are about: with their Stamp, or with none where
	// a stamp does not tell that the record changed. A hint about a parent means its variants too, where the
	// system lets them be found by it. A hint about a record that is not there, and nonsense, which may come
	// since hints come from outside, yield nothing. It returns false when some hint may be about any record:
	// Changes alone finds that one.
	Hinted(ctx context.Context, hints []Hint, fields []string, yield func([]Change) error) (all bool, err error)

	// List yields every record of the system, archived ones included, in batches. Only when it
	// returns without an error was the listing complete: a short listing must be an error.
	List(ctx context.Context, fields []string, yield func([]Change) error) (next string, err error)

	// Fetch returns the records of those keys, with those fields, archived ones included, in any
	// order. A key that the system says does not exist is simply not among them. Never an older version
	// than one that the endpoint has given before: where the system may answer from a cache the endpoint
	// recognises that, and returns a transient error. The caller passes at most BatchSize keys.
	Fetch(ctx context.Context, keys []Key, fields []string) ([]Record, error)

	// Find returns the records, archived ones included, whose field holds one of the values. An
	// endpoint whose system cannot be searched so returns ErrCannotFind.
	Find(ctx context.Context, field string, values []Value, fields []string) ([]Record, error)

	// Create makes the records and returns one receipt a draft, in order. Repeating a draft whose
	// first attempt took effect must find that record where the system allows it.
	Create(ctx context.Context, drafts []Draft) []Receipt

	// Update writes the fields of each patch and returns one receipt a patch, in order. A batch that
	// fails as a whole is split until the culprits stand alone.
	Update(ctx context.Context, patches []Patch) []Receipt

	// Remove archives or deletes the records and returns one receipt a key, in order. Removing what is
	// gone already succeeds.
	Remove(ctx context.Context, keys []Key, how Removal) []Receipt

	// Settle looks which of the drafts took effect, and returns one key a draft, in order, "" where
	// none did. It writes nothing. It is called after a lost answer and after a crash.
	Settle(ctx context.Context, drafts []Draft) ([]Key, error)

	// Close frees what the endpoint holds. No call follows it.
	Close() error
}

// Recogniser is an Endpoint that can tell how sure an answer of Settle is.
type Recogniser interface {
	// Recognised tells whether Settle knew the record by its draft's token. Otherwise it merely looks like
	// the draft, and somebody may have made it at that moment.
	Recognised(key Key) bool
}

// Description is what a system says of itself.
type Description struct {
	// Identity tells this system from every other (a database's uuid, a tenant's id): the state is
	// valid for it alone.
	Identity  string    `json:"identity"`
	Product   string    `json:"product"` // "Odoo", "Products Manager"
	Version   string    `json:"version"`
	User      string    `json:"user"` // who Tandem is logged in as
	Schema    Schema    `json:"schema"`
	BatchSize int       `json:"batch_size"`    // records in one Fetch, Create or Update at most
	Time      time.Time `json:"time,omitzero"` // the server's clock
	// HidesArchived: List may leave archived records out, so that a record is not absent before Fetch does not
	// give it either.
	HidesArchived bool `json:"hides_archived,omitempty"`
	// Records is the number of products, -1 if not known.
	Records int `json:"records"`
}

// Draft is a record to be made.
type Draft struct {
	// Token names this creation for ever: an external id where the system has them. Letters, digits
	// and "_" only.
	Token  string    `json:"token"`
	Fields Values    `json:"fields"`          // by the side's own field names
	Since  time.Time `json:"since,omitzero"`  // when the intent was made, this process's clock
	Match  []string  `json:"match,omitempty"` // fields of Fields that identify a product: how to look where tokens cannot be read
	// Images are the images to write, by field; Fields holds where they come from, see ImageSource.
	Images map[string]Image `json:"-"`
}

// Patch is a change of a record.
type Patch struct {
	Key    Key    `json:"key"`
	Fields Values `json:"fields"` // by the side's own field names; only what changes
	// Before is what some of the fields held when the caller last looked. An endpoint that looks at them
	// itself right before it writes refuses, as stale, the patch of a record that moved since. nil presumes nothing.
	Before Values `json:"before,omitempty"`
	// Images are the images to write, by field; Fields holds where they come from, see ImageSource. An image
	// that Fields holds as null is taken away.
	Images map[string]Image `json:"-"`
}

// Removal is how a record is taken away.
type Removal string

// The ways to remove a record.
const (
	Archive Removal = "archive"
	Delete  Removal = "delete"
)

// Receipt is the outcome of one write.
type Receipt struct {
	Key Key
	// Record is what the side held after the write, read back: all fields that were written, or all
	// that the endpoint can give. nil after an error, or when the record was deleted.
	Record *Record
	// Alone: the endpoint can vouch that nobody else edited the record between the write and the read
	// back, so a difference from what was sent is the system's own normalisation.
	Alone bool
	Err   error
}

// Observer is told of every request that an endpoint sends: its operation (a small fixed set of names),
// how long it took and how it ended. It must not block.
type Observer func(operation string, took time.Duration, err error)
