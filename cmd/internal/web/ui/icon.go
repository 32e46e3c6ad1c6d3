package ui

import "html/template"

// icon returns a small picture in the colour of the text. It only goes with words, so it has no name of its
// own for those who do not see it.
func icon(name string) template.HTML {
	paths := map[string]string{
		"ok":      `<path d="M3.5 8.5l3 3 6-7"/>`,
		"error":   `<path d="M4.5 4.5l7 7m0-7l-7 7"/>`,
		"brake":   `<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.5M8 10.9v.1"/>`,
		"paused":  `<path d="M5.5 4v8M10.5 4v8"/>`,
		"resume":  `<path d="M5 3.5l7 4.5-7 4.5z"/>`,
		"running": `<path d="M13 8a5 5 0 0 1-9 3M3 8a5 5 0 0 1 9-3M12.3 2.2V5H9.5M3.7 13.8V11h2.8"/>`,
		"partial": `<path d="M8 3v6M8 12.4v.1"/>`,
		"wait":    `<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2 1.3"/>`,
		"unknown": `<path d="M6 6a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.6M8 11.9v.1"/>`,
		"both":    `<path d="M2.5 8h11M5 5.5L2.5 8 5 10.5M11 5.5L13.5 8 11 10.5"/>`,
		"find":    `<circle cx="7" cy="7" r="4"/><path d="M10 10l3.5 3.5"/>`,
		"next":    `<path d="M6 3.5L10.5 8 6 12.5"/>`,
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">` + paths[name] + `</svg>`) //nolint:gosec // constants
}
