package view

import (
	"context"
	"errors"

	"github.com/tandem-sync/tandem/pipeline"
)

// Error is an error as it crosses the socket and as `--json` shows it.
type Error struct {
	Code    pipeline.Code `json:"code"`
	Message string        `json:"message"`
	Remedy  string        `json:"remedy"`
	Class   string        `json:"class"`
}

// Failure is the JSON document of a command or a call that failed.
type Failure struct {
	Error Error `json:"error"`
}

// ErrorOf returns the view of err; err is not nil. The message is the whole chain, so that what a
// caller added ("pipeline products: …") is not lost.
func ErrorOf(err error) Error {
	e := pipeline.AsError(err)
	v := Error{Code: e.Code, Message: err.Error(), Remedy: pipeline.RemedyOf(e), Class: e.Class.String()}
	if errors.Is(err, context.Canceled) && e.Code == pipeline.CodeInternal {
		v.Code, v.Message = pipeline.CodeStopped, "interrupted before the end"
		v.Remedy = pipeline.RemedyOf(&pipeline.Error{Code: v.Code})
	}
	return v
}

// Err is the way back: the error that another process was given.
func (v Error) Err() error {
	e := &pipeline.Error{Code: v.Code, Message: v.Message, Remedy: v.Remedy}
	for c := pipeline.Permanent; c <= pipeline.Fatal; c++ {
		if c.String() == v.Class {
			e.Class = c
		}
	}
	return e
}
