package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
)

// Served tells whether everybody gets content from a public address.
type Served func(ctx context.Context, address string, content []byte) error

// Probe tests a store as `tandem check` does: it writes, reads and deletes an object, and looks in between whether
// it is served. The key must be one that nothing else uses; it should come from the store's template, since
// rights may hold for a prefix only, and content should be an image, since the store is one of images. After an
// error the object is deleted if that can be done.
func Probe(ctx context.Context, store Store, key string, content []byte, served Served) []pipeline.Check {
	var c pipeline.Checkup
	address, err := store.Put(ctx, key, "image/png", content)
	if err != nil {
		c.Fail("write", err)
		c.Skip("not tested, since nothing could be written", "read", "public address", "delete")
		return c.Checks
	}
	c.Pass("write", "%s takes an image of the key %q", store, key)
	if err := reads(ctx, store, key, content); err != nil {
		c.Fail("read", err)
	} else {
		c.Pass("read", "gives the same bytes")
	}
	if err := served(ctx, address, content); err != nil {
		c.Fail("public address", err)
	} else {
		c.Pass("public address", "serves them at %s", address)
	}
	if err := deletes(ctx, store, key); err != nil {
		c.Fail("delete", err)
	} else {
		c.Pass("delete", "it is gone again")
	}
	return c.Checks
}

func reads(ctx context.Context, store Store, key string, content []byte) error {
	got, err := store.Get(ctx, key)
	if err == nil && !bytes.Equal(got, content) {
		return &pipeline.Error{
			Code: pipeline.CodeMediaStore, Class: pipeline.Permanent,
			Message: fmt.Sprintf("the %s gives other bytes than were stored", store),
			Remedy:  "A proxy between Tandem and the store changes what passes; take it out.",
		}
	}
	return err
}

func deletes(ctx context.Context, store Store, key string) error {
	if err := store.Delete(ctx, key); err != nil {
		return err
	}
	if _, err := store.Head(ctx, key); !errors.Is(err, ErrNotFound) {
		if err != nil {
			return err
		}
		return &pipeline.Error{
			Code: pipeline.CodeMediaStore, Class: pipeline.Permanent,
			Message: fmt.Sprintf("the %s says that it deleted the probe object %q, and still has it", store, key),
			Remedy:  "Look at the bucket's retention rules and at what stands between Tandem and the store.",
		}
	}
	return nil
}
