package pipeline

import (
	"cmp"
	"fmt"

	"github.com/shopspring/decimal"
)

// Definition is one configured pipeline: what the `pipeline` block says, compiled. It is immutable.
type Definition struct {
	Name    string
	Sources [2]string // labels of the sources, by side; users know the sides by them
	// Media names the store for images that a side takes by address: "s3.images"; "" is none.
	Media string
	// Fields in the order of the configuration.
	Fields []MappedField
	// Places are the categories that have other names on the other side.
	Places []Place
	// Match holds the mapping names of the fields that pair records never seen before, in order.
	Match []string
	// Family names the fields that make families of variants; the zero value leaves variants out.
	Family Family
	// Creates tells per side whether records may be made there; Removes whether they may be removed.
	Creates, Removes [2]bool
	// Filter selects the records that take part, by the record of FilterSide; nil selects all.
	Filter     Filter
	FilterSide Side
	// FilterReads are the fields of FilterSide that Filter looks at; they are fetched too.
	FilterReads []string
	Deletes     DeletePolicy
	Limits      Limits
	Schedule    Schedule
	// Hash changes when anything in the definition does; MergeHash only with what decides what is
	// written (mapping, filter, match, strategies), not with limits and schedule. "" is Hash.
	Hash, MergeHash string
}

// MappedField is one `field` of a mapping.
type MappedField struct {
	// Name is the left side's field; rules, reports and the base use it.
	Name string
	// Fields are the names on each side.
	Fields [2]string
	// Carry holds per side the transform that makes what that side should hold from the other side's
	// value; nil carries the value as it is.
	Carry [2]Transform
	// Reads are per side further fields of that side that its outgoing transform looks at (`record.x`).
	Reads [2][]string
	// Writes tells per side whether Tandem writes the field there.
	Writes   [2]bool
	Required bool
	// Stock: the field holds a quantity in stock. Image: it holds an image. SKU: it names the product.
	Stock, Image, SKU bool
	Strategy          Strategy
	// Rule says in a few words which rule decides conflicts: `strategy "erp" of field "price" (shop.hcl:41)`.
	Rule string
	// Source is where the mapping stands: "shop.hcl:33", or "defaults".
	Source string
}

// Transform makes what one side should hold from the other side's value.
type Transform interface {
	// Apply is given the value being carried and the whole record it comes from. It does no I/O and is
	// called from several goroutines.
	Apply(value Value, record *Record) (Value, error)
}

// Filter tells whether a record takes part. It does no I/O and is called from several goroutines.
type Filter interface {
	Selects(record *Record) (bool, error)
}

// Strategy settles a field that both sides changed.
type Strategy struct {
	Kind StrategyKind
	Side Side // the winner, for StrategySide
}

// StrategyKind is how a conflict is settled.
type StrategyKind uint8

// The strategies. The zero value leaves it to people.
const (
	StrategyManual StrategyKind = iota // the field waits in the inbox
	StrategyLatest                     // the later modification time wins
	StrategySide                       // Side wins
)

// DeletePolicy says what happens to the partner of a record that is proven gone.
type DeletePolicy string

// The delete policies.
const (
	DeletesArchive DeletePolicy = "archive"
	DeletesIgnore  DeletePolicy = "ignore"
	DeletesDelete  DeletePolicy = "delete"
)

// Limits are the brakes of a pipeline.
type Limits struct {
	Updates, Deletes, ZeroedStock, Creates Limit
}

// Limit is a count, or a percentage of the linked records; the zero Limit is none.
type Limit struct {
	Set       bool
	IsPercent bool
	Amount    decimal.Decimal
}

// CountLimit allows n.
func CountLimit(n int64) Limit { return Limit{Set: true, Amount: decimal.NewFromInt(n)} }

// PercentLimit allows p percent of the linked records.
func PercentLimit(p int64) Limit {
	return Limit{Set: true, IsPercent: true, Amount: decimal.NewFromInt(p)}
}

// PercentagesFrom is the number of linked records from which on percentages count.
const PercentagesFrom = 20

// Allows tells whether n of linked records are within the limit.
func (l Limit) Allows(n, linked int) bool {
	if !l.Set || n == 0 {
		return true
	}
	if !l.IsPercent {
		return decimal.NewFromInt(int64(n)).LessThanOrEqual(l.Amount)
	}
	if linked < PercentagesFrom {
		return true
	}
	allowed := l.Amount.Mul(decimal.NewFromInt(int64(linked)))
	return decimal.NewFromInt(int64(n) * 100).LessThanOrEqual(allowed)
}

func (l Limit) String() string {
	switch {
	case !l.Set:
		return "none"
	case l.IsPercent:
		return l.Amount.String() + "%"
	}
	return l.Amount.String()
}

// Merging returns the hash of all that decides what is written.
func (d *Definition) Merging() string { return cmp.Or(d.MergeHash, d.Hash) }

// ChangedSince tells whether something that decides what is written is not as it was at p.
func (d *Definition) ChangedSince(p Position) bool {
	if p.Merge == "" { // stored by an older release
		return p.Definition != d.Hash
	}
	return p.Merge != d.Merging()
}

// Side returns the side that the source of that label is on.
func (d *Definition) Side(source string) (Side, error) {
	for _, s := range Sides() {
		if d.Sources[s] == source {
			return s, nil
		}
	}
	return 0, fmt.Errorf("pipeline %q has the sides %q and %q, not %q", d.Name, d.Sources[Left], d.Sources[Right], source)
}

// Field returns the mapped field of that name.
func (d *Definition) Field(name string) (MappedField, bool) {
	for _, f := range d.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return MappedField{}, false
}

// Wanted returns the fields of one side that the pipeline reads, each once, in a stable order.
func (d *Definition) Wanted(side Side) []string {
	var names []string
	seen := map[string]bool{}
	add := func(more ...string) {
		for _, n := range more {
			if n != "" && !seen[n] {
				seen[n] = true
				names = append(names, n)
			}
		}
	}
	for _, f := range d.Fields {
		add(f.Fields[side])
		add(f.Reads[side]...)
	}
	if d.FilterSide == side {
		add(d.FilterReads...)
	}
	return names
}
