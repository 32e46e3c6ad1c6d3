package ui

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Language is a language of the dashboard, as an HTML lang attribute names it.
type Language string

// The languages. English is what a browser gets that asks for neither.
const (
	English Language = "en"
	French  Language = "fr"
)

// Languages lists them, the default first.
func Languages() []Language { return []Language{English, French} }

// Name is the language's name in itself.
func (l Language) Name() string {
	if l == French {
		return "Français"
	}
	return "English"
}

// messages returns the texts by key. A text with a count has two forms, parted by "|".
func (l Language) messages() map[string]string {
	if l == French {
		return french()
	}
	return english()
}

func (l Language) printer() *message.Printer { return message.NewPrinter(language.Make(string(l))) }

// plural tells whether n takes the second form.
func (l Language) plural(n int) bool {
	if l == French {
		return n >= 2
	}
	return n != 1
}

// LanguageOf returns the language for a request: that of the cookie, else what the browser prefers.
func LanguageOf(r *http.Request) Language {
	if c, err := r.Cookie(languageCookie); err == nil {
		if l, ok := parseLanguage(c.Value); ok {
			return l
		}
	}
	matcher := language.NewMatcher([]language.Tag{language.English, language.French})
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return English
	}
	_, at, _ := matcher.Match(wanted...)
	return Languages()[at]
}

func parseLanguage(s string) (Language, bool) {
	for _, l := range Languages() {
		if strings.EqualFold(s, string(l)) {
			return l, true
		}
	}
	return "", false
}
