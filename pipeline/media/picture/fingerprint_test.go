package picture_test

import (
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"

	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

func resized(m image.Image, w, h int) *image.RGBA {
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), m, m.Bounds(), draw.Src, nil)
	return small
}

func fingerprint(t *testing.T, data []byte) picture.Fingerprint {
	t.Helper()
	f, err := studio().Fingerprint(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFingerprint(t *testing.T) {
	var all []picture.Fingerprint
	for seed := range uint64(8) {
		m := scene(240, 160, seed)
		f := fingerprint(t, asPNG(t, m))
		for name, data := range map[string][]byte{
			"JPEG 85": asJPEG(t, m, 85), "JPEG 60": asJPEG(t, m, 60), "half": asPNG(t, resized(m, 120, 80)), "larger": asPNG(t, resized(m, 350, 233)),
			"JPEG 85 of half": asJPEG(t, resized(m, 120, 80), 85),
		} {
			if g := fingerprint(t, data); !f.Alike(g) {
				t.Errorf("picture %d as %s is %d away from itself", seed, name, f.Distance(g))
			}
		}
		for i, g := range all {
			if f.Alike(g) || g.Distance(f) != f.Distance(g) {
				t.Errorf("pictures %d and %d are %d apart", seed, i, f.Distance(g))
			}
		}
		all = append(all, f)
	}
}

// TestFingerprintSeesColours: one shape in two colours is not one picture.
func TestFingerprintSeesColours(t *testing.T) {
	shirt := func(c color.Color) []byte {
		m := image.NewRGBA(image.Rect(0, 0, 200, 200))
		draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(m, image.Rect(60, 50, 140, 170), image.NewUniform(c), image.Point{}, draw.Src)
		return asJPEG(t, m, 85)
	}
	red, green := fingerprint(t, shirt(color.RGBA{200, 30, 30, 255})), fingerprint(t, shirt(color.RGBA{30, 120, 30, 255}))
	if red.Alike(green) {
		t.Errorf("%d apart", red.Distance(green))
	}
}

// TestFingerprintOnWhite: systems that keep no transparency put white behind.
func TestFingerprintOnWhite(t *testing.T) {
	glass, white := image.NewNRGBA(image.Rect(0, 0, 64, 64)), image.NewRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(white, white.Bounds(), image.White, image.Point{}, draw.Src)
	half := color.NRGBA{0, 0, 200, 128}
	draw.Draw(glass, image.Rect(16, 16, 48, 48), image.NewUniform(half), image.Point{}, draw.Src)
	draw.Draw(white, image.Rect(16, 16, 48, 48), image.NewUniform(half), image.Point{}, draw.Over)
	if f, g := fingerprint(t, asPNG(t, glass)), fingerprint(t, asJPEG(t, white, 85)); !f.Alike(g) {
		t.Errorf("%d apart", f.Distance(g))
	}
}

// TestFingerprintsOfAShop looks at real photographs: those of the shared data that are nearest to each other, all
// 184 with TANDEM_TEST_IMAGES=all.
func TestFingerprintsOfAShop(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(repository(t), "..", "shared", "data", "magento", "images", photographs()))
	if len(files) == 0 {
		t.Skip("left out: the shared data has no ../shared/data/magento/images")
	}
	// These show the same; only their names say another colour.
	same := map[string]string{"mp09-blue_main.jpg": "mp09-black_main.jpg", "mp12-blue_main.jpg": "mp12-black_main.jpg"}
	s, r := studio(), rand.New(rand.NewPCG(3, 4))
	prints := map[string]picture.Fingerprint{}
	farthest, nearest := 0, 255
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, f := filepath.Base(file), fingerprint(t, data)
		side := 300 + r.IntN(700)
		small, err := s.Fit(t.Context(), data, picture.Wanted{Side: side})
		if err != nil {
			t.Fatal(err)
		}
		d := f.Distance(fingerprint(t, small.Data))
		farthest = max(farthest, d)
		if d > 5 {
			t.Errorf("%s at %d pixels is %d away from itself", name, side, d)
		}
		for other, g := range prints {
			if same[name] == other || same[other] == name {
				continue
			}
			nearest = min(nearest, f.Distance(g))
			if f.Alike(g) {
				t.Errorf("%s and %s are %d apart", name, other, f.Distance(g))
			}
		}
		prints[name] = f
	}
	t.Logf("%d photographs: the same at most %d away, others at least %d", len(files), farthest, nearest)
}

// photographs is a pattern of names. The two of wsh10 differ in a hem.
func photographs() string {
	if os.Getenv("TANDEM_TEST_IMAGES") == "all" {
		return "*.jpg"
	}
	return "w[sp]*1[02]-[bogp]*_main.jpg"
}

func repository(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the package")
	return ""
}
