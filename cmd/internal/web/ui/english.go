package ui

// english has the texts of the dashboard by key. A text with a count has two forms, parted by "|".
func english() map[string]string {
	return map[string]string{
		"skip":          "Skip to the content",
		"nav.label":     "Pages",
		"nav.overview":  "Overview",
		"nav.waiting":   "%d waits|%d wait",
		"foot.language": "Language:",
		"foot.theme":    "Colours:",
		"foot.metrics":  "Metrics",
		"foot.api":      "Status as JSON",
		"theme.auto":    "as the system",
		"theme.light":   "light",
		"theme.dark":    "dark",

		"time.ago":     "%s ago",
		"time.in":      "in %s",
		"time.seconds": "%d second|%d seconds",
		"time.minutes": "%d minute|%d minutes",
		"time.hours":   "%d hour|%d hours",
		"time.days":    "%d day|%d days",

		"state.active":  "Active",
		"state.paused":  "Paused",
		"state.error":   "In error",
		"state.braked":  "Braked",
		"state.running": "Running",

		"error.title":  "This did not work",
		"error.remedy": "What to do",
		"error.back":   "Back to the overview",

		"overview.title":       "Overview",
		"overview.pipelines":   "Pipelines",
		"overview.linked":      "In sync",
		"overview.conflicts":   "Conflicts",
		"overview.quarantined": "In quarantine",
		"overview.success":     "Last success",
		"overview.next":        "Next run",
		"overview.never":       "never",
		"overview.state":       "State",
		"overview.pipeline":    "Pipeline",
		"overview.empty":       "No pipelines yet",
		"overview.empty.more":  "Add a pipeline block to the configuration; it is taken in by itself.",
	}
}
