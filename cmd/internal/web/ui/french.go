package ui

// french has the texts of the dashboard by key. A text with a count has two forms, parted by "|".
func french() map[string]string {
	return map[string]string{
		"skip":          "Aller au contenu",
		"nav.label":     "Pages",
		"nav.overview":  "Vue d’ensemble",
		"nav.waiting":   "%d en attente|%d en attente",
		"foot.language": "Langue :",
		"foot.theme":    "Couleurs :",
		"foot.metrics":  "Métriques",
		"foot.api":      "État en JSON",
		"theme.auto":    "comme le système",
		"theme.light":   "claires",
		"theme.dark":    "sombres",

		"time.ago":     "il y a %s",
		"time.in":      "dans %s",
		"time.seconds": "%d seconde|%d secondes",
		"time.minutes": "%d minute|%d minutes",
		"time.hours":   "%d heure|%d heures",
		"time.days":    "%d jour|%d jours",

		"state.active":  "Active",
		"state.paused":  "En pause",
		"state.error":   "En erreur",
		"state.braked":  "Freinée",
		"state.running": "En cours",

		"error.title":  "Cela n’a pas fonctionné",
		"error.remedy": "Que faire",
		"error.back":   "Retour à la vue d’ensemble",

		"overview.title":       "Vue d’ensemble",
		"overview.pipelines":   "Pipelines",
		"overview.linked":      "Synchronisés",
		"overview.conflicts":   "Conflits",
		"overview.quarantined": "En quarantaine",
		"overview.success":     "Dernier succès",
		"overview.next":        "Prochain passage",
		"overview.never":       "jamais",
		"overview.state":       "État",
		"overview.pipeline":    "Pipeline",
		"overview.empty":       "Pas encore de pipeline",
		"overview.empty.more":  "Ajoutez un bloc pipeline à la configuration ; il est pris en compte tout seul.",
	}
}

func frenchMonths() []string {
	return []string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
}
