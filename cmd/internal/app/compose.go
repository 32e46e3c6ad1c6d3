package app

import (
	"context"
	"crypto/rand"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
	"github.com/tandem-sync/tandem/stages/detect"
	"github.com/tandem-sync/tandem/stages/fetch"
	"github.com/tandem-sync/tandem/stages/resolve"
	"github.com/tandem-sync/tandem/stages/transform"
	"github.com/tandem-sync/tandem/stages/write"
)

// compose puts the engine of one pipeline together from its stages.
func (a *App) compose(r *runner, begin func(context.Context) error) *engine.Engine {
	d, store := r.definition, r.store
	images := a.images(d, r.media)
	return engine.New(engine.Config{
		Definition: d,
		Endpoints:  [2]pipeline.Endpoint{r.sources[0].retrying, r.sources[1].retrying},
		Turn:       r.lane.turn,
		Begin:      begin,
		Store:      store,
		Detector:   detect.New(detect.Config{State: store, SpoolDir: a.state.spoolDir}),
		Stages:     []pipeline.Stage{fetch.New(), transform.New().Relating(store).Comparing(images), resolve.New()},
		Writer: write.New(write.Config{
			State: store, Images: images, Now: a.clock.Now, NewID: rand.Text, Wait: a.clock.Sleep,
		}),
		Now:      a.clock.Now,
		Logger:   a.cycles,
		SpoolDir: a.state.spoolDir,
		Metrics:  a.engineMetrics,
		Trace:    a.trace,
	})
}

// retrying is the endpoint as an engine sees it: with retries, and rate limits waited out.
func (a *App) retrying(s *source) pipeline.Endpoint {
	return engine.NewRetrying(s.endpoint, engine.RetryConfig{
		Source: s.label, Logger: a.logger, Metrics: a.engineMetrics, Trace: a.trace, Wait: a.clock.Sleep,
		Described: func(about pipeline.Description) { s.health.described(discreet{nil, a.secrets}.about(about)) },
		Jitter:    a.clock.Random,
	})
}
