package orm

import (
	"cmp"
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
	Invalid // ValidationError, which only JSON-2 tells from UserError
	Missing
	Denied
	Access
	NotFound      // no such model or method, in the words of JSON-2
	Unprocessable // arguments that do not fit, in the words of JSON-2
	Garbled       // a body that is no JSON
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

// Invalidf returns a rule that values break.
func Invalidf(format string, args ...any) *Fault {
	return &Fault{Class: Invalid, Text: fmt.Sprintf(format, args...)}
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

// notNull says that a required field has no value.
func (e *Env) notNull(m *Model, f *Field) *Fault {
	text := "The operation cannot be completed:\n" +
		"- Create/update: a mandatory field is not set.\n" +
		"- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n" +
		fmt.Sprintf("Model: %s (%s)\nField: %s (%s)\n", m.Label, m.Name, f.Label, f.Name)
	if e.Dialect().NamesTroublemaker {
		text = fmt.Sprintf("The operation cannot be completed: Missing required value for the field '%s' (%s).\nModel: '%s' (%s)\n"+
			"- create/update: a mandatory field is not set\n"+
			"- delete: another model requires the record being deleted, you can archive it instead\n", f.Label, f.Name, m.Label, m.Name)
	}
	return &Fault{Class: Invalid, Column: f.Name, Text: text}
}

// Link is a reference of one model to another, as a constraint of the database.
type Link struct {
	Label, Model, Field, FieldLabel string
	Table                           string // "" is the model's own
}

// ForeignKey says that a reference cannot hold, in the words that Odoo has for both of its reasons.
func (e *Env) ForeignKey(l Link) *Fault {
	text := "The operation cannot be completed: another model requires the record being deleted. " +
		"If possible, archive it instead.\n\n" +
		fmt.Sprintf("Model: %s (%s)\nConstraint: %s_%s_fkey\n", l.Label, l.Model, cmp.Or(l.Table, strings.ReplaceAll(l.Model, ".", "_")), l.Field)
	if e.Dialect().NamesTroublemaker {
		text = "The operation cannot be completed: Another model is using the record you are trying to delete.\n\n" +
			fmt.Sprintf("The troublemaker is: '%s' (%s)\nThanks to the following constraint: '%s' (%s)\nHow about archiving the record instead?",
				l.Label, l.Model, l.FieldLabel, l.Field)
	}
	return &Fault{Class: Invalid, Text: text}
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
