package catalogue

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAStoreIsKept(t *testing.T) {
	o := options(newClock())
	o.File = filepath.Join(t.TempDir(), "made", "products.json")
	s := open(t, o)
	p := create(t, s, Fields{"title": "a", "ean": "12345670", "price": "19.90", "category": "A / B", "x_n": 12345678901234567})
	gone := create(t, s, Fields{"title": "b"})
	if _, err := s.Edit(p.ID, Fields{"images": []string{"http://a/1.jpg"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Trash(gone.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddCategory("Empty"); err != nil {
		t.Fatal(err)
	}

	again := open(t, o)
	for name, got := range map[string][2]any{
		"products":   {s.Products(), again.Products()},
		"trash":      {s.Trashed(), again.Trashed()},
		"categories": {s.Categories(), again.Categories()},
	} {
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Errorf("%s (-before +after):\n%s", name, diff)
		}
	}
	if _, err := again.Create(Fields{"title": "c", "ean": "12345670"}); err == nil {
		t.Error("the kept EAN was given away")
	}
	fresh := create(t, again, Fields{"title": "d"}) // the seeded ids start over
	if fresh.ID == p.ID || fresh.ID == gone.ID {
		t.Errorf("id %s was given twice", fresh.ID)
	}
}

func TestEveryAnsweredWriteIsInTheFile(t *testing.T) {
	o := options(newClock())
	o.File = filepath.Join(t.TempDir(), "products.json")
	s := open(t, o)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 10 {
				p, err := s.Create(Fields{"title": fmt.Sprint(w, i)})
				if err != nil {
					t.Error(err)
					return
				}
				kept, err := New(o)
				if err != nil {
					t.Error(err)
					return
				}
				if _, there := kept.Get(p.ID); !there {
					t.Errorf("product %d of writer %d is not in the file", i, w)
				}
			}
		})
	}
	wg.Wait()
	entries, err := os.ReadDir(filepath.Dir(o.File))
	if err != nil || len(entries) != 1 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}

func TestADamagedFileIsRefusedAndLeft(t *testing.T) {
	o := options(newClock())
	o.File = filepath.Join(t.TempDir(), "products.json")
	if err := os.WriteFile(o.File, []byte(`{"products": [`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(o); err == nil {
		t.Fatal("a cut off file was read")
	}
	if b, _ := os.ReadFile(o.File); string(b) != `{"products": [` {
		t.Errorf("the file holds %q now", b)
	}
}

func TestAFullDiskIsTold(t *testing.T) {
	o := options(newClock())
	o.File = filepath.Join(t.TempDir(), "products.json")
	s := open(t, o)
	if err := os.Mkdir(o.File, 0o755); err != nil { // a folder in the file's place: the rename fails
		t.Fatal(err)
	}
	if _, err := s.Create(Fields{"title": "a"}); err == nil {
		t.Error("a write that could not be kept was reported as done")
	}
	entries, err := os.ReadDir(filepath.Dir(o.File))
	if err != nil || len(entries) != 1 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}
