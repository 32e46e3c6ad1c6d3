package media

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// carried is one image on its way. It implements pipeline.Image.
type carried struct {
	carrier *Carrier
	cycle   *pipeline.Cycle
	from    pipeline.ImageSource
	to      string // label of the source that takes it
	needs   pipeline.ImageNeeds

	mu     sync.Mutex
	change string
}

func (i *carried) fit(ctx context.Context) (picture.Fitted, error) {
	c := i.carrier
	data, err := c.read(ctx, i.cycle, i.from)
	if err != nil {
		return picture.Fitted{}, err
	}
	fitted, err := c.Studio.Fit(ctx, data, picture.Wanted{WebP: i.needs.WebP, Side: i.needs.Side, Upright: i.needs.ByAddress})
	if err != nil {
		return picture.Fitted{}, c.failed(i.from, err)
	}
	i.mu.Lock()
	i.change = fitted.Change
	i.mu.Unlock()
	c.Observe(i.from.Source, Carried)
	return fitted, nil
}

// Bytes implements pipeline.Image.
func (i *carried) Bytes(ctx context.Context) ([]byte, string, error) {
	fitted, err := i.fit(ctx)
	if err != nil {
		return nil, "", err
	}
	return fitted.Data, fitted.Format.ContentType(), nil
}

// Address implements pipeline.Image.
func (i *carried) Address(ctx context.Context) (string, error) {
	c := i.carrier
	if c.Store == nil {
		return "", c.failed(i.from, &pipeline.Error{
			Code: pipeline.CodeImageSync, Message: fmt.Sprintf("%s takes images by address, and the pipeline has no store for them", i.to),
			Remedy: "Name a media block in the pipeline: media = media.s3.images.",
		})
	}
	if err := c.known(); err != nil {
		return "", c.failed(i.from, err)
	}
	fitted, err := i.fit(ctx)
	if err != nil {
		return "", err
	}
	key, err := c.Key.Key(i.from.Name, fitted.Data, fitted.Format.Ext())
	if err != nil {
		return "", c.failed(i.from, err)
	}
	address, err := c.Store.Put(ctx, key, fitted.Format.ContentType(), fitted.Data)
	if err != nil {
		return "", c.failed(i.from, c.refused(ctx, err))
	}
	c.Observe(i.from.Source, Stored)
	return address, nil
}

// Change implements pipeline.Image.
func (i *carried) Change() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.change
}

// storeRests is how long a store that could not be reached is not asked again, so that a thousand images do
// not wait for it one after the other.
const storeRests = 30 * time.Second

// known returns why the store cannot take anything now, nil if it may.
func (c *Carrier) known() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down == nil || !c.Now().Before(c.until) {
		return nil
	}
	return c.down
}

// refused makes an error of the store one of the record: it waits in quarantine and is tried again, while
// what needs no store goes on.
func (c *Carrier) refused(ctx context.Context, err error) error {
	e := *pipeline.AsError(err)
	if ctx.Err() != nil || e.Class == pipeline.Permanent {
		return &e
	}
	e.Class = pipeline.Permanent
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down, c.until = &e, c.Now().Add(storeRests)
	return &e
}
