package orm

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Account is a user as the server knows it beside its res.users record.
type Account struct {
	ID        int64
	Login     string
	Password  string
	Keys      []string
	Role      Role
	Language  string
	TimeZone  string
	Companies []int64 // the first is the user's own
	KeysEnd   string  // when the keys expire, as Odoo writes a time; "" is never
}

// Role is a bundle of rights.
type Role string

// The roles.
const (
	Administrator Role = "administrator"
	Manager       Role = "manager"  // of inventory: writes products and stock
	Employee      Role = "employee" // reads
	Portal        Role = "portal"   // a customer
)

// Database is one Odoo database.
type Database struct {
	Name    string
	Dialect Dialect
	Now     func() time.Time
	// Rights refuses what a user may not do. It is not asked for what the server does by itself.
	Rights func(e *Env, m *Model, op Op) error
	// Changing, unless nil, is told what a transaction changed: before it commits, or is rolled back, with nobody else
	// in the database. Changed is told of those that were committed, once others see it.
	Changing, Changed func([]Change)

	mu          sync.RWMutex
	models      map[string]*Model
	names       []string
	accounts    []*Account
	generations uint64
}

// NewDatabase returns a database with those models, parents before their children, and no rows.
func NewDatabase(name string, d Dialect, now func() time.Time, models []*Model) (*Database, error) {
	db := &Database{
		Name: name, Dialect: d, Now: now,
		Rights: func(*Env, *Model, Op) error { return nil },
		models: map[string]*Model{},
	}
	for _, m := range models {
		db.models[m.Name] = m
		db.names = append(db.names, m.Name)
		if err := m.prepare(db); err != nil {
			return nil, err
		}
	}
	for _, m := range models {
		if err := db.checkRelations(m); err != nil {
			return nil, err
		}
	}
	return db, nil
}

func (db *Database) checkRelations(m *Model) error {
	for _, f := range m.Fields {
		if f.Relation == "" {
			continue
		}
		other := db.models[f.Relation]
		if other == nil || f.Inverse != "" && other.byName[f.Inverse] == nil {
			return fmt.Errorf("%s.%s points to %s %s, which does not exist", m.Name, f.Name, f.Relation, f.Inverse)
		}
	}
	return nil
}

// Models returns the names of all models.
func (db *Database) Models() []string { return slices.Clone(db.names) }

// AddAccount lets somebody log in.
func (db *Database) AddAccount(a *Account) { db.accounts = append(db.accounts, a) }

// Accounts returns those who can log in.
func (db *Database) Accounts() []*Account { return slices.Clone(db.accounts) }

// stamp is the time at which a transaction that begins now is dated: PostgreSQL keeps microseconds.
func (db *Database) stamp() time.Time { return db.Now().UTC().Truncate(time.Microsecond) }

// View runs f with a consistent view of the database, beside other readers.
func (db *Database) View(user *Account, context Context, f func(*Env) error) error {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return f(&Env{DB: db, User: user, Context: context})
}

// Update runs f in a transaction dated stamp, the time now if that is zero, alone. If f fails, nothing
// of it stays.
func (db *Database) Update(user *Account, context Context, stamp time.Time, f func(*Env) error) error {
	if stamp.IsZero() {
		stamp = db.stamp()
	}
	changes, err := db.update(user, context, stamp, f)
	if err == nil && db.Changed != nil {
		db.Changed(changes)
	}
	return err
}

func (db *Database) update(user *Account, context Context, stamp time.Time, f func(*Env) error) ([]Change, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	tx := db.begin(stamp)
	err := f(&Env{DB: db, Tx: tx, User: user, Context: context})
	changes := tx.changes()
	if db.Changing != nil {
		db.Changing(changes)
	}
	if err != nil {
		tx.rollback(0)
	}
	return changes, err
}

// Reserve gives out the next id of a model, as a sequence does: it is never given again.
func (db *Database) Reserve(model string) int64 {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := db.models[model].table
	t.next++
	return t.next - 1
}

// SetNextID makes id the next that a record of the model gets. It must not be below one in use.
func (db *Database) SetNextID(model string, id int64) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.models[model].table.next = id
}

// Env is what a call runs in: the user, the context, and the transaction if it may write.
type Env struct {
	DB      *Database
	Tx      *Tx
	User    *Account
	Context Context

	super bool
}

// Model returns the model of that name, nil if there is none.
func (e *Env) Model(name string) *Model { return e.DB.models[name] }

// Dialect returns the version's peculiarities.
func (e *Env) Dialect() *Dialect { return &e.DB.Dialect }

// Super returns e without any checks of rights.
func (e *Env) Super() *Env {
	if e.super {
		return e
	}
	super := *e
	super.super = true
	return &super
}

// IsSuper tells whether rights are not checked.
func (e *Env) IsSuper() bool { return e.super }

// With returns e with one key of the context set.
func (e *Env) With(key string, value any) *Env {
	with := *e
	with.Context = e.Context.with(key, value)
	return &with
}

// Without returns e with one key of the context taken away.
func (e *Env) Without(key string) *Env {
	without := *e
	without.Context = e.Context.without(key)
	return &without
}

// Give makes the transaction use the ids for the next records of the model.
func (e *Env) Give(model string, ids ...int64) {
	if e.Tx.reserved == nil {
		e.Tx.reserved = map[string][]int64{}
	}
	e.Tx.reserved[model] = append(e.Tx.reserved[model], ids...)
}

// check asks for a right.
func (e *Env) check(m *Model, op Op) error {
	if e.super {
		return nil
	}
	return e.DB.Rights(e, m, op)
}

// visible tells whether the user may know the field.
func (e *Env) visible(f *Field) bool {
	switch f.Groups {
	case "":
		return true
	case "base.group_system":
		return e.super || e.User.Role == Administrator
	}
	return e.super || e.User.Role != Portal
}

// installed tells whether texts can be kept in the language.
func (e *Env) installed(language string) bool {
	m := e.DB.models["res.lang"]
	if m == nil {
		return language == english
	}
	for _, id := range m.table.Having("code", language) {
		if m.Fetch(id).Active() {
			return true
		}
	}
	return false
}
