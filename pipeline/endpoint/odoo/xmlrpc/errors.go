package xmlrpc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What can be wrong with bytes from outside. Errors of the decoder wrap one of these.
var (
	ErrEmpty     = errors.New("the body is empty")
	ErrTruncated = errors.New("the document ends early")
	ErrNotXMLRPC = errors.New("this is not XML-RPC")
	ErrMalformed = errors.New("the document is malformed")
	ErrTooLarge  = errors.New("the document is too large")
	ErrTooDeep   = errors.New("values are nested too deeply")
)

// ErrUnencodable is wrapped by errors of EncodeCall and EncodeResponse: the value has no form on the wire.
var ErrUnencodable = errors.New("XML-RPC cannot carry this")

// DecodeError is what the decoder returns for bad bytes.
type DecodeError struct {
	Kind   error  // one of the Err… values above
	Offset int    // bytes into the document
	Clue   string // what was met there, short and on one line; "" if Kind says it all
}

func (e *DecodeError) Error() string {
	if e.Clue == "" {
		return fmt.Sprintf("%v (byte %d)", e.Kind, e.Offset)
	}
	return fmt.Sprintf("%v: %s (byte %d)", e.Kind, e.Clue, e.Offset)
}

func (e *DecodeError) Unwrap() error { return e.Kind }

// The fault codes of Odoo's /xmlrpc/2 services.
const (
	FaultApplication = 1 // any exception that is none of the following; String is its traceback
	FaultWarning     = 2 // an error meant for the user: validation, missing record, wrong state
	FaultDenied      = 3 // the login or the key was refused
	FaultAccess      = 4 // a right is missing
)

// Fault is an answer that says that the call failed.
type Fault struct {
	Code   int
	String string // for FaultApplication a whole traceback: never show it as it is
}

func (f *Fault) Error() string { return fmt.Sprintf("fault %d: %s", f.Code, f.LastLine()) }

// LastLine returns the last line of String that is not empty: of a traceback, the exception.
func (f *Fault) LastLine() string {
	text := strings.TrimSpace(f.String)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

// faultOf reads the struct of a <fault>. Odoo's first protocol version puts a text in faultCode:
// "AccessDenied", or "warning -- MissingError\n\n" and the message.
func faultOf(v any) (*Fault, bool) {
	members, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	text, _ := members["faultString"].(string)
	switch code := members["faultCode"].(type) {
	case int64:
		return &Fault{Code: int(code), String: text}, true
	case string:
		return faultOfText(code, text), true
	}
	return nil, false
}

func faultOfText(code, text string) *Fault {
	if n, err := strconv.Atoi(strings.TrimSpace(code)); err == nil {
		return &Fault{Code: n, String: text}
	}
	if code == "AccessDenied" {
		return &Fault{Code: FaultDenied, String: text}
	}
	if warning, ok := strings.CutPrefix(code, "warning -- "); ok {
		class, message, _ := strings.Cut(warning, "\n\n")
		if message == "" {
			message = text
		}
		if class == "AccessError" {
			return &Fault{Code: FaultAccess, String: message}
		}
		return &Fault{Code: FaultWarning, String: message}
	}
	if strings.TrimSpace(text) == "" {
		text = code
	}
	return &Fault{Code: FaultApplication, String: text}
}
