package catalogue

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Category is one node of the tree that products' category paths make.
type Category struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Slug     string  `json:"slug"`
	ParentID *string `json:"parent_id"`
	IsActive bool    `json:"is_active"`
	Path     string  `json:"path"` // all levels, as products carry it
}

// Categories lists all categories, parents before their children.
func (s *Store) Categories() []Category {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.SortedFunc(maps.Values(s.categories), func(a, b Category) int {
		return cmp.Compare(a.Path, b.Path)
	})
}

// Category returns the category of that id.
func (s *Store) Category(id string) (Category, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.categories[id]
	return c, ok
}

// CategoryID returns the id that the category of that path has, whether or not it exists.
func (s *Store) CategoryID(path string) string {
	return categoryID(s.joinLevels(s.Levels(path)))
}

// AddCategory makes the category of that path, with the levels above it, and returns it.
func (s *Store) AddCategory(path string) (Category, error) {
	s.mu.Lock()
	s.makeCategories(path)
	c := s.categories[s.CategoryID(path)]
	s.version++
	s.mu.Unlock()
	return c, s.keep()
}

// Levels splits a path at the separator; spaces around it do not count.
func (s *Store) Levels(path string) []string {
	var levels []string
	for level := range strings.SplitSeq(path, strings.TrimSpace(s.options.Separator)) {
		if level = strings.TrimSpace(level); level != "" {
			levels = append(levels, level)
		}
	}
	return levels
}

func (s *Store) joinLevels(levels []string) string { return strings.Join(levels, s.options.Separator) }

func (s *Store) samePath(a, b string) bool {
	return a == b || (a != "" && slices.Equal(s.Levels(a), s.Levels(b)))
}

// makeCategories makes what is missing of a path; the caller holds the lock.
func (s *Store) makeCategories(path string) {
	levels := s.Levels(path)
	if len(levels) == 0 {
		return
	}
	if _, there := s.categories[categoryID(s.joinLevels(levels))]; there {
		return
	}
	var parent *string
	for i := range levels {
		c := Category{Name: levels[i], ParentID: parent, IsActive: true, Path: s.joinLevels(levels[:i+1])}
		c.ID, c.Slug = categoryID(c.Path), slug(c.Path)
		s.categories[c.ID] = c
		parent = &c.ID
	}
}

// categoryID derives the id from the path, so that equal trees have equal ids in every run.
func categoryID(path string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("category:"+path)).String()
}

func slug(path string) string {
	words := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool {
		return strings.ContainsRune(" /\\>→&,.'\"()", r)
	})
	return strings.Join(words, "-")
}
