package orm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Method is something that can be called from outside.
type Method struct {
	// Params names the arguments in order; those that may be left out end in "?".
	Params []string
	// OnRecords: the first positional argument is a list of ids.
	OnRecords bool
	// Writes: the method needs a transaction.
	Writes bool
	// Since and Until are the versions that have it, 0 for all.
	Since, Until int
	// Run does it. A nil result is Python's None, which XML-RPC cannot say.
	Run func(*Call) (any, error)
}

// Call is a call under way.
type Call struct {
	*Env
	Self *Model
	IDs  []int64
	args map[string]any
}

// Arg returns an argument, nil if it was left out.
func (c *Call) Arg(name string) any { return c.args[name] }

// Int returns an argument that is a number, 0 if it was left out or false.
func (c *Call) Int(name string) int { n, _ := c.args[name].(int64); return int(n) }

// String returns an argument that is a text, "" if it was left out or false.
func (c *Call) String(name string) string { s, _ := c.args[name].(string); return s }

// List returns an argument that is a list, nil if it was left out or false.
func (c *Call) List(name string) []any { l, _ := c.args[name].([]any); return l }

// Request is a call from outside, not yet checked.
type Request struct {
	User          *Account
	Model, Method string
	Args          []any
	Kwargs        map[string]any
	// Named: the arguments are those of JSON-2, by name only, with the records' ids apart.
	Named bool
	IDs   any
	// Stamp is when it arrived.
	Stamp time.Time
}

// Call carries a request out and returns its result, nil for None, and what it did.
func (db *Database) Call(q Request) (any, Tally, error) {
	m, method, err := db.find(q)
	if err != nil {
		return nil, Tally{}, err
	}
	c := &Call{Self: m}
	bind := c.bind
	if q.Named {
		bind = c.bindNamed
	}
	if err := bind(q, method); err != nil {
		return nil, Tally{}, err
	}
	context, _ := q.Kwargs["context"].(map[string]any)
	var result any
	var tally Tally
	run := func(e *Env) error {
		c.Env = e
		if err := e.checkCompanies(); err != nil {
			return err
		}
		result, err = method.Run(c)
		if e.Tx != nil {
			tally = e.Tx.Tally
		}
		return err
	}
	if method.Writes {
		err = db.Update(q.User, context, q.Stamp, run)
	} else {
		err = db.View(q.User, context, run)
	}
	if err != nil {
		return nil, Tally{}, err
	}
	return result, tally, nil
}

// Writes tells whether the request can change anything.
func (db *Database) Writes(model, method string) bool {
	_, found, err := db.find(Request{Model: model, Method: method})
	return err == nil && found.Writes
}

func (db *Database) find(q Request) (*Model, Method, error) {
	m := db.models[q.Model]
	if q.Named && m == nil {
		return nil, Method{}, &Fault{Class: NotFound, Text: fmt.Sprintf("the model '%s' does not exist", q.Model)}
	}
	if strings.HasPrefix(q.Method, "_") {
		method := q.Method
		if db.Dialect.QualifiesMethods {
			method = fmt.Sprintf("'%s.%s'", q.Model, q.Method)
		}
		return nil, Method{}, AccessErrorf("Private methods (such as %s) cannot be called remotely.", method)
	}
	if m == nil {
		return nil, Method{}, UserErrorf("Object %s doesn't exist", q.Model)
	}
	method, ok := m.Methods[q.Method]
	if !ok {
		method, ok = common()[q.Method]
	}
	version := db.Dialect.Version
	if !ok || version < method.Since || method.Until > 0 && version > method.Until {
		return nil, Method{}, db.unknownMethod(q)
	}
	return m, method, nil
}

func (db *Database) unknownMethod(q Request) *Fault {
	text := fmt.Sprintf("The method '%s' does not exist on the model '%s'", q.Method, q.Model)
	if db.Dialect.QualifiesMethods {
		text = fmt.Sprintf("The method '%s.%s' does not exist", q.Model, q.Method)
	}
	if q.Named {
		return &Fault{Class: NotFound, Text: text}
	}
	return Errorf("AttributeError", "%s", text)
}

// bind sorts positional and named arguments, as Python does.
func (c *Call) bind(q Request, method Method) error {
	args := q.Args
	c.args = map[string]any{}
	if method.OnRecords {
		if len(args) == 0 {
			return Errorf("IndexError", "tuple index out of range")
		}
		c.IDs, args = IDs(args[0]), args[1:]
	}
	name := func(param string) string { return strings.TrimSuffix(param, "?") }
	if len(args) > len(method.Params) {
		return Errorf("TypeError", "%s() takes %d positional arguments but %d were given", q.Method, len(method.Params)+1, len(args)+1)
	}
	for i, v := range args {
		c.args[name(method.Params[i])] = v
	}
	for key, v := range q.Kwargs {
		if key == "context" {
			continue
		}
		if !slices.ContainsFunc(method.Params, func(p string) bool { return name(p) == key }) {
			return Errorf("TypeError", "%s() got an unexpected keyword argument %s", q.Method, reprText(key))
		}
		if _, twice := c.args[key]; twice {
			return Errorf("TypeError", "%s() got multiple values for argument %s", q.Method, reprText(key))
		}
		c.args[key] = v
	}
	for _, param := range method.Params {
		if _, given := c.args[param]; !given && !strings.HasSuffix(param, "?") {
			return Errorf("TypeError", "%s() missing 1 required positional argument: '%s'", q.Method, param)
		}
	}
	return nil
}

// bindNamed takes arguments as JSON-2 does. Ids are ignored that are missing, and none means no records,
// of which a method then does nothing.
func (c *Call) bindNamed(q Request, method Method) error {
	unfit := func(format string, args ...any) error {
		return &Fault{Class: Unprocessable, Text: fmt.Sprintf(format, args...)}
	}
	if one, ok := q.IDs.(int64); ok {
		q.IDs = []any{one}
	}
	if !method.OnRecords && Truthy(q.IDs) {
		return unfit("cannot call %s.%s with ids", q.Model, q.Method)
	}
	c.IDs, c.args = IDs(q.IDs), map[string]any{}
	for _, param := range method.Params {
		name, optional := strings.CutSuffix(param, "?")
		v, given := q.Kwargs[name]
		if !given && !optional {
			return unfit("missing a required argument: '%s'", name)
		}
		if given {
			c.args[name] = v
		}
	}
	for _, key := range slices.Sorted(maps.Keys(q.Kwargs)) {
		if _, known := c.args[key]; !known && key != "context" {
			return unfit("got an unexpected keyword argument '%s'", key)
		}
	}
	return nil
}

// domain returns the argument that is a domain.
func (c *Call) domain(name string) ([]any, error) {
	switch d := c.args[name].(type) {
	case nil, bool:
		return nil, nil
	case []any:
		return d, nil
	default:
		return nil, Errorf("ValueError", "Invalid domain: %s", fmt.Sprint(d))
	}
}
