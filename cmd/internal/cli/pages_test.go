package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// root is the tree whose pages are tested.
const root = "../../.."

// page is a page of the documentation.
type page struct {
	path   string // from the root of the tree
	text   string
	fences []fence
	prose  []string // its lines; those of fences are empty
}

// fence is a block of code on a page.
type fence struct {
	page string
	line int // of its first line of code
	info string
	text string
	// tables are the CSV files that the page shows: what reads one finds it.
	tables map[string]string
}

func (f fence) lang() string { lang, _, _ := strings.Cut(f.info, " "); return lang }

// at is where line i of the code stands, from 0.
func (f fence) at(i int) string { return fmt.Sprintf("%s:%d", f.page, f.line+i) }

// pages reads the README, the changelog, docs and examples.
func pages(t *testing.T) []page {
	t.Helper()
	paths := []string{"README.md", "CHANGELOG.md"}
	for _, dir := range []string{"docs", "examples"} {
		err := fs.WalkDir(os.DirFS(root), dir, func(name string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".md") {
				paths = append(paths, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var all []page
	for _, name := range paths {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parsePage(name, string(text)))
	}
	return all
}

// csvFile matches a CSV file of a page, with its name.
var csvFile = regexp.MustCompile("(?ms)`([a-z]+\\.csv)`[^\n]*:\n\n```csv\n(.*?)^```$")

var fenceLine = regexp.MustCompile("^ {0,3}```+(.*)$")

func parsePage(name, text string) page {
	p := page{path: name, text: text, prose: strings.Split(text, "\n")}
	var open *fence
	for i, line := range p.prose {
		m := fenceLine.FindStringSubmatch(line)
		switch {
		case m != nil && open == nil:
			open = &fence{page: name, line: i + 2, info: strings.TrimSpace(m[1])}
		case m != nil:
			p.fences = append(p.fences, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		default:
			continue
		}
		p.prose[i] = ""
	}
	tables := map[string]string{}
	for _, m := range csvFile.FindAllStringSubmatch(text, -1) {
		tables[m[1]] = m[2]
	}
	for i := range p.fences {
		p.fences[i].tables = tables
	}
	return p
}

var (
	codeSpan = regexp.MustCompile("`[^`]+`")
	link     = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`^#{1,6} +(.*?) *#*$`)
	treePath = regexp.MustCompile(`^(?:cmd|config|docs|examples|pipeline|stages)/[\w./*-]+$`)
)

// TestLinks: every link of a page leads to a file that is there, and to a heading of it.
func TestLinks(t *testing.T) {
	all := pages(t)
	anchors := map[string][]string{}
	for _, p := range all {
		anchors[p.path] = p.anchors()
	}
	found := 0
	for _, p := range all {
		for i, line := range p.prose {
			for _, m := range link.FindAllStringSubmatch(codeSpan.ReplaceAllStringFunc(line, blank), -1) {
				if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
					continue
				}
				found++
				name, anchor, _ := strings.Cut(m[1], "#")
				target := path.Join(path.Dir(p.path), name)
				if name == "" {
					target = p.path
				}
				if _, err := os.Stat(filepath.Join(root, target)); err != nil {
					t.Errorf("%s:%d: %s leads to %s, which is not there", p.path, i+1, m[1], target)
				} else if anchor != "" && !slices.Contains(anchors[target], anchor) {
					t.Errorf("%s:%d: %s has no heading #%s; it has %s", p.path, i+1, target, anchor, strings.Join(anchors[target], ", "))
				}
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d links were found", found)
	}
}

// blank replaces code, but for what surrounds it in a link.
func blank(code string) string { return strings.Repeat("x", len(code)) }

// anchors are those that GitHub gives to headings.
func (p page) anchors() []string {
	var all []string
	times := map[string]int{}
	for _, line := range p.prose {
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		anchor := anchorOf(m[1])
		if n := times[anchor]; n > 0 {
			all = append(all, fmt.Sprintf("%s-%d", anchor, n))
		} else {
			all = append(all, anchor)
		}
		times[anchor]++
	}
	return all
}

func anchorOf(title string) string {
	title = link.ReplaceAllStringFunc(title, func(s string) string { return s[1:strings.Index(s, "]")] })
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// TestPathsInPages: a path of the tree that a page names is there.
func TestPathsInPages(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		if p.path == "CHANGELOG.md" || strings.HasPrefix(p.path, "docs/adr/") {
			continue // of their time
		}
		for i, line := range p.prose {
			for _, code := range codeSpan.FindAllString(line, -1) {
				name := strings.Trim(code, "`")
				if !treePath.MatchString(name) {
					continue
				}
				found++
				if there, err := filepath.Glob(filepath.Join(root, name)); err != nil || len(there) == 0 {
					t.Errorf("%s:%d: there is no %s", p.path, i+1, name)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d paths were found", found)
	}
}
