package config

import (
	"errors"
	"strings"
)

// pattern selects categories by their path from the root, level by level. In a level, * stands for any
// characters; a level ** stands for any number of levels, none included.
type pattern []string

func parsePattern(s string) (pattern, error) {
	p := pattern(levelsOf(s))
	if len(p) == 0 {
		return nil, errors.New("it names no category")
	}
	for _, level := range p {
		if strings.Contains(level, "**") && level != "**" {
			return nil, errors.New("** must stand alone between two slashes")
		}
	}
	return p, nil
}

func levelsOf(path string) []string {
	var levels []string
	for level := range strings.SplitSeq(path, "/") {
		if level = strings.TrimSpace(level); level != "" {
			levels = append(levels, level)
		}
	}
	return levels
}

func (p pattern) matches(levels []string) bool {
	if len(levels) == 0 {
		return false
	}
	return matchLevels(p, levels)
}

func matchLevels(p, levels []string) bool {
	switch {
	case len(p) == 0:
		return len(levels) == 0
	case p[0] == "**":
		return matchLevels(p[1:], levels) || len(levels) > 0 && matchLevels(p, levels[1:])
	case len(levels) == 0:
		return false
	}
	return matchLevel(p[0], levels[0]) && matchLevels(p[1:], levels[1:])
}

func matchLevel(p, level string) bool {
	parts := strings.Split(p, "*")
	if len(parts) == 1 {
		return p == level
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(level) < len(first)+len(last) || !strings.HasPrefix(level, first) || !strings.HasSuffix(level, last) {
		return false
	}
	level = level[len(first) : len(level)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, rest, ok := strings.Cut(level, part)
		if !ok {
			return false
		}
		level = rest
	}
	return true
}
