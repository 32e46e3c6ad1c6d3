package pmsim

import (
	"errors"
	"net/http"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// failure is an error as any of the shapes can tell it.
type failure struct {
	status   int
	code     string // PRODUCT_NOT_FOUND
	kind     string // not_found: the type of ErrorsCoded
	short    string // not_found: the code of ErrorsPublic
	message  string
	problems []catalogue.Problem
	header   http.Header
	body     any // sent instead of the shape: the three bodies of a 429
}

func (f *failure) Error() string { return f.message }

// failureOf gives any error of a handler its status and its codes.
func failureOf(err error) *failure {
	var (
		f         *failure
		invalid   *catalogue.Invalid
		duplicate *catalogue.Duplicate
		missing   *catalogue.NotFound
	)
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &invalid):
		return unprocessable(invalid.Problems...)
	case errors.As(err, &duplicate):
		return &failure{
			status: http.StatusConflict, code: "PRODUCT_ALREADY_EXISTS", kind: "conflict", short: "duplicate_ean",
			message:  "A product with EAN " + duplicate.EAN + " already exists",
			problems: []catalogue.Problem{{Field: "ean", Type: "unique", Message: "already exists"}},
		}
	case errors.As(err, &missing):
		return &failure{status: http.StatusNotFound, code: "PRODUCT_NOT_FOUND", kind: "not_found", short: "not_found", message: "Product not found"}
	}
	return &failure{status: http.StatusInternalServerError, code: "DATABASE_TRANSACTION_FAILED", kind: "database_error", short: "server_error", message: err.Error()}
}

func notFound(message string) *failure {
	return &failure{status: http.StatusNotFound, code: "NOT_FOUND", kind: "not_found", short: "not_found", message: message}
}

func methodNotAllowed(allow string) *failure {
	return &failure{
		status: http.StatusMethodNotAllowed, code: "METHOD_NOT_ALLOWED", kind: "http_error", short: "method_not_allowed",
		message: "Method Not Allowed", header: http.Header{"Allow": {allow}},
	}
}

func unprocessable(problems ...catalogue.Problem) *failure {
	return &failure{
		status: http.StatusUnprocessableEntity, code: "VALIDATION_FAILED", kind: "validation_error", short: "validation_error",
		message: "Validation failed: " + (&catalogue.Invalid{Problems: problems}).Error(), problems: problems,
	}
}

func unauthorized(code, message string) *failure {
	short := "authentication_required"
	if code == "AUTH_TOKEN_INVALID" {
		short = "invalid_api_key"
	}
	return &failure{
		status: http.StatusUnauthorized, code: code, kind: "authentication_error", short: short, message: message,
		header: http.Header{"Www-Authenticate": {"Bearer"}},
	}
}

func forbidden(message string) *failure {
	return &failure{status: http.StatusForbidden, code: "PERMISSION_DENIED", kind: "authorization_error", short: "permission_denied", message: message}
}

// errorBody returns the failure in the given shape.
func (f *failure) errorBody(shape ErrorShape, c *call) any {
	if f.body != nil {
		return f.body
	}
	switch shape {
	case ErrorsPublic:
		details := map[string][]string{}
		for _, p := range f.problems {
			details[p.Field] = append(details[p.Field], p.Message)
		}
		return map[string]any{"error": f.short, "message": f.message, "details": details}
	case ErrorsStatus:
		inner := map[string]any{"code": f.code, "message": f.message}
		if len(f.problems) > 0 {
			p := f.problems[0]
			inner["details"] = map[string]any{"field": p.Field, "constraint": p.Message}
		}
		return map[string]any{"status": "error", "error": inner}
	case ErrorsFastAPI:
		return map[string]any{"detail": f.detail()}
	case ErrorsWindev:
		return map[string]any{"success": false, "code": f.status, "message": f.message, "data": nil, "count": 0}
	default:
		return map[string]any{"error": map[string]any{
			"code": f.status, "error_code": f.code, "type": f.kind, "message": f.message, "details": f.fieldErrors(),
			"path": c.URL.Path, "request_id": c.id, "timestamp": c.now.UTC().Format(time.RFC3339),
		}}
	}
}

// fieldErrors returns the problems as ErrorsCoded lists them, nil when there are none.
func (f *failure) fieldErrors() any {
	if len(f.problems) == 0 {
		return nil
	}
	list := make([]any, len(f.problems))
	for i, p := range f.problems {
		list[i] = map[string]any{"field": "body." + p.Field, "message": p.Message, "type": p.Type}
	}
	return list
}

// detail returns FastAPI's detail: a list of problems for a 422, else a sentence.
func (f *failure) detail() any {
	if f.status != http.StatusUnprocessableEntity {
		return f.message
	}
	list := make([]any, len(f.problems))
	for i, p := range f.problems {
		location := []string{"body"}
		if p.Field != "" {
			location = append(location, p.Field)
		}
		list[i] = map[string]any{"loc": location, "msg": p.Message, "type": p.Type}
	}
	return list
}
