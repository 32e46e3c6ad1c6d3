package pipeline

import "testing"

// A closed schema has what it lists, and what begins as it says.
func TestSchemaLookup(t *testing.T) {
	closed := Schema{Fields: map[string]Field{"title": {Name: "title", Type: TypeText}}, OpenBelow: []string{"attributes."}}
	open := Schema{Open: true}
	for name, want := range map[string][2]FieldType{ // closed, open; "" is not there
		"title":            {TypeText, TypeAny},
		"attributes.color": {TypeAny, TypeAny},
		"attributes":       {"", TypeAny},
		"x_custom":         {"", TypeAny},
	} {
		for i, s := range []Schema{closed, open} {
			f, ok := s.Lookup(name)
			if ok != (want[i] != "") || f.Type != want[i] || (ok && f.Name != name) {
				t.Errorf("%s: got %+v, %t, want the type %q", name, f, ok, want[i])
			}
		}
	}
}
