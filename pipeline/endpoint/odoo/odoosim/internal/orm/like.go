package orm

import "strings"

// likeLeaf matches by an SQL pattern, which like and ilike look for anywhere in the text. "%" and "_"
// are wildcards also in what a user typed.
func likeLeaf(get func(*Row) any, operator, pattern string) func(*Row) bool {
	whole := strings.HasPrefix(operator, "=")
	fold := strings.HasSuffix(operator, "ilike")
	if fold {
		pattern = strings.ToLower(pattern)
	}
	if !whole {
		pattern = "%" + pattern + "%"
	}
	runes := []rune(pattern)
	return func(r *Row) bool {
		v := get(r)
		if v == nil {
			return negative(operator)
		}
		text := pythonText(v)
		if fold {
			text = strings.ToLower(text)
		}
		return like(runes, []rune(text)) != negative(operator)
	}
}

// like tells whether text matches an SQL pattern.
func like(pattern, text []rune) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '%':
			star, mark = p, t
			p++
		case p < len(pattern) && pattern[p] == '\\' && p+1 < len(pattern) && pattern[p+1] == text[t]:
			p += 2
			t++
		case p < len(pattern) && pattern[p] != '\\' && (pattern[p] == '_' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '%' {
		p++
	}
	return p == len(pattern)
}
