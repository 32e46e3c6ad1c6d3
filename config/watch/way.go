package watch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLinks is how many symbolic links are followed: what the kernel allows.
const maxLinks = 40

// way is the directories to be watched, each with the names in it that matter; nil: all names do.
type way map[string][]string

// wayTo returns the way to a directory, as far as it exists, to those of its files that are links, and to files elsewhere.
func wayTo(dir string, files []string) way {
	w := way{}
	for _, f := range files {
		w.follow(f)
	}
	real := w.follow(dir)
	if real == "" {
		return w
	}
	entries, err := os.ReadDir(real)
	if err != nil {
		return w // it vanished, or is a file: its name is watched
	}
	for _, e := range entries {
		if e.Type()&os.ModeSymlink != 0 {
			w.follow(filepath.Join(real, e.Name()))
		}
	}
	w[real] = nil
	return w
}

// follow notes every name on the way to path, which is absolute, and returns what it really is, "" where
// there is no such thing.
func (w way) follow(path string) string {
	at, rest := string(filepath.Separator), parts(path)
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		if name == ".." {
			at = filepath.Dir(at)
			continue
		}
		if !slices.Contains(w[at], name) {
			w[at] = append(w[at], name)
		}
		next := filepath.Join(at, name)
		info, err := os.Lstat(next)
		if err != nil {
			return ""
		}
		if info.Mode()&os.ModeSymlink == 0 {
			at = next
			continue
		}
		target, err := os.Readlink(next)
		if links++; err != nil || links > maxLinks {
			return ""
		}
		if filepath.IsAbs(target) {
			at = string(filepath.Separator)
		}
		rest = append(parts(target), rest...)
	}
	return at
}

// parts splits a path into names, without those that mean nothing.
func parts(path string) []string {
	return slices.DeleteFunc(strings.Split(path, string(filepath.Separator)), func(n string) bool { return n == "" || n == "." })
}

// matters tells whether an event of that path is on the way.
func (w way) matters(path string) bool {
	if _, ok := w[path]; ok {
		return true // the directory itself
	}
	names, ok := w[filepath.Dir(path)]
	return ok && (names == nil || slices.Contains(names, filepath.Base(path)))
}
