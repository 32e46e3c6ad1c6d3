package pipeline

import (
	"fmt"
	"strings"
)

// CarryPath is Places.CarryPath without a table.
func CarryPath(v Value, from, to Field) (Value, error) {
	return (*Places)(nil).CarryPath(v, Right, from, to)
}

// CarryPath rewrites a path in the terms of another field, that of side: by the table, from's root left out
// and to's put in front. Other values pass unchanged. A level whose name to cannot hold is an *Error of code
// category_mapping_failed.
func (p *Places) CarryPath(v Value, side Side, from, to Field) (Value, error) {
	if from.Type != TypePath || to.Type != TypePath || v.kind != KindText {
		return v, nil
	}
	parts := p.carry(side, from.Below(v))
	for _, p := range parts {
		if !to.Escapes && strings.Contains(p, to.separator()) {
			return Value{}, &Error{
				Code:    CodeCategoryMapping,
				Message: fmt.Sprintf("the category %q would be several levels on the other side, whose separator is %q", clip(p), to.separator()),
				Remedy:  "Say in the mapping which category it is there, with a `category` block, or set another `separator` in the `categories` block of that source.",
			}
		}
	}
	return to.UnderRoot(to.Path(parts)), nil
}

// UnderRoot puts the root in front of a path that does not begin with it.
func (f Field) UnderRoot(v Value) Value {
	if f.Type != TypePath || f.Root == "" || v.kind > KindText {
		return v
	}
	parts := f.Levels(v)
	if len(parts) == 0 || parts[0] != f.Root {
		parts = append([]string{f.Root}, parts...)
	}
	return f.Path(parts)
}

// Below returns the levels of a path without the root.
func (f Field) Below(v Value) []string {
	parts := f.Levels(v)
	if f.Root != "" && len(parts) > 0 && parts[0] == f.Root {
		parts = parts[1:]
	}
	return parts
}

// Levels returns the names of the levels of a path, the highest first.
func (f Field) Levels(path Value) []string {
	var levels []string
	for p := range strings.SplitSeq(path.text, f.separator()) {
		if p = strings.TrimSpace(p); p != "" {
			levels = append(levels, f.unescape(p))
		}
	}
	return levels
}

// Path returns the path of those levels, the highest first; null for none.
func (f Field) Path(levels []string) Value {
	if !f.Escapes {
		return Text(strings.Join(levels, f.separator()))
	}
	escaped := make([]string, len(levels))
	for i, l := range levels {
		escaped[i] = f.escape(l)
	}
	return Text(strings.Join(escaped, f.separator()))
}

func (f Field) separator() string {
	if f.Separator == "" {
		return "/"
	}
	return f.Separator
}

// escape puts a backslash before each mark (the separator without blanks) that would be read as a
// separator, and before each that has one already, so that unescape gives back the very name.
func (f Field) escape(level string) string {
	separator := f.separator()
	mark := strings.TrimSpace(separator)
	if mark == "" || !strings.Contains(level, mark) {
		return level
	}
	lead := separator[:strings.Index(separator, mark)]
	padded := lead + level + separator[len(lead)+len(mark):]
	var b strings.Builder
	for i := 0; i < len(level); {
		if !strings.HasPrefix(level[i:], mark) {
			b.WriteByte(level[i])
			i++
			continue
		}
		if strings.HasPrefix(padded[i:], separator) || i > 0 && level[i-1] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteString(mark)
		i += len(mark)
	}
	return b.String()
}

func (f Field) unescape(level string) string {
	mark := strings.TrimSpace(f.separator())
	if !f.Escapes || mark == "" {
		return level
	}
	return strings.ReplaceAll(level, `\`+mark, mark)
}
