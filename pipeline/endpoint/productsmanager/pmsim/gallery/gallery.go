package gallery

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // image.Decode reads PNG
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // and WebP

	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

const (
	longestSide = 2000 // pixels
	quality     = 85   // of JPEG, in percent
)

// Gallery holds images by name. It is safe for concurrent use.
type Gallery struct {
	dir    string
	mu     sync.Mutex
	images map[string][]byte
}

// New returns a gallery that is kept in a folder, made when it is needed, or in memory if dir is "".
func New(dir string) *Gallery { return &Gallery{dir: dir, images: map[string][]byte{}} }

// Add encodes an image anew, keeps it and returns its name, which is that of every image of the same result. The
// error says what is wrong with the image, or that the folder cannot be written.
func (g *Gallery) Add(data []byte) (name string, err error) {
	if _, err := picture.Inspect(data, picture.DefaultLimits()); err != nil {
		return "", err
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return "", errors.New("the image cannot be read: " + err.Error())
	}
	kept, err := encode(m, longestSide)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(kept)
	name = hex.EncodeToString(sum[:16])
	if g.dir != "" {
		return name, g.write(name, kept)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.images[name] = kept
	return name, nil
}

// write keeps a reader from seeing a part of an image.
func (g *Gallery) write(name string, data []byte) error {
	if err := os.MkdirAll(g.dir, 0o755); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(g.dir, ".new-")
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), g.file(name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

func (g *Gallery) file(name string) string { return filepath.Join(g.dir, filepath.Base(name)+".jpg") }

// Get returns an image as JPEG; false if there is none of that name.
func (g *Gallery) Get(name string) ([]byte, bool) {
	if g.dir == "" {
		g.mu.Lock()
		defer g.mu.Unlock()
		data, ok := g.images[name]
		return data, ok
	}
	data, err := os.ReadFile(g.file(name))
	return data, err == nil
}

// Has tells whether there is an image of that name.
func (g *Gallery) Has(name string) bool {
	if g.dir == "" {
		_, ok := g.Get(name)
		return ok
	}
	_, err := os.Stat(g.file(name))
	return !errors.Is(err, fs.ErrNotExist)
}

// Thumbnail returns an image made smaller; the sizes are small, medium and large.
func (g *Gallery) Thumbnail(name, size string) ([]byte, bool) {
	side := map[string]int{"small": 150, "medium": 300, "large": 800}[size]
	data, ok := g.Get(name)
	if !ok || side == 0 {
		return nil, false
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, false
	}
	small, err := encode(m, side)
	return small, err == nil
}

// encode scales an image to at most side pixels a side, on white, and makes a JPEG of it.
func encode(m image.Image, side int) ([]byte, error) {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if longer := max(w, h); longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	flat := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(flat, flat.Bounds(), m, m.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	err := jpeg.Encode(&out, flat, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}
