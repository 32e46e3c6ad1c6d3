package engine

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// Forget drops a link, with its conflicts and its quarantine, after the cycle that runs now if there is
// one. The records stay as they are on both sides; the next full pass pairs them anew. It returns the link,
// or an *Error of code record_unknown where it was dropped meanwhile.
func (e *Engine) Forget(ctx context.Context, id pipeline.LinkID, by string) (*pipeline.Link, error) {
	if err := e.take(ctx); err != nil {
		return nil, err
	}
	defer e.give()
	links, err := e.Store.LinksByID(ctx, []pipeline.LinkID{id})
	if err != nil {
		return nil, err
	}
	link := links[id]
	if link == nil {
		return nil, &pipeline.Error{
			Code: pipeline.CodeRecordUnknown, Message: fmt.Sprintf("the link %s is not there any more", id),
			Remedy: "Nothing to do: its records are not linked.",
		}
	}
	match := pipeline.Values{}
	for _, name := range e.Definition.Match {
		match[name] = link.Base[pipeline.Left][name]
	}
	commit := pipeline.Commit{Drop: []pipeline.LinkID{id}, History: []pipeline.Event{{
		At: e.Now(), Link: id, Keys: link.Keys, Match: match, Kind: "forget", By: by,
		Note: "the next full pass pairs the records anew",
	}}}
	conflicts, err := e.Store.ConflictsOf(ctx, []pipeline.LinkID{id})
	if err != nil {
		return nil, err
	}
	for _, c := range conflicts[id] {
		commit.Close = append(commit.Close, c.ID)
	}
	for _, s := range pipeline.Sides() {
		failed, err := e.Store.QuarantineOf(ctx, s, []pipeline.Key{link.Keys[s]})
		if err != nil {
			return nil, err
		}
		for _, q := range failed {
			commit.Healed = append(commit.Healed, q.ID)
		}
	}
	return link, e.Store.Commit(ctx, commit)
}
