package write

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// Recover settles the intents whose outcome an earlier cycle did not learn. Of creations it looks for the
// records and links those that were made. Of updates and removals it looks what the records hold now:
// what took effect goes into the history and, for updates, into the base. Whatever was not done is
// detected again, since the cursors did not move.
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
			if err := s.recovered(ctx, c, &commit, in, made[i], links[in.Link]); err != nil {
				return err
			}
		}
	}
	return s.store(ctx, commit)
}

func (s *Stage) recoverOthers(ctx context.Context, c *pipeline.Cycle, side pipeline.Side, intents []pipeline.Intent) error {
	for in := range slices.Chunk(intents, c.BatchSize()) {
		b := &batch{Stage: s, cycle: c}
		jobs := make([]*job, len(in))
		ids := make([]pipeline.LinkID, len(in))
		for i := range in {
			jobs[i] = &job{item: &pipeline.Item{Keys: in[i].Keys}, side: side, m: &in[i].Mutation}
			ids[i] = in[i].Link
		}
		current, err := b.read(ctx, side, jobs)
		if err != nil {
			return err
		}
		links, err := s.State.LinksByID(ctx, ids)
		if err != nil {
			return err
		}
		failpoint.Hit(failpoint.RecoverLooked)
		promised, err := s.promises(ctx, c, in)
		if err != nil {
			return err
		}
		commit := pipeline.Commit{Unlinked: promised}
		for _, intent := range in {
			commit.Intents = append(commit.Intents, intent.ID)
			if err := b.recoverOther(ctx, &commit, intent, current[intent.Keys[side]], links[intent.Link]); err != nil {
				return err
			}
		}
		if err := s.store(ctx, commit); err != nil {
			return err
		}
	}
	return nil
}

// recoverOther adds to commit what became of an update or a removal, now that the record is r, nil where
// it is gone.
func (b *batch) recoverOther(ctx context.Context, commit *pipeline.Commit, in pipeline.Intent, r *pipeline.Record, link *pipeline.Link) error {
	certain := false
	if r != nil && (in.Kind == pipeline.Update || in.Mutation.Revert) {
		if b.differs(in.Side, r, in.Mutation.Before) == "" {
			return nil // it did not take effect
		}
		if certain = in.Kind == pipeline.Remove; certain {
			in.Event.Fields = b.flags(r, in)
		} else {
			if err := b.recoverImages(ctx, &in, r); err != nil {
				return err
			}
			if len(in.Mutation.Fields) == 0 {
				return nil // an image alone, which was not taken
			}
			certain = b.tookEffect(in.Side, r, in.Mutation)
		}
	}
	event := in.Event
	event.Note = interrupted(event.Note)
	if r != nil && b.differs(in.Side, r, in.Mutation.Fields) != "" {
		event.Note += "; " + unclear
	}
	commit.History = append(commit.History, event)
	if link != nil && certain {
		commit.Links = append(commit.Links, b.recoveredUpdate(b.cycle, link, in))
	}
	return nil
}

// tookEffect tells whether an update was certainly carried out: the record holds all that was sent, or,
// since a record is written as a whole, one text or number of it, whatever became of the others since. A
// flag or a category proves nothing, somebody may have chosen the same. Where nothing is proven, the merge
// decides by the old base.
func (b *batch) tookEffect(side pipeline.Side, r *pipeline.Record, m pipeline.Mutation) bool {
	if b.differs(side, r, m.Fields) == "" {
		return true
	}
	for name, sent := range m.Fields {
		t, _ := b.cycle.About[side].Schema.Lookup(name)
		choice := sent.Kind() == pipeline.KindBool || t.Type == pipeline.TypePath || t.Type == pipeline.TypeSelection
		if !choice && b.differs(side, r, pipeline.Values{name: sent}) == "" && b.differs(side, r, pipeline.Values{name: m.Before[name]}) != "" {
			return true
		}
	}
	return false
}

