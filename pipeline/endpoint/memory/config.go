package memory

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Config says what a System is. The zero value of each field but the functions is usable.
type Config struct {
	// Name tells this system from others; it is its Identity and stands in its messages. "" is "memory".
	Name string
	// Schema is what its products are made of; the zero Schema is ProductSchema().
	Schema pipeline.Schema
	// Active is the boolean field that archiving sets to false; a new record has it true. "" is "active".
	Active string
	// Unique are the fields of which no two records, archived ones included, may hold the same value.
	Unique []string

	// Family makes variants that share fields with their parents; the zero Family makes none.
	Family Family

	// Now is the system's own clock, which may differ from this process's; nil is time.Now. It and Local
	// may not use the System.
	Now func() time.Time
	// Local is this process's clock; nil is Now.
	Local func() time.Time
	// Granularity is what stamps are cut to; 0 is a second.
	Granularity time.Duration
	// Overlap is how far a cursor stays behind the clock: longer than the longest transaction. 0 is
	// 15 minutes; negative is none.
	Overlap time.Duration

	// BatchSize is Description.BatchSize; 0 is 100.
	BatchSize int
	// Findable: the system can be searched; otherwise Find returns ErrCannotFind.
	Findable bool
	// CarriesRecords: listings hold the records, not only keys and stamps.
	CarriesRecords bool
	// KeepsTokens: the system keeps a draft's token with the record. Without, a repeated Create makes
	// another record, and Settle looks by Draft.Match.
	KeepsTokens bool
	// RenamesCategories: a category that the values of a path field name can be renamed, which moves the
	// stamp of no record.
	RenamesCategories bool
	// Tombstones: Changes tells of deleted records.
	Tombstones bool
	// Vouch: receipts say so (Alone) when nobody edited the record between write and read back.
	Vouch bool

	// Fault decides what goes wrong with a call; nil is nothing. It is given the operation and how many
	// calls of it there were, this one included. It may use the System and may cancel the call's context.
	Fault func(op string, n int) FaultKind
	// RetryAfter is how long SlowDown asks to wait; 0 is a second.
	RetryAfter time.Duration
	// OnWrite is called between the effect of a write and its read back, with the records written. It
	// may use the System.
	OnWrite func(op string, keys []pipeline.Key)
}

// ProductSchema returns a schema with the usual fields of a product: title, sku, ean, price,
// cost_price, weight, description, category, stock_quantity, image, active, and any others as TypeAny.
func ProductSchema() pipeline.Schema {
	schema := pipeline.Schema{Fields: map[string]pipeline.Field{}, Open: true}
	for _, f := range []pipeline.Field{
		{Name: "title", Type: pipeline.TypeText, Required: true},
		{Name: "sku", Type: pipeline.TypeText, MaxLength: 100},
		{Name: "ean", Type: pipeline.TypeText, MaxLength: 14},
		{Name: "price", Type: pipeline.TypeNumber, Digits: 2, NotNull: true},
		{Name: "cost_price", Type: pipeline.TypeNumber, Digits: 2, NotNull: true},
		{Name: "weight", Type: pipeline.TypeNumber, Digits: 3, NotNull: true},
		{Name: "stock_quantity", Type: pipeline.TypeNumber, Digits: pipeline.Unlimited},
		{Name: "description", Type: pipeline.TypeText},
		{Name: "category", Type: pipeline.TypePath, Separator: " / ", Root: "All", NotNull: true},
		{Name: "image", Type: pipeline.TypeImage, Image: &pipeline.ImageNeeds{}},
		{Name: "active", Type: pipeline.TypeBool, NotNull: true},
	} {
		schema.Fields[f.Name] = f
	}
	return schema
}

func (c Config) withDefaults() Config {
	if c.Name == "" {
		c.Name = "memory"
	}
	if c.Schema.Fields == nil && !c.Schema.Open {
		c.Schema = ProductSchema()
	}
	if c.Active == "" {
		c.Active = "active"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Local == nil {
		c.Local = c.Now
	}
	if c.Granularity <= 0 {
		c.Granularity = time.Second
	}
	if c.Overlap == 0 {
		c.Overlap = 15 * time.Minute
	}
	c.Overlap = max(c.Overlap, 0)
	if c.BatchSize <= 0 {
		c.BatchSize = 100
	}
	if c.RetryAfter <= 0 {
		c.RetryAfter = time.Second
	}
	if c.Fault == nil {
		c.Fault = func(string, int) FaultKind { return NoFault }
	}
	if c.OnWrite == nil {
		c.OnWrite = func(string, []pipeline.Key) {}
	}
	return c
}
