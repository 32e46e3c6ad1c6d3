package write

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// promises returns both records of the pairs that interrupted updates were about and that are not linked yet, each
// as the partner of the other. A parent without a code is paired by its children: by the time it is decided upon
// again, somebody may have edited or deleted the one that told.
//
// Invariant 3: without it, such a pair would be made again on both sides.
func (s *Stage) promises(ctx context.Context, c *pipeline.Cycle, intents []pipeline.Intent) ([]pipeline.Unlinked, error) {
	if c.Definition.Family.Parent == "" {
		return nil, nil
	}
	var keys [2][]pipeline.Key
	for _, in := range intents {
		if in.Link == "" && in.Keys[0] != "" && in.Keys[1] != "" {
			keys[0], keys[1] = append(keys[0], in.Keys[0]), append(keys[1], in.Keys[1])
		}
	}
	if len(keys[0]) == 0 {
		return nil, nil
	}
	var free [2]map[pipeline.Key]pipeline.Unlinked
	for _, side := range pipeline.Sides() {
		var err error
		if free[side], err = s.free(ctx, c, side, keys[side]); err != nil {
			return nil, err
		}
	}
	var promised []pipeline.Unlinked
	for i := range keys[0] {
		left, lok := free[0][keys[0][i]]
		right, rok := free[1][keys[1][i]]
		if lok && rok {
			left.Partner, right.Partner = right.Key, left.Key
			promised = append(promised, left, right)
		}
	}
	return promised, nil
}

// free returns those of some records of a side that are there and have no link.
func (s *Stage) free(ctx context.Context, c *pipeline.Cycle, side pipeline.Side, keys []pipeline.Key) (map[pipeline.Key]pipeline.Unlinked, error) {
	links, err := s.State.LinksByKey(ctx, side, keys)
	if err != nil {
		return nil, err
	}
	records, err := c.Endpoints[side].Fetch(ctx, keys, c.Definition.Wanted(side))
	if err != nil {
		return nil, err
	}
	free := map[pipeline.Key]pipeline.Unlinked{}
	for i := range records {
		r := &records[i]
		if r.Err == nil && links[r.Key] == nil {
			free[r.Key] = pipeline.Unlinked{
				Side: side, Key: r.Key, Match: c.MatchText(c.OwnValues(side, r)), Why: "paired by an interrupted cycle",
			}
		}
	}
	return free, nil
}
