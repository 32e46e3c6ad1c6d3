package engine

import (
	"context"
	"errors"

	"github.com/tandem-sync/tandem/pipeline"
)

// Turn is the right to run a cycle of one pipeline. Engines that follow each other on one pipeline share
// it: the new one waits for the end of the old one's cycle. Invariant 8.
type Turn chan struct{}

// NewTurn returns a turn that nobody has.
func NewTurn() Turn { return make(Turn, 1) }

// Retire ends an engine whose definition is replaced: the cycle that runs goes on to its end, whatever
// waits for its turn, and every later call, gets an *Error of code reloaded. It does not wait. It may be
// called more than once.
func (e *Engine) Retire() { e.retire() }

func (e *Engine) take(ctx context.Context) error {
	select {
	case <-e.retired:
		return retiredError(e.Definition.Name)
	default:
	}
	select {
	case e.turn <- struct{}{}:
	case <-e.retired:
		return retiredError(e.Definition.Name)
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := e.prepare(ctx); err != nil {
		e.give()
		return err
	}
	return nil
}

// prepare is called by whoever has just got the turn.
func (e *Engine) prepare(ctx context.Context) error {
	select {
	case <-e.retired:
		return retiredError(e.Definition.Name)
	default:
	}
	if e.Begin == nil {
		return nil
	}
	if err := e.Begin(ctx); err != nil {
		return err
	}
	e.Begin = nil
	return nil
}

func (e *Engine) give() { <-e.turn }

func retiredError(name string) error {
	return &pipeline.Error{
		Code: pipeline.CodeReloaded, Class: pipeline.Transient,
		Message: "the configuration of pipeline " + name + " was replaced before its turn came",
	}
}

// unpaused returns an *Error of code paused while the pipeline is.
func (e *Engine) unpaused(ctx context.Context) error {
	p, err := e.Store.Paused(ctx)
	if err != nil || p == nil {
		return err
	}
	return p.Refusal(e.Definition.Name)
}

// refused completes the report of a cycle that never began, since its engine is retired or its pipeline paused:
// it is told to whoever asked and nowhere else.
func (r *run) refused(err error) bool {
	var e *pipeline.Error
	if !errors.As(err, &e) || e.Code != pipeline.CodeReloaded && e.Code != pipeline.CodePaused {
		return false
	}
	r.report.Result = pipeline.ResultFailed
	r.report.Error = &pipeline.Problem{Code: e.Code, Message: e.Error(), Remedy: pipeline.RemedyOf(e)}
	return true
}
