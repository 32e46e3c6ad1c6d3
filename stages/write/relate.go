package write

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// waves divides items: those that refer to a record whose partner is made in this cycle come after the others,
// among which it may be.
func waves(items []*pipeline.Item) (roots, children []*pipeline.Item) {
	for _, it := range items {
		if refers(it) {
			children = append(children, it)
		} else {
			roots = append(roots, it)
		}
	}
	return roots, children
}

func refers(it *pipeline.Item) bool {
	for _, m := range it.Mutations {
		if m == nil {
			continue
		}
		for _, v := range m.Fields {
			if _, pending := pipeline.AsPending(v); pending {
				return true
			}
		}
	}
	return false
}

// relate puts what the partners are called in place of pending references. Items whose parent has no partner
// fail: they are tried again as any that failed, and Tandem never makes a variant outside of its family.
func (s *Stage) relate(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	for _, i := range c.References() {
		for _, to := range pipeline.Sides() {
			name := c.Definition.Fields[i].Fields[to]
			waiting := map[string][]*pipeline.Item{}
			var references []string
			for _, it := range items {
				if m := it.Mutations[to]; m != nil && it.Err == nil {
					if v, pending := pipeline.AsPending(m.Fields[name]); pending {
						references = append(references, v.String())
						waiting[v.String()] = append(waiting[v.String()], it)
					}
				}
			}
			if len(references) == 0 {
				continue
			}
			related, err := c.Relate(ctx, s.State, to.Other(), i, references)
			if err != nil {
				return err
			}
			for reference, its := range waiting {
				for _, it := range its {
					if v, ok := related.Found[reference]; ok {
						settlePending(c, it, to, i, v)
					} else {
						it.Fail(related.Missing[reference])
					}
				}
			}
		}
	}
	return nil
}

func settlePending(c *pipeline.Cycle, it *pipeline.Item, to pipeline.Side, i int, v pipeline.Value) {
	f := c.Definition.Fields[i]
	it.Mutations[to].Fields[f.Fields[to]] = v
	if d := decisionOn(it, f.Name); d != nil {
		d.After[to] = v
	}
}
