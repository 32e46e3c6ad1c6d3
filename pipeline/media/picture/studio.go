package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"

	"golang.org/x/sync/semaphore"

	"github.com/tandem-sync/tandem/pipeline"
)

// budget is the memory that images may take at once while they are decoded, in bytes. An image of 50 million
// pixels may take more than that; it is then worked on alone.
const budget = 256 << 20

// Studio decodes and changes images, as many at once as its memory allows. It is safe for concurrent use;
// one serves the whole process.
type Studio struct {
	limits Limits
	memory *semaphore.Weighted
}

// NewStudio makes a studio with those limits.
func NewStudio(limits Limits) *Studio {
	return &Studio{limits: limits, memory: semaphore.NewWeighted(budget)}
}

// Check tells why an image cannot be carried: every byte of it is decoded.
func (s *Studio) Check(ctx context.Context, data []byte) (Info, error) {
	var info Info
	err := s.open(ctx, data, func(_ image.Image, i Info) error {
		info = i
		return nil
	})
	return info, err
}

// open decodes an image within the budget and gives it to use.
func (s *Studio) open(ctx context.Context, data []byte, use func(image.Image, Info) error) error {
	info, err := Inspect(data, s.limits)
	if err != nil {
		return err
	}
	weight := min(info.memory(), budget)
	if err := s.memory.Acquire(ctx, weight); err != nil {
		return &pipeline.Error{Code: pipeline.CodeStopped, Class: pipeline.Transient, Message: "work with an image was given up", Cause: context.Cause(ctx)}
	}
	defer s.memory.Release(weight)
	m, err := decode(data, info)
	if err != nil {
		return unreadable(info.Format, err)
	}
	return use(m, info)
}

// decode reads the pixels. The decoders have had faults that showed as panics; one image must not take the
// others along.
func decode(data []byte, info Info) (m image.Image, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			m, err = nil, fmt.Errorf("the decoder failed: %v", fault)
		}
	}()
	m, err = info.Format.decode(bytes.NewReader(data))
	if err == nil && (m.Bounds().Dx() != info.Width || m.Bounds().Dy() != info.Height) {
		return nil, fmt.Errorf("%d × %d pixels were announced and %d × %d found", info.Width, info.Height, m.Bounds().Dx(), m.Bounds().Dy())
	}
	return m, err
}
