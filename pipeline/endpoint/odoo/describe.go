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
	s.about.Records, err = e.count(ctx, s, domain{})
	return err
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
