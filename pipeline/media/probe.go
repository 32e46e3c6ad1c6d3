package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// Probe writes, reads and deletes an object, as `tandem check` does. The key must be one that nothing else
// uses; it should come from the store's template, since rights may hold for a prefix only. After an error
// the object is deleted if that can be done.
func Probe(ctx context.Context, store Store, key string) error {
	content := []byte("Written by `tandem check`, to be deleted at once: " + key)
	if _, err := store.Put(ctx, key, "text/plain", content); err != nil {
		return step("writing", err)
	}
	got, err := store.Get(ctx, key)
	if err == nil && !bytes.Equal(got, content) {
		err = &pipeline.Error{
			Code: pipeline.CodeMediaStore, Class: pipeline.Permanent,
			Message: fmt.Sprintf("the %s gives other bytes than were stored", store),
			Remedy:  "A proxy between Tandem and the store changes what passes; take it out.",
		}
	}
	if err != nil {
		return step("reading", errors.Join(err, store.Delete(ctx, key)))
	}
	if err := store.Delete(ctx, key); err != nil {
		return step("deleting", err)
	}
	if _, err := store.Head(ctx, key); !errors.Is(err, ErrNotFound) {
		if err != nil {
			return step("looking for", err)
		}
		return &pipeline.Error{
			Code: pipeline.CodeMediaStore, Class: pipeline.Permanent,
			Message: fmt.Sprintf("the %s says that it deleted the probe object %q, and still has it", store, key),
			Remedy:  "Look at the bucket's retention rules and at what stands between Tandem and the store.",
		}
	}
	return nil
}

// step says in the message which part of the probe failed.
func step(doing string, err error) error {
	e := *pipeline.AsError(err)
	e.Message = fmt.Sprintf("%s a probe object failed: %s", doing, e.Message)
	return &e
}
