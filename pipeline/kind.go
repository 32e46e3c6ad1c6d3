package pipeline

import (
	"log/slog"
	"time"
)

// SourceKind is one kind of system that a source block can name: one folder under pipeline/endpoint and
// one row of the registry.
type SourceKind struct {
	// Name is the first label of the source block.
	Name string
	// About says in a sentence what it is.
	About string
	// Settings returns a pointer to a new settings struct with the defaults filled in. Its fields
	// carry hcl tags (`hcl:"url"`, `hcl:"timeout,optional"`, `hcl:"stock,block"` for a pointer to a nested
	// struct) and are of the types string, bool, int, []string, Secret, time.Duration (written "120s")
	// or Size (written "10MB"). For the reference and the JSON schema each has a doc tag, where it is one of a few words
	// a choices tag, and an example tag, an expression, where the example of the block shall show it.
	Settings func() any
	// Validate checks settings without any network and returns everything that is wrong.
	Validate func(settings any) []SettingProblem
	// Standard names this kind's own field for each of the standard fields it has, for
	// `mapping { defaults = true }`; the order is that of StandardFields.
	Standard map[StandardField]string
	// Without, if set, tells which of the standard fields cannot be had with these settings, each with what
	// to write in the source block to have it: `stock { warehouse = "WH" }`.
	Without func(settings any) map[StandardField]string
	// Variants names the fields that make families of variants; nil for systems without.
	Variants *VariantFields
	// Known are the fields that such a system is known to have before anybody asked it: enough to
	// check a mapping offline. Open tells that it may have more.
	Known Schema
	// Adapt returns the kind as it is with these settings, where they decide which fields there are (Standard
	// and Known); nil leaves it as it is.
	Adapt func(settings any) SourceKind
	// Facts tells of the standard fields on every version or API, variant by variant; nil for kinds that are not
	// documented.
	Facts func() []FieldFact
	// Webhook returns how such a system calls Tandem, nil where the settings have no secret for it; nil for
	// kinds that never call.
	Webhook func(settings any) *Webhook
	// Open makes the endpoint of a source. It does no I/O.
	Open func(settings any, deps Deps) (Endpoint, error)
}

// SettingProblem is one thing wrong with a source's settings.
type SettingProblem struct {
	Attribute string // path of the attribute, "stock.warehouse"; "" is the whole block
	Summary   string
	Detail    string // full sentences: what was found and what to write
	Warning   bool
}

// Deps is what an endpoint is given beside its settings.
type Deps struct {
	Source  string       // label of the source
	Logger  *slog.Logger // knows its source
	Observe Observer     // never nil
	Now     func() time.Time
	// Variants: a pipeline links the variants of this source's products, so they are records of their own.
	Variants bool
	// MediaHosts are the hosts at which the media stores are served: images that Tandem put there are read from
	// there again.
	MediaHosts []string
	// MediaCA are certificates in PEM of authorities that the media stores go by beside the system's, "" for none.
	MediaCA string
}

// Size is a number of bytes.
type Size int64

// StandardField is one of the eleven fields that `defaults = true` maps.
type StandardField string

// StandardFields returns the eleven, in the order of documentation. A kind names a field of its own for
// each in SourceKind.Standard.
func StandardFields() []StandardField {
	return []StandardField{
		"title", "sku", "price", "ean", "description", "category", "stock_quantity",
		"cost_price", "weight", "image", "is_active",
	}
}
