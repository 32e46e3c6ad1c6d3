package media_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/media"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// gallery is two systems with images, a store, and what carries between them.
type gallery struct {
	*testing.T
	now      time.Time
	systems  [2]*memory.System
	cycle    *pipeline.Cycle
	store    media.Store
	carrier  *media.Carrier
	outcomes []media.Outcome
}

func newGallery(t *testing.T) *gallery {
	g := &gallery{T: t, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	g.cycle = &pipeline.Cycle{Definition: &pipeline.Definition{Sources: [2]string{"pm", "erp"}}}
	for i, name := range g.cycle.Definition.Sources {
		g.systems[i] = memory.New(memory.Config{Name: name})
		g.cycle.Endpoints[i] = g.systems[i]
	}
	g.store = media.NewFolder(media.FolderOptions{Path: t.TempDir(), PublicURL: public})
	g.open()
	return g
}

func (g *gallery) open() {
	g.carrier = media.NewCarrier(media.CarrierConfig{
		Studio: picture.NewStudio(picture.DefaultLimits()), Store: g.store, Now: func() time.Time { return g.now },
		Observe: func(source string, o media.Outcome) { g.outcomes = append(g.outcomes, o) },
	})
}

// hang makes a product with an image.
func (g *gallery) hang(side pipeline.Side, data []byte) pipeline.ImageSource {
	g.Helper()
	ref := g.systems[side].PutImage(data)
	key, err := g.systems[side].Insert(pipeline.Values{"title": pipeline.Text("T"), "image": ref})
	if err != nil {
		g.Fatal(err)
	}
	return pipeline.ImageSource{Source: g.cycle.Definition.Sources[side], Key: key, Field: "image", Ref: ref, Name: "Réf 1"}
}

func checkered(w, h int, light uint8) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		c := color.RGBA{R: light, G: 40, B: 90, A: 255}
		if (i%w*4/w+i/w*4/h)%2 == 0 {
			c = color.RGBA{R: 20, G: light, B: 30, A: 255}
		}
		m.Set(i%w, i/w, c)
	}
	return m
}

func asPNG(t *testing.T, m image.Image) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(t *testing.T, m image.Image) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCarryByAddress(t *testing.T) {
	g := newGallery(t)
	from := g.hang(pipeline.Right, asPNG(t, checkered(300, 200, 200)))
	carried := g.carrier.Image(g.cycle, from, pipeline.Left, pipeline.ImageNeeds{Side: 150, ByAddress: true})
	if carried.Change() != "" {
		t.Error("it was changed before it was read")
	}
	address, err := carried.Address(t.Context())
	if err != nil || !strings.HasPrefix(address, public+"images/Ref-1-") || !strings.HasSuffix(address, ".png") {
		t.Fatalf("%s, %v", address, err)
	}
	if want := "scaled from 300 × 200 to 150 × 100 pixels"; carried.Change() != want {
		t.Errorf("%q", carried.Change())
	}
	data, contentType, err := carried.Bytes(t.Context())
	if err != nil || contentType != "image/png" {
		t.Fatal(contentType, err)
	}
	stored, err := g.store.Get(t.Context(), strings.TrimPrefix(address, public))
	if err != nil || !bytes.Equal(stored, data) {
		t.Errorf("another image is stored, %v", err)
	}
	if diff := cmp.Diff([]media.Outcome{media.Carried, media.Stored, media.Carried}, g.outcomes); diff != "" {
		t.Error(diff)
	}
}

func TestAlike(t *testing.T) {
	g := newGallery(t)
	once := g.hang(pipeline.Left, asPNG(t, checkered(300, 200, 200)))
	for name, tc := range map[string]struct {
		data           []byte
		paired, edited bool
	}{
		"the same":         {asPNG(t, checkered(300, 200, 200)), true, true},
		"encoded anew":     {asJPEG(t, checkered(300, 200, 200)), true, true},
		"half the size":    {asPNG(t, checkered(150, 100, 200)), true, false},
		"slightly lighter": {asPNG(t, checkered(300, 200, 207)), true, false},
		"another":          {asPNG(t, checkered(300, 200, 160)), false, false},
		"no image":         {[]byte("GIF89a"), false, false},
	} {
		other := g.hang(pipeline.Right, tc.data)
		for how, want := range map[pipeline.Likeness]bool{pipeline.SamePaired: tc.paired, pipeline.SameEdited: tc.edited} {
			for _, pair := range [][2]pipeline.ImageSource{{once, other}, {other, once}} {
				if got, err := g.carrier.Alike(t.Context(), g.cycle, pair[0], pair[1], how); err != nil || got != want {
					t.Errorf("%s (%d): %t, %v", name, how, got, err)
				}
			}
		}
	}
}

