package state

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// migration brings a state from version to-1 to version to. run changes the content in as many updates
// as it likes; since it may be stopped between any two, it must be able to begin again. last is then
// added to the update that stores the new version.
type migration struct {
	to   int
	run  func(ctx context.Context, db *kv.DB) error
	last func(tx *kv.Tx) error
}

// migrations returns all, in order. The first release wrote version 1. Of that nothing has to be changed for version
// 2: a link that says nothing of what its expressions read learns it when it is looked at.
func migrations() []migration { return []migration{{to: 2}} }

// migrate brings the state to the newest version, or stores that version in a new one.
func migrate(ctx context.Context, db *kv.DB, all []migration, dir string) error {
	newest := schemaVersion
	if len(all) > 0 {
		newest = all[len(all)-1].to
	}
	version, err := readVersion(ctx, db)
	switch {
	case err != nil:
		return err
	case version == 0:
		return storeVersion(ctx, db, newest, nil)
	case version > newest:
		return &pipeline.Error{
			Code: pipeline.CodeStateVersion, Class: pipeline.Fatal,
			Message: fmt.Sprintf("the state in %q has version %d, this Tandem knows version %d", dir, version, newest),
		}
	}
	for _, m := range all {
		if m.to <= version {
			continue
		}
		if m.run != nil {
			if err := m.run(ctx, db); err != nil {
				return err
			}
		}
		if err := storeVersion(ctx, db, m.to, m.last); err != nil {
			return err
		}
	}
	return nil
}

// readVersion returns the version of the state, 0 if it is new.
func readVersion(ctx context.Context, db *kv.DB) (int, error) {
	version := 0
	err := db.Read(ctx, func(r *kv.Reader) error {
		text, err := r.Get([]byte(keyVersion))
		if err != nil {
			return err
		}
		if text == nil {
			return r.Scan(nil, nil, func(k, _ []byte) error {
				return db.Damaged(fmt.Errorf("there is content (key %q) but no version", k))
			})
		}
		if version, err = strconv.Atoi(string(text)); err != nil || version < 1 {
			return db.Damaged(fmt.Errorf("%q is not a version", text))
		}
		return nil
	})
	return version, err
}

func storeVersion(ctx context.Context, db *kv.DB, version int, last func(*kv.Tx) error) error {
	return db.Update(ctx, func(tx *kv.Tx) error {
		if last != nil {
			if err := last(tx); err != nil {
				return err
			}
		}
		return tx.Set([]byte(keyVersion), strconv.AppendInt(nil, int64(version), 10))
	})
}
