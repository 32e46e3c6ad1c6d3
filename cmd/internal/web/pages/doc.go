// Package pages is the dashboard: a handler and a template for each page, over the daemon's Backend.
//
// A page is read with GET and does nothing then; what it offers to do is a form that is posted, answered by
// a redirect to a page that says what was done. So all of it works without scripts. With them a page of
// Live content follows what happens: events.go tells the browser that something changed, and the browser
// fetches the same page anew and takes over what differs.
//
// The layout, the languages and the formats are package ui's. Texts are keys of its catalogues; messages
// and remedies of errors are shown as they are, in English, with their codes.
package pages
