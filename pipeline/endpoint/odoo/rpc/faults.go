package rpc

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// errDone says that the call took effect although Odoo answered with a fault.
var errDone = errors.New("done")

// faulted classes what Odoo says went wrong. A fault always means that nothing was written.
func (c *Client) faulted(call Call, f *xmlrpc.Fault) error {
	switch f.Code {
	case xmlrpc.FaultDenied:
		return c.loginRefused()
	case xmlrpc.FaultAccess:
		return c.rightMissing(call, f.String)
	case xmlrpc.FaultWarning:
		return c.warned(call, f.String)
	}
	return c.raised(call, f.LastLine())
}

func (c *Client) loginRefused() error {
	return &pipeline.Error{
		Code: pipeline.CodeAccessDenied, Class: pipeline.Auth, Cause: errLoginRefused,
		Message: fmt.Sprintf("Odoo at %s refuses the login %q for the database %q", c.Host(), c.cfg.Login, c.cfg.Database),
		Remedy: "Check `login` and the key in the source block: the key is wrong, expired or revoked, or the user is archived. " +
			"A new key is made in Odoo under the user's preferences, Account Security.",
	}
}

// rightMissing tells which right is missing, on what, and which groups have it.
func (c *Client) rightMissing(call Call, text string) error {
	e := &pipeline.Error{
		Code: pipeline.CodeAccessDenied, Class: pipeline.Auth,
		Message: fmt.Sprintf("the user %q may not %s %s in Odoo: %s", c.cfg.Login, call.verb(), call.Model, firstParagraph(text)),
	}
	var groups []string
	for line := range strings.Lines(text) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			groups = append(groups, strings.TrimSpace(group))
		}
	}
	if len(groups) > 0 {
		e.Remedy = "Give the user one of the groups that Odoo names: " + clip(strings.Join(groups, ", "), 300) + "."
	}
	return e
}

// verb names the operation of a call as Odoo's access rights do.
func (call Call) verb() string {
	switch call.Method {
	case "write":
		return "write"
	case "create", "load":
		return "create or write"
	case "unlink":
		return "delete"
	}
	return "read"
}

// warned classes an error that Odoo means for its users.
func (c *Client) warned(call Call, text string) error {
	e := &pipeline.Error{Code: pipeline.CodeRecordRejected, Message: "Odoo refuses this: " + oneLine(text)}
	switch {
	case strings.HasPrefix(text, "Invalid language code"):
		e.Code, e.Class = pipeline.CodeLanguageNotInstalled, pipeline.Auth
		e.Message = "Odoo: " + oneLine(text)
	case strings.HasPrefix(text, "Object ") && strings.Contains(text, "doesn't exist"):
		return c.modelMissing(call)
	case strings.Contains(text, "res.users("):
		return c.loginRefused()
	}
	return e
}

func (c *Client) modelMissing(call Call) error {
	return &pipeline.Error{
		Code: pipeline.CodeModuleOff, Class: pipeline.Auth,
		Message: fmt.Sprintf("the Odoo database %q has no model %q", c.cfg.Database, call.Model),
		Remedy:  "Install one of Odoo's apps Sales, Inventory or Purchase in this database: they bring the products.",
	}
}

var (
	databaseMissing = regexp.MustCompile(`FATAL:.*does not exist|Missing database name|database .* does not exist`)
	invalidField    = regexp.MustCompile(`Invalid field (?:name )?'([^']+)'|Invalid field [\w.]+\.(\w+) in `)
	postgresError   = regexp.MustCompile(`^psycopg2\.(?:errors\.)?(\w+)`)
)

// raised classes a Python exception by the last line of its traceback.
func (c *Client) raised(call Call, line string) error {
	if strings.Contains(line, "cannot marshal None") {
		return errDone
	}
	e := &pipeline.Error{}
	if m := invalidField.FindStringSubmatch(line); m != nil {
		e.Code = pipeline.CodeFieldNotFound
		e.Message = fmt.Sprintf("Odoo's %s has no field %q", call.Model, m[1]+m[2])
		return e
	}
	if c.lacksDatabase(call, line) {
		e.Code, e.Class = pipeline.CodeDatabaseNotFound, pipeline.Auth
		e.Message = fmt.Sprintf("Odoo at %s has no database %q", c.Host(), c.cfg.Database)
		return e
	}
	switch m := postgresError.FindStringSubmatch(line); {
	case m != nil && passing(m[1]), passing(line), !call.Writes:
		e.Code, e.Class = pipeline.CodeServerError, pipeline.Transient
		e.Message = fmt.Sprintf("Odoo at %s failed in %s: %s", c.Host(), call.name(), oneLine(line))
	default:
		e.Code = pipeline.CodeRecordRejected
		e.Message = "Odoo cannot store this: " + oneLine(line)
	}
	return e
}

// lacksDatabase tells whether the fault of a login says that there is no such database, or none with
// an Odoo in it. PostgreSQL may speak another language.
func (c *Client) lacksDatabase(call Call, line string) bool {
	if call.Operation != OpLogin {
		return databaseMissing.MatchString(line)
	}
	return databaseMissing.MatchString(line) || strings.Contains(line, "UndefinedTable") ||
		strings.Contains(line, "FATAL") && strings.Contains(line, c.cfg.Database)
}

// passing tells whether an exception, or the SQL state of one, is worth another try.
func passing(exception string) bool {
	return slices.ContainsFunc([]string{
		"SerializationFailure", "DeadlockDetected", "LockNotAvailable", "QueryCanceled", "could not serialize access",
		"OperationalError", "InterfaceError", "PoolError", "AdminShutdown", "CrashShutdown", "CannotConnectNow",
		"TooManyConnections", "DiskFull", "OutOfMemory", "ReadOnlySqlTransaction", "MemoryError", "InFailedSqlTransaction",
	}, func(s string) bool { return strings.Contains(exception, s) })
}

// Passing tells whether a message of load speaks of a conflict with another transaction, which passes.
func Passing(message string) bool {
	return passing(message) || strings.Contains(message, "deadlock detected")
}

// oneLine makes one sentence of a text that Odoo lays out for a dialog.
func oneLine(s string) string { return clip(strings.Join(strings.Fields(s), " "), 400) }

func firstParagraph(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n\n")
	return oneLine(first)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// redirectBase returns what belongs into `url` when calls are sent to that location.
func redirectBase(location string) string {
	base := location
	for _, path := range []string{"/xmlrpc/2", "/json/2", "/web/version"} {
		base, _, _ = strings.Cut(base, path)
	}
	if u, err := url.Parse(base); err == nil {
		u.User, u.RawQuery = nil, ""
		return u.String()
	}
	return base
}
