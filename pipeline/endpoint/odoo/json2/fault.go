package json2

import (
	"fmt"
	"strings"
)

// Fault is an answer that names an exception. The traceback that comes with it is not kept.
type Fault struct {
	Status  int    // HTTP
	Name    string // of the exception, with the package that it is in
	Message string
}

// FaultOf returns the exception that an answer names, false if it names none.
func FaultOf(status int, answer any) (*Fault, bool) {
	members, _ := answer.(map[string]any)
	name, _ := members["name"].(string)
	message, _ := members["message"].(string)
	return &Fault{Status: status, Name: name, Message: message}, name != ""
}

// Class returns the name of the exception without its package: forks of Odoo have other packages.
func (f *Fault) Class() string { return f.Name[strings.LastIndexByte(f.Name, '.')+1:] }

func (f *Fault) Error() string {
	return fmt.Sprintf("HTTP status %d, %s: %s", f.Status, f.Class(), f.Message)
}
