package pipeline

import "slices"

// FitsInto tells whether some value of a field of type t can be carried, as it is, to one of type to. Where it says
// no, no value but null ever can.
func (t FieldType) FitsInto(to FieldType) bool {
	texts := []FieldType{TypeText, TypeSelection}
	switch {
	case t == to, t == TypeAny, to == TypeAny, t == "", to == "":
		return true
	case t == TypeImage || to == TypeImage:
		return false
	case slices.Contains(texts, to), slices.Contains(texts, t):
		return true
	}
	return to == TypeBool && t == TypeNumber
}
