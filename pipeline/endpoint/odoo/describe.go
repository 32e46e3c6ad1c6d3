package odoo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// What the server is, what the schema holds and what the user may do seldom changes.
const rememberDescription = 5 * time.Minute

// Describe implements pipeline.Endpoint.
func (e *Endpoint) Describe(ctx context.Context) (pipeline.Description, error) {
	now := e.deps.Now()
	s, err := e.sessionSince(ctx, now.Add(-rememberDescription))
	if err != nil {
		return pipeline.Description{}, err
	}
	about := s.about
	if ahead, known := e.client.Offset(); known {
		about.Time = e.deps.Now().Add(ahead).UTC()
	}
	return about, nil
}

// describe fills in what Describe returns.
func (e *Endpoint) describe(ctx context.Context, s *session) error {
	s.about = pipeline.Description{
		Product: "Odoo", Version: s.version.Text, User: fmt.Sprintf("%s (%s)", s.user, e.settings.Login),
		Schema: s.schema, BatchSize: batchSize,
	}
	var err error
	if s.about.Identity, err = e.identity(ctx, s); err != nil {
		return err
	}
	if s.about.Records, err = e.count(ctx, s, domain{}); err != nil {
		return err
	}
	return e.advise(ctx, s)
}

// identity returns the database's uuid. Most users may not read it; the server's address and the
// database's name must then do.
func (e *Endpoint) identity(ctx context.Context, s *session) (string, error) {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpDescribe, Model: "ir.config_parameter", Method: "get_param", Args: []any{"database.uuid"},
		Options: map[string]any{"context": s.context(0)},
	})
	if err != nil && pipeline.AsError(err).Code != pipeline.CodeAccessDenied {
		return "", err
	}
	if uuid, ok := a.Value.(string); ok && uuid != "" {
		return "odoo:" + uuid, nil
	}
	return "odoo:" + strings.ToLower(e.client.Host()) + "/" + e.settings.Database, nil
}

// count returns how many templates match, archived ones included.
func (e *Endpoint) count(ctx context.Context, s *session, d domain) (int, error) {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpSearch, Model: templateModel, Method: "search_count", Args: []any{[]any(d)},
		Options: map[string]any{"context": s.context(archivedToo)},
	})
	if err != nil {
		return 0, err
	}
	n, ok := a.Value.(int64)
	if !ok {
		return 0, e.strange("a number", a.Value)
	}
	return int(n), nil
}

// may tells whether the user may do operation ("read", "write", "create", "unlink") with a model.
func (e *Endpoint) may(ctx context.Context, s *session, model, operation string) (bool, error) {
	call := rpc.Call{
		Operation: rpc.OpDescribe, Model: model, Method: s.dialect.accessMethod, Args: []any{operation},
		Options: map[string]any{"context": s.context(0)},
	}
	if s.dialect.accessMethod == "has_access" { // a method of records, here of none
		call.Args = []any{[]any{}, operation}
	} else {
		call.Options["raise_exception"] = false
	}
	a, err := e.client.Call(ctx, call)
	if err != nil {
		return false, err
	}
	allowed, _ := a.Value.(bool)
	return allowed, nil
}

// hashingTime is what checking a password takes at least (600,000 rounds); a key of a user without one
// is checked in a few milliseconds.
const hashingTime = 150 * time.Millisecond

// advise says what could be better.
func (e *Endpoint) advise(ctx context.Context, s *session) error {
	advise := func(format string, args ...any) {
		s.about.Advice = append(s.about.Advice, fmt.Sprintf(format, args...))
	}
	for _, right := range []struct{ model, operation, what string }{
		{templateModel, "create", "make products"}, {templateModel, "write", "change products"}, {categoryModel, "create", "make categories"},
	} {
		allowed, err := e.may(ctx, s, right.model, right.operation)
		if err != nil {
			return err
		}
		if !allowed && (right.model != categoryModel || e.settings.Categories.Create) {
			advise("The user %q may not %s in Odoo: give it the group Inventory / Administrator or Sales / Administrator (from Odoo 19 on: Products / Create).", e.settings.Login, right.what)
		}
	}
	if s.warehouse != nil && !s.warehouse.mayCount {
		advise("The user %q may not make inventory adjustments in Odoo, so that no quantity can be written: give it the group Inventory / Administrator.", e.settings.Login)
	}
	if s.hashing > hashingTime {
		advise("Checking the password of %q took %v, and Odoo does it again after each creation of products. Use an API key of a user that has no password at all: creations become several times cheaper.", e.settings.Login, s.hashing.Round(10*time.Millisecond))
	}
	if !s.dialect.measured {
		advise("Tandem has not been tried with Odoo %d; it takes it for its neighbours.", s.dialect.major)
	}
	if s.dialect.deprecated != "" {
		advise("%s", s.dialect.deprecated)
	}
	if _, known := e.client.Offset(); !known {
		advise("%s sends no Date header, so the times of edits cannot be compared and no stamp is trusted.", e.client.Host())
	}
	if err := e.adviseDoubles(ctx, s); err != nil {
		return err
	}
	return e.adviseExpiry(ctx, s)
}

// expiryWarning is how long before its end the end of a key is told.
const expiryWarning = 21 * 24 * time.Hour

// adviseExpiry warns of API keys that end soon; from 18 on those of most users must.
func (e *Endpoint) adviseExpiry(ctx context.Context, s *session) error {
	if s.dialect.major < 18 || e.settings.APIKey.IsZero() {
		return nil
	}
	rows, a, err := e.searchRead(ctx, s, rpc.OpDescribe, "res.users.apikeys", domain{where("user_id", "=", s.uid)}, []string{"name", "expiration_date"}, window{order: "id"})
	switch class := pipeline.ClassOf(err); {
	case err != nil && (class == pipeline.Transient || class == pipeline.RateLimited):
		return err
	case err != nil: // a user, or a version, that does not show them
		return nil
	}
	now := a.Began
	if now.IsZero() {
		now = e.deps.Now()
	}
	for _, key := range rows {
		if ends, err := time.Parse(dateTime, key.text("expiration_date")); err == nil && ends.Sub(now) < expiryWarning {
			s.about.Advice = append(s.about.Advice, fmt.Sprintf("The API key %q of %q expires on %s: make a new one in good time.", key.text("name"), e.settings.Login, ends.Format(time.DateOnly)))
		}
	}
	return nil
}
