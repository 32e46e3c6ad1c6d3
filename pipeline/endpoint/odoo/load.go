package odoo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// loadSize is how many records one transaction writes at most: some seconds of Odoo's time.
const loadSize = 250

// outcome is what became of a line.
type outcome struct {
	id  int64
	err error
}

// attempt writes lines in one transaction. It returns their ids, or the reason why none was written
// and, where Odoo says so, which of them it blames.
type attempt func(ctx context.Context, lines []line) (ids []int64, blamed []int, err error)

// writer writes lines batch by batch and takes batches apart that fail as a whole.
type writer struct {
	*Endpoint
	s         *session
	model     string // templateModel, or variantModel for variants of families
	operation string // "create", "write", "unlink": what the user must be allowed to do
	out       []outcome
	sent      map[int]string // checksums of images, by line
	stopped   error          // nothing more is sent
	allowed   bool           // operation was asked for, and is allowed
}

func (e *Endpoint) writer(s *session, operation string, n int) *writer {
	return &writer{Endpoint: e, s: s, model: templateModel, operation: operation, out: make([]outcome, n), sent: map[int]string{}}
}

func (w *writer) fail(l line, err error) { w.out[l.index] = outcome{id: l.id, err: err} }

// failAll gives all lines of a batch the error of the batch.
func (w *writer) failAll(lines []line, err error) {
	for _, l := range lines {
		w.fail(l, err)
	}
}

// write writes the lines, in parts if need be, until those that Odoo refuses stand alone.
func (w *writer) write(ctx context.Context, lines []line, try attempt) {
	if len(lines) == 0 {
		return
	}
	if w.stopped != nil {
		w.failAll(lines, unsent(w.stopped))
		return
	}
	ids, blamed, err := try(ctx, lines)
	if err == nil {
		for i, l := range lines {
			w.out[l.index] = outcome{id: ids[i]}
		}
		return
	}
	err = w.judged(ctx, err)
	e := pipeline.AsError(err)
	switch {
	case e.Class != pipeline.Permanent:
		w.stopped = err
		w.failAll(lines, err)
	case len(lines) == 1:
		w.fail(lines[0], w.duplicate(ctx, lines[0], e))
	case e.Code == pipeline.CodeFieldNotFound: // they all have it
		w.failAll(lines, err)
	default:
		for _, part := range parts(lines, blamed) {
			w.write(ctx, part, try)
		}
	}
}

// parts divides lines: those that nobody blames in one, the others each alone. Where all are blamed,
// or none is, it halves them: one bad row may make Odoo blame every row.
func parts(lines []line, blamed []int) [][]line {
	if len(blamed) == 0 || len(blamed) >= len(lines) {
		return [][]line{lines[:len(lines)/2], lines[len(lines)/2:]}
	}
	var innocent []line
	var alone [][]line
	for i, l := range lines {
		if slices.Contains(blamed, i) {
			alone = append(alone, []line{l})
		} else {
			innocent = append(innocent, l)
		}
	}
	return append([][]line{innocent}, alone...)
}

// unsent is the error of what was not sent after another call failed.
func unsent(err error) error {
	e := *pipeline.AsError(err)
	e.MaybeDone = false
	return &e
}

// judged tells a right that the user lacks from a rule that speaks of some records only: the first
// holds the whole source, the second is that record's own trouble. Odoo puts both into words alone, in
// the user's language.
func (w *writer) judged(ctx context.Context, err error) error {
	e := pipeline.AsError(err)
	refused := e.Code == pipeline.CodeAccessDenied
	if !refused && e.Class != pipeline.Permanent {
		return err
	}
	if !w.allowed {
		var failed error
		if w.allowed, failed = w.may(ctx, w.s, templateModel, w.operation); failed != nil {
			return err
		}
	}
	switch {
	case w.allowed && refused:
		return &pipeline.Error{Code: pipeline.CodeRecordRejected, Message: e.Message, Remedy: e.Remedy}
	case !w.allowed && !refused:
		return &pipeline.Error{
			Code: pipeline.CodeAccessDenied, Class: pipeline.Auth, Cause: e,
			Message: fmt.Sprintf("the user %q may not %s products in Odoo", w.settings.Login, w.operation),
		}
	}
	return err
}

// load makes or changes records by Odoo's import: it takes rows of texts, does everything or nothing,
// and answers with messages instead of a fault.
func (e *Endpoint) load(ctx context.Context, s *session, op, model string, columns []any, rows []any, flags flag) (ids []int64, blamed []int, err error) {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: op, Model: model, Method: "load", Args: []any{columns, rows}, Writes: true,
		Options: map[string]any{"context": s.context(flags | quiet)},
	})
	if err != nil {
		return nil, nil, err
	}
	answer, ok := a.Value.(map[string]any)
	if !ok {
		return nil, nil, e.strangeWrite(a.Value)
	}
	if list, ok := answer["ids"].([]any); ok && len(list) == len(rows) {
		ids, err := e.ids(list)
		return ids, nil, err
	}
	blamed, err = e.refused(answer["messages"])
	return nil, blamed, err
}

// strangeWrite is the error of a load whose answer does not tell what it did.
func (e *Endpoint) strangeWrite(got any) error {
	err := e.strange("ids or messages", got)
	err.MaybeDone = true
	return err
}

// refused reads the messages of a load that wrote nothing.
func (e *Endpoint) refused(messages any) (blamed []int, err error) {
	var first string
	list, _ := messages.([]any)
	for _, m := range list {
		message, _ := m.(map[string]any)
		text := row(message).text("message")
		if row(message).text("type") != "error" {
			continue
		}
		if rpc.Passing(text) {
			return nil, &pipeline.Error{
				Code: pipeline.CodeServerError, Class: pipeline.Transient, Message: "Odoo could not finish, another transaction was in the way: " + oneLine(text),
			}
		}
		if first == "" {
			first = text
		}
		if rows, ok := message["rows"].(map[string]any); ok {
			if from, ok := rows["from"].(int64); ok && !slices.Contains(blamed, int(from)) {
				blamed = append(blamed, int(from))
			}
		}
	}
	if first == "" {
		return nil, e.strangeWrite(messages)
	}
	return blamed, &pipeline.Error{Code: pipeline.CodeRecordRejected, Message: "Odoo refuses this: " + oneLine(first)}
}

// oneLine makes one sentence of a text that Odoo lays out for a dialog.
func oneLine(s string) string {
	const most = 400
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
