package orm

import (
	"maps"
	"slices"
)

// english is the language that texts are kept in where no other is named.
const english = "en_US"

// Context is the context of a call. It is never changed.
type Context map[string]any

func (c Context) with(key string, value any) Context {
	with := maps.Clone(c)
	if with == nil {
		with = Context{}
	}
	with[key] = value
	return with
}

func (c Context) without(key string) Context {
	if _, ok := c[key]; !ok {
		return c
	}
	without := maps.Clone(c)
	delete(without, key)
	return without
}

// True tells whether the key holds something that Python takes for true.
func (c Context) True(key string) bool { return Truthy(c[key]) }

// activeTest tells whether archived records are to be left out.
func (c Context) activeTest() bool {
	v, ok := c["active_test"]
	return !ok || Truthy(v)
}

// Int returns a number of the context, 0 if there is none.
func (c Context) Int(key string) int64 { i, _ := c[key].(int64); return i }

// ActiveTest tells whether archived records are to be left out.
func (e *Env) ActiveTest() bool { return e.Context.activeTest() }

// language returns the language that texts are read and written in. The user's own plays no part in
// calls from outside.
func (e *Env) language() string {
	if lang, _ := e.Context["lang"].(string); lang != "" && e.installed(lang) {
		return lang
	}
	return english
}

// checkLanguage refuses a language that is not installed, where the version does.
func (e *Env) checkLanguage() error {
	lang, _ := e.Context["lang"].(string)
	if lang != "" && lang != english && e.Dialect().RefusesUnknownLanguage && !e.installed(lang) {
		return UserErrorf("Invalid language code: %s", lang)
	}
	return nil
}

// Companies returns the companies that the call is about: those of the context, else the user's. The
// first is the current one.
func (e *Env) Companies() []int64 {
	if list, ok := e.Context["allowed_company_ids"].([]any); ok && len(list) > 0 {
		ids := make([]int64, 0, len(list))
		for _, v := range list {
			if id, ok := v.(int64); ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	return e.User.Companies
}

// checkCompanies refuses companies that the user has no access to.
func (e *Env) checkCompanies() error {
	for _, id := range e.Companies() {
		if !slices.Contains(e.User.Companies, id) && !e.super {
			return AccessErrorf("Access to unauthorized or invalid companies.")
		}
	}
	return nil
}

// Truthy is Python's bool().
func Truthy(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case bool:
		return x
	case int64:
		return x != 0
	case int:
		return x != 0
	case float64:
		return x != 0
	case string:
		return x != ""
	case []any:
		return len(x) > 0
	case []int64:
		return len(x) > 0
	case map[string]any:
		return len(x) > 0
	}
	return true
}
