package pipeline

// FieldFact is what a kind of source tells of one standard field, on one version or API of its system: the rows
// of docs/fields.md.
type FieldFact struct {
	Variant  string // "18", "app"
	Measured bool   // tried with a real system
	Standard StandardField
	// Field is the system's own; its Name is "" where this variant has none.
	Field Field
	// Fixed: the field is written when a record is made, and never changed.
	Fixed bool
	// Noticed says by what a poll notices a change of the field.
	Noticed string
	// FullPass says which changes only a full pass sees; "" none beyond the removal of records.
	FullPass string
}