// recoveredUpdate moves the base of the fields that an interrupted update wrote, as the write stage would
// have. Without it our own write would count as an edit, and somebody who edits the field on the side
// that it came from, before recovery, would be in conflict with his own earlier value, or lose to it.
func (s *Stage) recoveredUpdate(c *pipeline.Cycle, old *pipeline.Link, in pipeline.Intent) *pipeline.Link {
	link := *old
	link.Updated, link.Seen = s.Now(), [2]string{}
	for _, side := range pipeline.Sides() {
		if link.Base[side] = maps.Clone(old.Base[side]); link.Base[side] == nil {
			link.Base[side] = pipeline.Values{}
		}
		if link.Read[side] = maps.Clone(old.Read[side]); link.Read[side] == nil {
			link.Read[side] = pipeline.Readings{}
		}
		complete(&link, side, c, nil)
	}
	if in.Mutation.Revert {
		reverted(&link, in.Side, c, &in.Mutation)
	}
	for _, f := range in.Event.Fields {
		if in.Mutation.Revert { // the other side's base stays, see pipeline.Mutation
			link.Base[in.Side][f.Name] = f.After
			continue
		}
		if !slices.Contains(in.Thirds, f.Name) {
			link.Base[in.Side][f.Name], link.Base[in.Side.Other()][f.Name] = f.After, f.Values[in.Side.Other()]
			for _, side := range pipeline.Sides() {
				if r, reads := in.Read[side][f.Name]; reads {
					link.Read[side][f.Name] = r
				}
			}
		}
	}
	return &link
}

// flags returns the flags that archiving turned off.
func (b *batch) flags(r *pipeline.Record, in pipeline.Intent) (changes []pipeline.FieldChange) {
	own := b.cycle.OwnValues(in.Side, r)
	for i, f := range b.cycle.Definition.Fields {
		before, held := in.Mutation.Before[f.Fields[in.Side]], own[i]
		if before.AsBool() && held.Kind() == pipeline.KindBool && !held.AsBool() {
			changes = append(changes, pipeline.FieldChange{Name: f.Name, Before: before, After: held, Rule: in.Event.Rule})
		}
	}
	return changes
}

// interrupted is the note of what an interrupted cycle wrote.
func interrupted(note string) string {
	if note == "" {
		return "by an interrupted cycle"
	}
	return note + ", by an interrupted cycle"
}

// store commits what recovery learned.
func (s *Stage) store(ctx context.Context, c pipeline.Commit) error {
	err := s.State.Commit(ctx, c)
	failpoint.Hit(failpoint.RecoverCommitted)
	return err
}

// recovered links a record that was made, as the write stage would have: see rebase.
func (s *Stage) recovered(ctx context.Context, c *pipeline.Cycle, commit *pipeline.Commit, in pipeline.Intent, made *pipeline.Record, old *pipeline.Link) error {
	b := &batch{Stage: s, cycle: c}
	drafted, err := b.asHeld(ctx, in.Side, made, in.Draft.Fields, nil)
	if err != nil {
		return err
	}
	source := in.Side.Other()
	link := &pipeline.Link{ID: in.Link, Keys: in.Keys, Created: s.Now(), Updated: s.Now()}
	if old != nil {
		link.Created = old.Created
	}
	link.Keys[in.Side] = made.Key
	link.Base, link.Read = [2]pipeline.Values{{}, {}}, in.Read
	certain := recognised(c, in.Side, made.Key)
	for i, held := range c.OwnValues(in.Side, made) {
		f := c.Definition.Fields[i]
		if untaken(in.Draft.Fields[f.Fields[in.Side]], pipeline.Value{}, held) {
			continue
		}
		sent, err := c.Types[in.Side][i].Canonical(drafted[f.Fields[in.Side]])
		if f.Writes[in.Side] && err == nil && !held.Equal(sent) && !made.Lacks(f.Fields[in.Side]) {
			if !certain {
				continue // somebody may have made it at that moment: the field is new to the pair
			}
			held = sent // somebody's edit since: see confirmed
		}
		link.Base[source][f.Name], link.Base[in.Side][f.Name] = in.Base[source][f.Name], held
	}
	commit.Links = append(commit.Links, link)
	for _, side := range pipeline.Sides() {
		commit.Forget[side] = append(commit.Forget[side], link.Keys[side])
	}
	event := in.Event
	event.Link, event.Keys, event.Note = link.ID, link.Keys, interrupted(event.Note)
	event.Fields = b.shown(event.Fields, in.Side, drafted)
	commit.History = append(commit.History, event)
	return nil
}