func TestImageThatCannotBeRead(t *testing.T) {
	g := newGallery(t)
	damaged := asPNG(t, checkered(30, 20, 200))
	damaged = damaged[:len(damaged)-30]
	for name, tc := range map[string]struct {
		from  pipeline.ImageSource
		class pipeline.Class
		says  string
	}{
		"a GIF":   {g.hang(pipeline.Right, []byte("GIF89a....")), pipeline.Permanent, "image of 1 on erp: the image is a GIF"},
		"cut off": {g.hang(pipeline.Right, damaged), pipeline.Permanent, "image of 2 on erp: the PNG image cannot be read"},
		"moved":   {pipeline.ImageSource{Source: "erp", Key: "1", Field: "image", Ref: pipeline.Text("old")}, pipeline.Stale, "holds another image"},
		"nowhere": {pipeline.ImageSource{Source: "shop", Key: "1", Field: "image", Ref: pipeline.Text("x")}, pipeline.Permanent, `not "shop"`},
	} {
		_, _, err := g.carrier.Image(g.cycle, tc.from, pipeline.Left, pipeline.ImageNeeds{}).Bytes(t.Context())
		if e := pipeline.AsError(err); e == nil || e.Class != tc.class || !strings.Contains(e.Message, tc.says) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if _, err := g.carrier.Image(g.cycle, g.hang(pipeline.Right, damaged), pipeline.Left, pipeline.ImageNeeds{}).Address(t.Context()); err == nil {
		t.Error("a damaged image is stored")
	}
}

// deadStore counts how often it is asked.
type deadStore struct {
	media.Store
	asked int
	err   error
}

func (d *deadStore) Put(context.Context, string, string, []byte) (string, error) {
	d.asked++
	if d.err != nil {
		return "", d.err
	}
	return public + "x.png", nil
}

// A store that cannot be reached makes products wait that need it; it is not asked for every one of them.
func TestDeadStore(t *testing.T) {
	g := newGallery(t)
	store := &deadStore{err: &pipeline.Error{Code: pipeline.CodeConnectionRefused, Class: pipeline.Transient, Message: "nobody listens at minio:9000"}}
	g.store = store
	g.open()
	from := g.hang(pipeline.Right, asPNG(t, checkered(30, 20, 200)))
	address := func() error {
		_, err := g.carrier.Image(g.cycle, from, pipeline.Left, pipeline.ImageNeeds{ByAddress: true}).Address(t.Context())
		return err
	}
	for range 3 {
		if e := pipeline.AsError(address()); e == nil || e.Class != pipeline.Permanent || e.Code != pipeline.CodeConnectionRefused ||
			e.Message != "image of 1 on erp: nobody listens at minio:9000" {
			t.Fatalf("%+v", e)
		}
	}
	if store.asked != 1 {
		t.Errorf("it was asked %d times", store.asked)
	}
	store.err = nil
	g.now = g.now.Add(time.Minute)
	if err := address(); err != nil {
		t.Error(err)
	}
	g.store = nil
	g.open()
	if e := pipeline.AsError(address()); e == nil || !strings.Contains(e.Remedy, "media = media.s3.images") {
		t.Errorf("without a store: %+v", e)
	}
}

// A cycle that is stopped says so, and nothing of the image.
func TestStoppedWhileReading(t *testing.T) {
	g := newGallery(t)
	from := g.hang(pipeline.Right, asPNG(t, checkered(30, 20, 200)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := g.carrier.Image(g.cycle, from, pipeline.Left, pipeline.ImageNeeds{}).Bytes(ctx)
	if e := pipeline.AsError(err); e == nil || e.Class != pipeline.Transient || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v", err)
	}
}
