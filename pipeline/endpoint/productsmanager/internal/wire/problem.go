package wire

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Problem is an error that the server reports, whichever shape it came in.
type Problem struct {
	// Status is the HTTP status, or the code that an envelope of HTTP 200 carries.
	Status int
	// Code is the server's own name of the error, "" when it gives none: "duplicate_ean", "PRODUCT_NOT_FOUND".
	Code string
	// Message is the server's own words on one line, with what it says of single fields; may be "".
	Message string
	// RequestID is what the server calls this request in its log, if it says so.
	RequestID string
	// RetryAfter is how long a rate limit asks to wait, 0 when the body does not say it as a number.
	RetryAfter time.Duration
}

const longestMessage = 400

// Failure tells whether an answer that came with a status of success reports an error after all:
// {"success": false, "code": 404} and {"status": "error"} do.
func Failure(status int, raw any) (Problem, bool) {
	object, ok := raw.(map[string]any)
	if !ok {
		return Problem{}, false
	}
	success, said := object["success"].(bool)
	if (said && !success) || (text(object["status"]) == "error" && object["error"] != nil) {
		return ReadProblem(status, raw), true
	}
	return Problem{}, false
}

// ReadProblem reads the body of an error. The shapes:
//
//	{"error": "validation_error", "message", "details": {"ean": ["…"]}, "retry_after": 42}
//	{"error": {"code": 404, "error_code": "PRODUCT_NOT_FOUND", "message", "details": null, {} or [{"field", "message"}], "request_id"}}
//	{"status": "error", "error": {"code": "VALIDATION_ERROR", "message", "details": {"field", "constraint"}}}
//	{"detail": "…"} or {"detail": [{"loc": […], "msg", "type"}]}
//	{"success": false, "code": 404, "message": "…"}
//
// Anything else (raw nil for a body that is no JSON) gives a Problem with the status alone.
func ReadProblem(status int, raw any) Problem {
	p := Problem{Status: status}
	object, ok := raw.(map[string]any)
	if !ok {
		return p
	}
	p.read(object)
	if inner, ok := object["error"].(map[string]any); ok {
		p.read(inner)
	} else if code := text(object["error"]); code != "" {
		p.Code = Clip(code, 60)
	}
	return p
}

func (p *Problem) read(object map[string]any) {
	if code := text(first(object, "error_code", "code")); code != "" {
		p.Code = Clip(code, 60)
	}
	if n := whole(object["code"]); p.Status < 400 && n >= 400 && n < 600 {
		p.Status = n
	}
	if id := text(object["request_id"]); id != "" {
		p.RequestID = Clip(id, 80)
	}
	if d, ok := seconds(object["retry_after"]); ok {
		p.RetryAfter = d
	}
	message := text(first(object, "message", "msg"))
	details := details(first(object, "details", "detail"))
	switch {
	case message == "":
		message = details
	case details != "":
		message = strings.TrimRight(message, ".: ") + ": " + details
	}
	if message != "" {
		p.Message = Clip(message, longestMessage)
	}
}

// details puts what a server says of single fields into words. It leaves out the values that some
// servers repeat ("value", "input"): they are the customer's data.
func details(raw any) string {
	switch x := raw.(type) {
	case string:
		return x
	case []any:
		var parts []string
		for _, e := range x {
			if s := detail(e); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, "; ")
	case map[string]any:
		if s := detail(x); s != "" {
			return s
		}
		var parts []string
		for _, field := range slices.Sorted(maps.Keys(x)) {
			switch field {
			case "value", "input", "ctx", "url":
				continue
			}
			if s := details(x[field]); s != "" {
				parts = append(parts, Clip(field, 60)+": "+s)
			}
		}
		return strings.Join(parts, "; ")
	}
	return ""
}

// detail words one entry: {"loc", "msg"}, {"field", "message"}, {"field", "constraint"} or a text.
func detail(raw any) string {
	object, ok := raw.(map[string]any)
	if !ok {
		return text(raw)
	}
	message := text(first(object, "msg", "message", "constraint"))
	field := text(object["field"])
	if loc, ok := object["loc"].([]any); ok {
		var parts []string
		for _, l := range loc {
			parts = append(parts, fmt.Sprint(l))
		}
		field = strings.Join(parts, ".")
	}
	field = strings.TrimPrefix(Clip(field, 80), "body.")
	switch {
	case message == "":
		return field
	case field == "":
		return message
	}
	return field + ": " + message
}

// seconds reads a number of seconds; a sentence ("in 1 minute"), which one server sends, is none.
func seconds(raw any) (time.Duration, bool) {
	var s string
	switch x := raw.(type) {
	case json.Number:
		s = x.String()
	case string:
		s = strings.TrimSpace(x)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0) || f > 7*24*3600 {
		return 0, false
	}
	return time.Duration(f * float64(time.Second)), true
}
