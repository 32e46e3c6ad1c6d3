package engine_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/pipeline/media"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// painted is a small image of one colour; the same colour in another size shows the same.
func painted(t *testing.T, c color.Color, side int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		m.Set(i%side, i/side, c)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var (
	red   = color.RGBA{R: 200, A: 255}
	green = color.RGBA{G: 200, A: 255}
	blue  = color.RGBA{B: 200, A: 255}
)

// newGallery is a rig whose products have an image.
func newGallery(t *testing.T, tune func(*rig)) *rig {
	t.Helper()
	return newRig(t, func(s *rig) {
		s.def.Fields = append(s.def.Fields, pipeline.MappedField{
			Name: "image", Fields: [2]string{"image", "image"}, Writes: [2]bool{true, true}, Rule: "manual", Source: "shop.hcl:9", Image: true,
		})
		s.images = media.NewCarrier(media.CarrierConfig{
			Studio: picture.NewStudio(picture.DefaultLimits()), Now: func() time.Time { return s.now },
		})
		if tune != nil {
			tune(s)
		}
	})
}

// hang gives a product of one side an image, nil for none.
func (s *rig) hang(side pipeline.Side, key pipeline.Key, data []byte) {
	s.Helper()
	ref := pipeline.Value{}
	if data != nil {
		ref = s.systems[side].PutImage(data)
	}
	if err := s.systems[side].Edit(key, pipeline.Values{"image": ref}); err != nil {
		s.Fatal(err)
	}
}

// shows returns the colour of the only product of a side: its letter, "-" for no image.
func (s *rig) shows(side pipeline.Side) string {
	s.Helper()
	all := s.systems[side].Snapshot()
	ref := all[len(all)-1].Fields["image"]
	if ref.IsNull() {
		return "-"
	}
	m, _, err := image.Decode(bytes.NewReader(s.systems[side].HeldImage(ref)))
	if err != nil {
		return "?"
	}
	r, g, _, _ := m.At(0, 0).RGBA()
	switch {
	case r > 0:
		return "r"
	case g > 0:
		return "g"
	}
	return "b"
}

// holdBoth checks what both sides show, and that the next cycles, a full one among them, neither write nor read
// an image.
func (s *rig) holdBoth(want string) {
	s.Helper()
	if got := s.shows(left) + s.shows(right); got != want {
		s.Errorf("the sides show %s, want %s", got, want)
	}
	var reads [2]int
	for i, system := range s.systems {
		reads[i] = system.Counts().Calls[memory.OpImage]
	}
	for _, full := range []bool{false, true} {
		r := s.done(full)
		if r.Writes["pm"].Total()+r.Writes["erp"].Total() > 0 {
			s.Errorf("a quiet cycle wrote %v", r.Writes)
		}
	}
	for i, system := range s.systems {
		if n := system.Counts().Calls[memory.OpImage] - reads[i]; n > 0 {
			s.Errorf("quiet cycles read %d images of %s", n, s.def.Sources[i])
		}
	}
}

const (
	left  = pipeline.Left
	right = pipeline.Right
)

func TestImagesBothWays(t *testing.T) {
	for _, vouch := range []bool{true, false} {
		s := newGallery(t, func(s *rig) { s.configs[0].Vouch, s.configs[1].Vouch = vouch, vouch })
		key := s.insert(left, "S-1", 10)
		s.hang(left, key, painted(t, red, 20))
		s.done(false)
		s.holdBoth("rr")
		other := s.systems[right].Snapshot()[0].Key

		s.hang(right, other, painted(t, green, 20))
		s.done(false)
		s.holdBoth("gg")

		s.hang(left, key, painted(t, green, 24)) // the same once more, from elsewhere
		before := s.systems[right].Counts().Writes()
		s.done(false)
		if n := s.systems[right].Counts().Writes() - before; n > 0 {
			t.Error("the same image was written again")
		}
		s.holdBoth("gg")

		s.hang(left, key, nil)
		s.done(false)
		s.holdBoth("--")

		s.hang(left, key, painted(t, blue, 20))
		s.hang(right, other, painted(t, blue, 30)) // both the same
		s.done(false)
		s.holdBoth("bb")

		s.hang(left, key, painted(t, red, 20))
		s.hang(right, other, painted(t, green, 20))
		if r := s.done(false); r.Conflicts.New != 1 {
			t.Errorf("two different images: %d conflicts", r.Conflicts.New)
		}
		s.holdBoth("rg")
		conflicts, err := s.store.Conflicts(t.Context())
		if err != nil || len(conflicts) != 1 {
			t.Fatal(conflicts, err)
		}
		c := conflicts[0]
		if err := s.store.Settle(t.Context(), c.ID, pipeline.Resolution{Verdict: pipeline.TakeRight, Seen: c.Values, By: "eva"}); err != nil {
			t.Fatal(err)
		}
		s.done(false)
		s.holdBoth("gg")
	}
}

// Products that were never seen together are compared by what is seen.
func TestImagesOfNewPairs(t *testing.T) {
	for want, images := range map[string][2][]byte{
		"rr": {painted(t, red, 20), painted(t, red, 33)}, "rb": {painted(t, red, 20), painted(t, blue, 20)},
		"gg": {nil, painted(t, green, 20)},
	} {
		s := newGallery(t, nil)
		for i := range s.systems {
			s.hang(pipeline.Side(i), s.insert(pipeline.Side(i), "S-1", 10), images[i])
		}
		r := s.done(false)
		if got := r.Conflicts.New; (got == 1) != (want == "rb") {
			t.Errorf("%s: %d conflicts", want, got)
		}
		s.holdBoth(want)
	}
}

// A product whose image cannot be carried waits, says why, and heals by itself; the others go on.
func TestImageThatCannotBeCarried(t *testing.T) {
	s := newGallery(t, nil)
	good, bad := s.insert(left, "S-1", 10), s.insert(left, "S-2", 10)
	s.hang(left, good, painted(t, red, 20))
	s.hang(left, bad, []byte("GIF89a and so on"))
	r := s.done(false)
	if r.Result != pipeline.ResultPartial || r.Quarantined != 1 || r.Writes["erp"].Create != 1 {
		t.Fatalf("%+v", r)
	}
	waiting, err := s.store.Quarantined(t.Context())
	if err != nil || waiting[0].Code != pipeline.CodeImageSync || !strings.Contains(waiting[0].Message, "image of 2 on pm: the image is a GIF") {
		t.Fatalf("%+v, %v", waiting, err)
	}
	s.hang(left, bad, painted(t, blue, 20))
	if r := s.done(false); r.Quarantined != 0 || r.Writes["erp"].Create != 1 {
		t.Fatalf("after it was replaced: %+v", r)
	}
	s.holdBoth("bb")
}

// Invariant 9: images that vanish count as removals.
func TestImagesAreNotAllTakenAway(t *testing.T) {
	s := newGallery(t, func(s *rig) { s.def.Limits.Deletes = pipeline.CountLimit(2) })
	var keys []pipeline.Key
	for _, sku := range []string{"A", "B", "C"} {
		key := s.insert(left, sku, 10)
		s.hang(left, key, painted(t, red, 20))
		keys = append(keys, key)
	}
	s.done(false)
	for _, k := range keys {
		s.hang(left, k, nil)
	}
	r := s.sync(false)
	if r.BrakedBy == nil || *r.BrakedBy != pipeline.BrakeDeletes || !strings.Contains(r.Error.Message, "3 removals, 3 of them of images, are due") {
		t.Fatalf("%+v %+v", r, r.Error)
	}
	if _, err := s.engine.Approve(t.Context(), "eva"); err != nil {
		t.Fatal(err)
	}
	s.done(false)
	s.holdBoth("--")
}

// An image that a cycle replaced is not kept, so an undo leaves it; one that it brought goes away again.
func TestUndoOfImages(t *testing.T) {
	s := newGallery(t, nil)
	key := s.insert(left, "S-1", 10)
	s.done(false)
	s.hang(left, key, painted(t, red, 20))
	first := s.done(false)
	if r := s.engine.Undo(t.Context(), first.Cycle, engine.Asked{By: "eva"}); r.Refused > 0 || r.Writes["erp"].Update != 1 {
		t.Fatalf("%+v", r)
	}
	s.holdBoth("r-")
	s.hang(left, key, painted(t, green, 20))
	s.done(false)
	s.hang(left, key, painted(t, blue, 20))
	last := s.done(false)
	if r := s.engine.Undo(t.Context(), last.Cycle, engine.Asked{By: "eva"}); r.Refused != 1 || r.Writes["erp"].Update != 0 {
		t.Fatalf("%+v", r)
	}
	s.holdBoth("bb")
}

// forgetful makes records without the images that they are made with, as a system does that fetches them later.
type forgetful struct{ *memory.System }

func (f forgetful) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	for i := range drafts {
		drafts[i].Fields = maps.Clone(drafts[i].Fields)
		delete(drafts[i].Fields, "image")
	}
	return f.System.Create(ctx, drafts)
}

