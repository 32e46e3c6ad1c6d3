package write

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// Recover settles the creations whose outcome an earlier cycle did not learn: it looks for the records,
// links those that were made, and forgets the intents of those that were not (detection finds them
// again, since the cursors did not move). It returns the intents of updates and removals: detection
// looks at their links again, and they are to be settled when this cycle has handled everything.
//
// Invariant 3: after SIGKILL every intent is settled by looking, not by guessing.
func (s *Stage) Recover(ctx context.Context, c *pipeline.Cycle) (later []string, err error) {
	pending, err := s.State.PendingIntents(ctx)
	if err != nil {
		return nil, err
	}
	for _, in := range pending {
		if in.Kind != pipeline.Create {
			later = append(later, in.ID)
		}
	}
	for _, side := range pipeline.Sides() {
		if err := s.recoverSide(ctx, c, side, pending); err != nil {
			return nil, err
		}
	}
	return later, nil
}

func (s *Stage) recoverSide(ctx context.Context, c *pipeline.Cycle, side pipeline.Side, pending []pipeline.Intent) error {
	var intents []pipeline.Intent
	var drafts []pipeline.Draft
	for _, in := range pending {
		if in.Side == side && in.Kind == pipeline.Create {
			intents, drafts = append(intents, in), append(drafts, in.Draft)
		}
	}
	if len(intents) == 0 {
		return nil
	}
	made, err := settle(ctx, c, side, drafts)
	if err != nil {
		return err
	}
	ids := make([]pipeline.LinkID, len(intents))
	for i, in := range intents {
		ids[i] = in.Link
	}
	links, err := s.State.LinksByID(ctx, ids)
	if err != nil {
		return err
	}
	var commit pipeline.Commit
	for i, in := range intents {
		commit.Intents = append(commit.Intents, in.ID)
		if made[i] != nil {
			s.recovered(c, &commit, in, made[i], links[in.Link])
		}
	}
	return s.State.Commit(ctx, commit)
}

// recovered links a record that was made, as the write stage would have: see rebase.
func (s *Stage) recovered(c *pipeline.Cycle, commit *pipeline.Commit, in pipeline.Intent, made *pipeline.Record, old *pipeline.Link) {
	source := in.Side.Other()
	link := &pipeline.Link{ID: in.Link, Keys: in.Keys, Created: s.Now(), Updated: s.Now()}
	if old != nil {
		link.Created = old.Created
	}
	link.Keys[in.Side] = made.Key
	link.Base[source], link.Base[in.Side] = in.Base[source], pipeline.Values{}
	for i, held := range c.OwnValues(in.Side, made) {
		f := c.Definition.Fields[i]
		if sent, ok := in.Draft.Fields[f.Fields[in.Side]]; ok && !held.Equal(sent) {
			held = sent
		}
		link.Base[in.Side][f.Name] = held
	}
	commit.Links = append(commit.Links, link)
	for _, side := range pipeline.Sides() {
		commit.Forget[side] = append(commit.Forget[side], link.Keys[side])
	}
	side := in.Side
	commit.History = append(commit.History, pipeline.Event{
		At: s.Now(), Cycle: in.Cycle, Link: link.ID, Keys: link.Keys, Kind: string(pipeline.Create), Side: &side,
		Note: "made by an interrupted cycle, found again afterwards",
	})
}
