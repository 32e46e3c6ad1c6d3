package media

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// Outcome is what became of one image, for metrics.
type Outcome string

// The outcomes.
const (
	Carried   Outcome = "carried"   // read and made to fit
	Stored    Outcome = "stored"    // in the store, at its address
	Alike     Outcome = "alike"     // shows what the other side's does: nothing to carry
	Different Outcome = "different" // does not
	Failed    Outcome = "failed"
)

// Outcomes lists all.
func Outcomes() []Outcome { return []Outcome{Carried, Stored, Alike, Different, Failed} }

// CarrierConfig is what a Carrier needs.
type CarrierConfig struct {
	Studio *picture.Studio
	Store  Store       // nil where no side takes images by address
	Key    KeyTemplate // nil is DefaultKey
	Now    func() time.Time
	// Observe is told of every image by the label of the source that it comes from; nil is told nothing.
	Observe func(source string, outcome Outcome)
}

// Carrier carries the images of one pipeline: from the source side's bytes to what the other side takes. It
// implements pipeline.Images. It keeps no image; the studio bounds what is decoded at once.
type Carrier struct {
	CarrierConfig
	mu sync.Mutex
	// down is why the store could not be reached, and until when it is not asked again.
	down  *pipeline.Error
	until time.Time
}

var _ pipeline.Images = (*Carrier)(nil)

// NewCarrier makes a carrier.
func NewCarrier(cfg CarrierConfig) *Carrier {
	if cfg.Key == nil {
		cfg.Key = DefaultKey
	}
	if cfg.Observe == nil {
		cfg.Observe = func(string, Outcome) {}
	}
	return &Carrier{CarrierConfig: cfg}
}

// Image implements pipeline.Images.
func (c *Carrier) Image(cycle *pipeline.Cycle, from pipeline.ImageSource, to pipeline.Side, needs pipeline.ImageNeeds) pipeline.Image {
	return &carried{carrier: c, cycle: cycle, from: from, to: cycle.Definition.Sources[to], needs: needs}
}

// Alike implements pipeline.Images.
func (c *Carrier) Alike(ctx context.Context, cycle *pipeline.Cycle, a, b pipeline.ImageSource, how pipeline.Likeness) (bool, error) {
	var prints [2]picture.Fingerprint
	for i, from := range []pipeline.ImageSource{a, b} {
		data, err := c.read(ctx, cycle, from)
		if err != nil {
			return false, err
		}
		found, err := c.Studio.Fingerprint(ctx, data)
		if pipeline.ClassOf(err) == pipeline.Permanent && err != nil {
			c.Observe(a.Source, Different)
			return false, nil // what nobody can see is like nothing
		}
		if err != nil {
			return false, err
		}
		prints[i] = found
	}
	alike := prints[0].Same(prints[1])
	if how == pipeline.SamePaired {
		alike = prints[0].Alike(prints[1])
	}
	outcome := Different
	if alike {
		outcome = Alike
	}
	c.Observe(a.Source, outcome)
	return alike, nil
}

// read returns the bytes of an image as its side has them.
func (c *Carrier) read(ctx context.Context, cycle *pipeline.Cycle, from pipeline.ImageSource) ([]byte, error) {
	side, err := cycle.Definition.Side(from.Source)
	if err != nil {
		return nil, c.failed(from, &pipeline.Error{Code: pipeline.CodeImageSync, Message: err.Error(), Remedy: "Make the plan anew."})
	}
	reader, ok := cycle.Endpoints[side].(pipeline.ImageReader)
	if !ok {
		return nil, c.failed(from, &pipeline.Error{
			Code: pipeline.CodeImageSync, Message: cycle.About[side].Product + " gives no images",
			Remedy: "Take the field out of the mapping.",
		})
	}
	data, err := reader.ReadImage(ctx, from.Key, from.Field, from.Ref)
	if err != nil && ctx.Err() != nil {
		err = &pipeline.Error{Code: pipeline.CodeStopped, Class: pipeline.Transient, Message: "stopped before it was read", Cause: err}
	}
	if err != nil {
		return nil, c.failed(from, err)
	}
	return data, nil
}

// failed says whose image an error is about.
func (c *Carrier) failed(from pipeline.ImageSource, err error) *pipeline.Error {
	e := *pipeline.AsError(err)
	e.Message = fmt.Sprintf("%s of %s on %s: %s", from.Field, from.Key, from.Source, e.Message)
	c.Observe(from.Source, Failed)
	return &e
}
