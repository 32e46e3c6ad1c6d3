package write

import (
	"context"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// Recover settles the intents whose outcome an earlier cycle did not learn. Of creations it looks for the
// records and links those that were made. Of updates and removals it looks what the records hold now:
// what took effect goes into the history, and the merge then finds the same on both sides. Whatever was
// not done is detected again, since the cursors did not move.
//
// Invariant 3: after SIGKILL every intent is settled by looking, not by guessing. Invariant 6: the
// values that an interrupted write replaced are in the history too.
func (s *Stage) Recover(ctx context.Context, c *pipeline.Cycle) error {
	pending, err := s.State.PendingIntents(ctx)
	if err != nil {
		return err
	}
	for _, side := range pipeline.Sides() {
		var creates, others []pipeline.Intent
		for _, in := range pending {
			switch {
			case in.Side != side:
			case in.Kind == pipeline.Create:
				creates = append(creates, in)
			default:
				others = append(others, in)
			}
		}
		if err := s.recoverCreates(ctx, c, side, creates); err != nil {
			return err
		}
		if err := s.recoverOthers(ctx, c, side, others); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stage) recoverCreates(ctx context.Context, c *pipeline.Cycle, side pipeline.Side, intents []pipeline.Intent) error {
	if len(intents) == 0 {
		return nil
	}
	drafts := make([]pipeline.Draft, len(intents))
	ids := make([]pipeline.LinkID, len(intents))
	for i, in := range intents {
		drafts[i], ids[i] = in.Draft, in.Link
	}
	made, err := settle(ctx, c, side, drafts)
	if err != nil {
		return err
	}
	links, err := s.State.LinksByID(ctx, ids)
	if err != nil {
		return err
	}
	failpoint.Hit(failpoint.RecoverLooked)
	var commit pipeline.Commit
	for i, in := range intents {
		commit.Intents = append(commit.Intents, in.ID)
		if made[i] != nil {
			s.recovered(c, &commit, in, made[i], links[in.Link])
		}
	}
	return s.store(ctx, commit)
}

func (s *Stage) recoverOthers(ctx context.Context, c *pipeline.Cycle, side pipeline.Side, intents []pipeline.Intent) error {
	for in := range slices.Chunk(intents, c.BatchSize()) {
		b := &batch{Stage: s, cycle: c}
		jobs := make([]*job, len(in))
		for i := range in {
			jobs[i] = &job{item: &pipeline.Item{Keys: in[i].Keys}, side: side, m: &in[i].Mutation}
		}
		current, err := b.read(ctx, side, jobs)
		if err != nil {
			return err
		}
		failpoint.Hit(failpoint.RecoverLooked)
		var commit pipeline.Commit
		for _, intent := range in {
			commit.Intents = append(commit.Intents, intent.ID)
			r := current[intent.Keys[side]]
			if r != nil && intent.Kind == pipeline.Update && b.differs(side, r, intent.Mutation.Before) == "" {
				continue // it did not take effect
			}
			event := intent.Event
			event.Note = "by an interrupted cycle"
			if r != nil && b.differs(side, r, intent.Mutation.Fields) != "" {
				event.Note += "; the record was edited since, or only a part took effect"
			}
			commit.History = append(commit.History, event)
		}
		if err := s.store(ctx, commit); err != nil {
			return err
		}
	}
	return nil
}

// store commits what recovery learned.
func (s *Stage) store(ctx context.Context, c pipeline.Commit) error {
	err := s.State.Commit(ctx, c)
	failpoint.Hit(failpoint.RecoverCommitted)
	return err
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
		if f.Writes[in.Side] { // what differs from what was sent is somebody's edit: see confirmed
			if sent, err := c.Types[in.Side][i].Canonical(in.Draft.Fields[f.Fields[in.Side]]); err == nil {
				held = sent
			}
		}
		link.Base[in.Side][f.Name] = held
	}
	commit.Links = append(commit.Links, link)
	for _, side := range pipeline.Sides() {
		commit.Forget[side] = append(commit.Forget[side], link.Keys[side])
	}
	event := in.Event
	event.Link, event.Keys, event.Note = link.ID, link.Keys, "by an interrupted cycle"
	commit.History = append(commit.History, event)
}