// Invariant 6: an image that a system did not take is not taken for one that was removed there.
func TestImageThatWasNotTaken(t *testing.T) {
	s := newGallery(t, nil)
	s.ends[right] = forgetful{s.systems[right]}
	s.configure(func(*pipeline.Definition) {})
	s.hang(left, s.insert(left, "S-1", 10), painted(t, red, 20))
	s.done(false)
	if s.shows(left) != "r" || s.shows(right) != "-" {
		t.Fatalf("the sides show %s%s", s.shows(left), s.shows(right))
	}
	s.done(false)
	s.holdBoth("rr")
}

// Invariant 3: what an interrupted write of an image did is found out by looking: a reference that stayed is of the former
// image, one that changed is of the image that it shows.
func TestInvariant3InterruptedImage(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  memory.FaultKind
		writes int // of the cycle that follows
	}{"it took effect": {memory.LoseAnswer, 0}, "it did not": {memory.LoseRequest, 1}} {
		t.Run(name, func(t *testing.T) {
			fault := memory.NoFault
			s := newGallery(t, func(s *rig) {
				s.configs[right].Fault = func(op string, _ int) memory.FaultKind {
					now := fault
					if op == memory.OpUpdate && now != memory.NoFault {
						fault = memory.Refuse // from here on nothing is heard any more
					}
					if now == tc.fault && op != memory.OpUpdate {
						return memory.NoFault
					}
					return now
				}
			})
			key := s.insert(left, "S-1", 10)
			s.hang(left, key, painted(t, red, 20))
			s.done(false)
			s.hang(left, key, painted(t, green, 20))
			fault = tc.fault
			if r := s.sync(false); r.Result != pipeline.ResultFailed {
				t.Fatalf("the cycle was not interrupted: %+v", r)
			}
			fault = memory.NoFault
			if r := s.done(false); r.Writes["erp"].Total() != tc.writes {
				t.Errorf("the next cycle wrote %v", r.Writes)
			}
			s.holdBoth("gg")
		})
	}
}
