package orm

import (
	"slices"
	"time"
)

// Tx is a transaction. It belongs to a call that holds the database's lock alone.
type Tx struct {
	// Stamp is the time at which it began: the write date of all that it writes, whenever it commits.
	Stamp time.Time
	// Tally counts the records that the call itself created, wrote and deleted, by model.
	Tally Tally

	db         *Database
	undo       []change
	generation uint64
	// reserved are ids given out before, by model, for the next rows that are made.
	reserved map[string][]int64
}

// change is what a row was before it changed: nil for a row that was made.
type change struct {
	table *Table
	id    int64
	was   *Row
}

// Change is what a transaction did to a row: Was is nil for one that it made, Now for one that it deleted.
type Change struct{ Was, Now *Row }

// changes tells what became of the rows that the transaction touched, each once, in the order in which it touched them.
func (tx *Tx) changes() []Change {
	type row struct {
		table *Table
		id    int64
	}
	seen := map[row]bool{}
	var all []Change
	for _, c := range tx.undo {
		k := row{c.table, c.id}
		now := c.table.rows[c.id]
		if seen[k] || c.was == nil && now == nil {
			continue
		}
		seen[k] = true
		all = append(all, Change{Was: c.was, Now: now})
	}
	return all
}

// Tally counts records by model.
type Tally struct {
	Created, Written, Unlinked map[string]int
}

func newTally() Tally {
	return Tally{Created: map[string]int{}, Written: map[string]int{}, Unlinked: map[string]int{}}
}

func (db *Database) begin(stamp time.Time) *Tx {
	db.generations++
	return &Tx{Stamp: stamp, Tally: newTally(), db: db, generation: db.generations}
}

// insert makes a row with the next id.
func (tx *Tx) insert(m *Model, uid int64) *Row {
	id := m.table.next
	if ids := tx.reserved[m.Name]; len(ids) > 0 {
		id, tx.reserved[m.Name] = ids[0], ids[1:]
	}
	r := &Row{
		ID: id, Created: tx.Stamp, Written: tx.Stamp, CreateUID: uid, WriteUID: uid,
		model: m, values: make([]any, m.columns), generation: tx.generation,
	}
	tx.undo = append(tx.undo, change{m.table, id, m.table.put(id, r)})
	return r
}

// own returns the transaction's own copy of the row, which it may change.
func (tx *Tx) own(r *Row) *Row {
	current := r.model.table.rows[r.ID]
	if current.generation == tx.generation {
		return current
	}
	mine := *current
	mine.values = slices.Clone(current.values)
	mine.generation = tx.generation
	tx.undo = append(tx.undo, change{r.model.table, r.ID, current})
	r.model.table.rows[r.ID] = &mine
	return &mine
}

// set changes one column of the row and returns the row as it is then.
func (tx *Tx) set(r *Row, f *Field, v any) *Row {
	mine := tx.own(r)
	if f.Indexed {
		r.model.table.unindexValue(f, mine.values[f.slot], mine.ID)
		r.model.table.indexValue(f, v, mine.ID)
	}
	mine.values[f.slot] = v
	return mine
}

// date moves the row's write date to at, and returns the row as it is then.
func (tx *Tx) date(r *Row, at time.Time, uid int64) *Row {
	mine := tx.own(r)
	mine.WriteUID = uid
	if !mine.Written.Equal(at) {
		mine.Written = at
		r.model.table.indexDate(mine)
	}
	return mine
}

func (tx *Tx) remove(r *Row) {
	tx.undo = append(tx.undo, change{r.model.table, r.ID, r.model.table.put(r.ID, nil)})
}

// savepoint returns a mark to roll back to.
func (tx *Tx) savepoint() int {
	tx.db.generations++
	tx.generation = tx.db.generations
	return len(tx.undo)
}

// rollback undoes everything since the mark; 0 is the whole transaction.
func (tx *Tx) rollback(mark int) {
	for i := len(tx.undo) - 1; i >= mark; i-- {
		c := tx.undo[i]
		c.table.put(c.id, c.was)
	}
	tx.undo = tx.undo[:mark]
	tx.savepoint()
}

// Try runs f; if it fails, what it did is undone and its error returned.
func (tx *Tx) Try(f func() error) error {
	mark := tx.savepoint()
	err := f()
	if err != nil {
		tx.rollback(mark)
		return err
	}
	tx.savepoint()
	return nil
}
