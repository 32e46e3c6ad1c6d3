package engine_test

import (
	"context"
	"maps"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// slowShop is a system that takes images later than it says, or never: until it is told to, it writes all fields
// but those.
type slowShop struct {
	*memory.System
	takes bool
}

func (s *slowShop) ReadImage(ctx context.Context, k pipeline.Key, field string, ref pipeline.Value) ([]byte, error) {
	return s.System.ReadImage(ctx, k, field, ref)
}

func (s *slowShop) without(fields pipeline.Values) pipeline.Values {
	if s.takes {
		return fields
	}
	fields = maps.Clone(fields)
	delete(fields, "image")
	return fields
}

func (s *slowShop) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	drafts = append([]pipeline.Draft(nil), drafts...)
	for i := range drafts {
		drafts[i].Fields = s.without(drafts[i].Fields)
	}
	return s.System.Create(ctx, drafts)
}

func (s *slowShop) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	patches = append([]pipeline.Patch(nil), patches...)
	for i := range patches {
		patches[i].Fields = s.without(patches[i].Fields)
	}
	return s.System.Update(ctx, patches)
}

// An image that a side was sent, and does not show, was not taken away by anybody: it is sent again, and the side
// that it comes from keeps it.
func TestImageThatIsNotTakenIsNotARemoval(t *testing.T) {
	for name, tune := range map[string]func(*memory.Config){
		"confirmed":   func(c *memory.Config) { c.Vouch = true },
		"unconfirmed": func(c *memory.Config) { c.Vouch = false },
		"answer lost": func(c *memory.Config) {
			c.Vouch = false
			c.Fault = func(op string, n int) memory.FaultKind {
				if (op == memory.OpCreate || op == memory.OpUpdate) && n%2 == 1 {
					return memory.LoseAnswer
				}
				return memory.NoFault
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newGallery(t, func(s *rig) { tune(&s.configs[right]) })
			shop := &slowShop{System: s.systems[right]}
			s.ends[right] = shop
			s.configure(func(*pipeline.Definition) {})
			key := s.insert(left, "S-1", 10)
			s.hang(left, key, painted(t, red, 20))
			for range 3 {
				s.sync(false)
			}
			if got := s.shows(left) + s.shows(right); got != "r-" {
				t.Fatalf("the sides show %s", got)
			}
			shop.takes = true
			s.edit(left, "S-1", pipeline.Values{"title": pipeline.Text("Another")})
			s.sync(false)
			s.sync(false)
			s.holdBoth("rr")

			if s.configs[right].Vouch {
				return // it would vouch for the former image, which no endpoint may
			}
			shop.takes = false
			s.hang(left, key, painted(t, green, 20))
			s.edit(left, "S-1", pipeline.Values{"title": pipeline.Text("A third")})
			for range 3 {
				s.sync(false)
			}
			if got := s.shows(left) + s.shows(right); got != "gr" {
				t.Fatalf("the sides show %s", got)
			}
			shop.takes = true
			s.edit(left, "S-1", pipeline.Values{"title": pipeline.Text("A fourth")})
			s.sync(false)
			s.sync(false)
			s.holdBoth("gg")
		})
	}
}
