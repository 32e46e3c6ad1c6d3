package media_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/pipeline/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// changing is a store behind something that changes what passes.
type changing struct{ media.Store }

func (c changing) Get(ctx context.Context, key string) ([]byte, error) {
	data, err := c.Store.Get(ctx, key)
	return append(data, '!'), err
}

// keeping is a store that deletes nothing and does not say so.
type keeping struct{ media.Store }

func (keeping) Delete(context.Context, string) error { return nil }
