// Package ui is what all pages of the dashboard share: the layout, the style sheet and scripts, the two
// languages, and how numbers and times are written in them. It knows nothing of pipelines.
//
// A page is a template file that defines "title" and "main"; New parses it once per language together with
// templates/, which has the layout and the parts for all. Handlers call UI.Render.
//
// What is kept: pages work without scripts and never need inline ones (Policy is their content security
// policy); every text that a template names is in english.go and in french.go; whatever comes from outside
// is escaped by html/template.
//
// static/htmx.min.js and static/hx-sse.min.js are htmx 4.0.1 and its extension, as published in the npm
// package htmx.org, less the reference to a source map; their licence is beside them.
package ui
