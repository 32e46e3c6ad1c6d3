package pipeline

// PlannedChange is one record of a plan: what a cycle would do to one side. Sides are known by their
// sources' labels.
type PlannedChange struct {
	Side   string           `json:"side"`
	Action PlanAction       `json:"action"`
	Keys   map[string]Key   `json:"keys"`
	Match  map[string]Value `json:"match"`
	Fields []PlannedField   `json:"fields"`
	// Note explains a conflict or an error, and the rule of a whole record's creation or removal.
	Note string `json:"note,omitempty"`
}

// PlanAction is what a plan would do to a record.
type PlanAction string

// The actions of a plan, with the sign that a terminal shows.
const (
	PlanCreate   PlanAction = "create"   // +
	PlanUpdate   PlanAction = "update"   // ~
	PlanRename   PlanAction = "rename"   // ~ a category, with all products in it and below; no record is named
	PlanArchive  PlanAction = "archive"  // -
	PlanDelete   PlanAction = "delete"   // -
	PlanConflict PlanAction = "conflict" // ! nothing is written to this field
	PlanError    PlanAction = "error"    // ! would go to quarantine
)

// PlannedField is one field of a planned change.
type PlannedField struct {
	Name   string `json:"name"` // mapping name
	Before Value  `json:"before"`
	After  Value  `json:"after"`
	Rule   string `json:"rule"`
}

// PlanTotals sums up a plan.
type PlanTotals struct {
	Writes    map[string]Writes `json:"writes"`
	Conflicts int               `json:"conflicts"`
	Errors    int               `json:"errors"`
	Unchanged int               `json:"unchanged"` // records looked at that need nothing
	BrakedBy  *string           `json:"braked_by"`
	// Changed is set when the definition has changed since the last cycle: all that is due.
	Changed *BlastRadius `json:"definition_changed,omitempty"`
}

// Empty tells whether the plan would change nothing.
func (t PlanTotals) Empty() bool {
	for _, w := range t.Writes {
		if w.Total() > 0 {
			return false
		}
	}
	return t.Conflicts == 0 && t.Errors == 0
}
