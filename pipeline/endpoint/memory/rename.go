package memory

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
)

// CanRename implements pipeline.CategoryRenamer for a system with Config.RenamesCategories.
func (s *System) CanRename(ctx context.Context, r pipeline.CategoryRename) (string, error) {
	if !s.cfg.RenamesCategories {
		return s.cfg.Name + " has no categories that can be renamed", nil
	}
	if _, err := s.start(ctx, OpLookTree); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	inside, there := 0, 0
	f, _ := s.cfg.Schema.Lookup(r.Name)
	for _, id := range s.ids {
		path := s.rows[id].fields[r.Name]
		if _, moves := r.Moves(f, path); moves {
			inside++
		}
		back := pipeline.CategoryRename{From: r.To, To: r.From}
		if _, moves := back.Moves(f, path); moves {
			there++
		}
	}
	switch {
	case inside == 0:
		return "there is no such category", nil
	case there > 0:
		return "the category is there already", nil
	case inside > r.Records:
		return "the category holds other products too", nil
	}
	return "", nil
}

// Rename implements pipeline.CategoryRenamer. Like RenamePath it moves no stamp.
func (s *System) Rename(ctx context.Context, r pipeline.CategoryRename) error {
	obstacle, err := s.CanRename(ctx, r)
	if err != nil {
		return err
	}
	if obstacle != "" {
		return &pipeline.Error{Code: pipeline.CodeStale, Class: pipeline.Stale, Message: obstacle}
	}
	fault, err := s.start(ctx, OpRename)
	if err != nil {
		return err
	}
	s.RenamePath(r.Name, r.From.AsText(), r.To.AsText())
	if fault == LoseAnswer {
		return s.lost(OpRename, true)
	}
	return nil
}
