// Package render turns views into what a person or a script reads. Each method of Output renders one
// view, as text or as JSON: two renderings of one value.
//
// Text is made for a terminal: nothing that comes from the two systems can move its cursor or change its
// colours (see clean), long values are cut where they do not differ, colours are used only when asked
// for. JSON is the view itself.
//
// Read output.go first, value.go for how values are shown, then the file of the view in question. plan.go
// and planjson.go stream: a plan of a million changes takes no memory.
package render
