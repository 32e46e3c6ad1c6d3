package orm

import (
	"fmt"
	"strconv"
	"strings"
)

// Class is the kind of exception that a fault stands for.
type Class uint8

// The classes. Other is any Python exception that Odoo does not explain to its users.
const (
	Other Class = iota
	User
	Missing
	Denied
	Access
)

// Fault is an exception inside of Odoo. For the class Other, Text is the last line of the traceback:
// "ValueError: …"; for the others it is the message.
type Fault struct {
	Class Class
	Text  string
	// Column is the column that a required value is missing in, "" for other faults.
	Column string
	// EveryRow: load blames all rows of a batch for this fault of one of them.
	EveryRow bool
}

func (f *Fault) Error() string { return f.Text }

// Errorf returns an exception that is not meant for users.
func Errorf(exception, format string, args ...any) *Fault {
	return &Fault{Class: Other, Text: exception + ": " + fmt.Sprintf(format, args...)}
}

// UserErrorf returns an error that is meant for users.
func UserErrorf(format string, args ...any) *Fault {
	return &Fault{Class: User, Text: fmt.Sprintf(format, args...)}
}

// AccessErrorf returns the lack of a right.
func AccessErrorf(format string, args ...any) *Fault {
	return &Fault{Class: Access, Text: fmt.Sprintf(format, args...)}
}

// AccessDenied is a wrong password or key.
func AccessDenied() *Fault { return &Fault{Class: Denied, Text: "Access Denied"} }

// MissingRecord says that records do not exist.
func MissingRecord(model string, ids []int64, uid int64) *Fault {
	return &Fault{Class: Missing, Text: fmt.Sprintf(
		"Record does not exist or has been deleted.\n(Record: %s%s, User: %d)", model, tuple(ids), uid)}
}

// NotNull says that a required field has no value.
func NotNull(m *Model, f *Field) *Fault {
	return &Fault{Class: User, Column: f.Name, Text: fmt.Sprintf("The operation cannot be completed:\n"+
		"- Create/update: a mandatory field is not set.\n"+
		"- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"+
		"Model: %s (%s)\nField: %s (%s)\n", m.Label, m.Name, f.Label, f.Name)}
}

// ForeignKey says that a reference cannot hold, in the words that Odoo has for both of its reasons.
func ForeignKey(label, model, constraint string) *Fault {
	return UserErrorf("The operation cannot be completed: another model requires the record being deleted. "+
		"If possible, archive it instead.\n\nModel: %s (%s)\nConstraint: %s\n", label, model, constraint)
}

// NoneResult is what an action becomes that returns nothing: it was done and committed, and then its
// answer could not be written.
func NoneResult() *Fault {
	return Errorf("TypeError", "cannot marshal None unless allow_none is enabled")
}

// SerializationFailure is a conflict of two transactions that outlasted the server's own retries.
func SerializationFailure() *Fault {
	return Errorf("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update")
}

// Repr renders v as Python does.
func Repr(v any) string {
	switch x := v.(type) {
	case nil:
		return "None"
	case bool:
		if x {
			return "True"
		}
		return "False"
	case string:
		return reprText(x)
	case float64:
		s := strconv.FormatFloat(x, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = Repr(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}

func reprText(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	r := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
	s = r.Replace(s)
	if quote == "'" {
		s = strings.ReplaceAll(s, "'", `\'`)
	}
	return quote + s + quote
}

// tuple renders ids as a Python tuple.
func tuple(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
