package catalogue

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// disk keeps a store in a file, written whole.
type disk struct {
	mu    sync.Mutex
	saved uint64 // the version of the store that is in the file
}

// content is the file.
type content struct {
	Products   []Product  `json:"products"` // in the order of creation, the trashed included
	Categories []Category `json:"categories"`
}

// keep returns when the file holds what the caller has written. Writers who come while another one is
// saving wait and then mostly find their own write saved by the first of them.
func (s *Store) keep() error {
	if s.options.File == "" {
		return nil
	}
	s.mu.RLock()
	mine := s.version
	s.mu.RUnlock()
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	if s.disk.saved >= mine {
		return nil
	}
	rows, categories, version := s.snapshot()
	c := content{Products: make([]Product, len(rows)), Categories: categories}
	for i, r := range rows {
		c.Products[i] = r.Product
	}
	if err := writeFile(s.options.File, c); err != nil {
		return fmt.Errorf("keep the products in %s: %w", s.options.File, err)
	}
	s.disk.saved = version
	return nil
}

// snapshot returns all rows in the order of creation and the categories, of one moment.
func (s *Store) snapshot() ([]*row, []Category, uint64) {
	s.mu.RLock()
	rows := make([]*row, 0, len(s.rows))
	for _, r := range s.rows {
		rows = append(rows, r)
	}
	categories := slices.Collect(maps.Values(s.categories))
	version := s.version
	s.mu.RUnlock()
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(a.seq, b.seq) })
	slices.SortFunc(categories, func(a, b Category) int { return cmp.Compare(a.Path, b.Path) })
	return rows, categories, version
}

// writeFile replaces the file in one step: a reader, or the next start, finds the old one or the new one.
func writeFile(path string, c content) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = json.NewEncoder(f).Encode(c)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// load fills an empty store from its file, if there is one.
func (s *Store) load() error {
	if s.options.File == "" {
		return nil
	}
	f, err := os.Open(s.options.File)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(filepath.Dir(s.options.File), 0o755)
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	dec := json.NewDecoder(f)
	dec.UseNumber()
	var c content
	if err := dec.Decode(&c); err != nil {
		return fmt.Errorf("read the products kept in %s: %w", s.options.File, err)
	}
	for _, category := range c.Categories {
		s.categories[category.ID] = category
	}
	for _, p := range c.Products {
		s.seq++
		s.publish(nil, newRow(p, s.seq))
	}
	s.recent = nil // what was kept is not news
	s.disk.saved = s.version
	return nil
}
