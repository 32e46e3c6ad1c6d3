package write

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/failpoint"
)

// attempts is how often a write is tried while its error is worth another try.
const attempts = 5

// send carries out the jobs of one side, kind by kind, each after a last look at its targets. It returns
// an error when the side could not be written for a reason that is not the records'; their intents stay
// for the next cycle.
func (b *batch) send(ctx context.Context, side pipeline.Side) error {
	for _, kind := range []pipeline.MutationKind{pipeline.Remove, pipeline.Update, pipeline.Create} {
		var jobs []*job
		for _, j := range b.jobs[side] {
			if j.m.Kind == kind {
				jobs = append(jobs, j)
			}
		}
		// In pieces that the system takes at once, so that little time passes between the last look at
		// a target and its write.
		for piece := range slices.Chunk(jobs, max(b.cycle.About[side].BatchSize, 1)) {
			if err := b.sendKind(ctx, side, kind, piece); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *batch) sendKind(ctx context.Context, side pipeline.Side, kind pipeline.MutationKind, jobs []*job) error {
	jobs, err := b.check(ctx, side, kind, jobs)
	if err != nil || len(jobs) == 0 {
		return err
	}
	failpoint.Hit(failpoint.WriteChecked)
	if err := b.intend(ctx, jobs); err != nil {
		return err
	}
	failpoint.Hit(failpoint.WriteIntended)
	if err := b.try(ctx, side, kind, jobs); err != nil {
		return err
	}
	if kind == pipeline.Remove {
		err = b.readArchived(ctx, side, jobs)
	}
	b.confirmImages(ctx, side, jobs)
	failpoint.Hit(failpoint.WriteReadBack)
	return err
}

// readArchived reads archived records back whole, since archiving edits them.
func (b *batch) readArchived(ctx context.Context, side pipeline.Side, jobs []*job) error {
	byKey := map[pipeline.Key]*job{}
	var keys []pipeline.Key
	for _, j := range jobs {
		if j.done && j.m.Removal == pipeline.Archive {
			byKey[j.item.Keys[side]] = j
			keys = append(keys, j.item.Keys[side])
		}
	}
	if len(keys) == 0 {
		return nil
	}
	records, err := b.cycle.Endpoints[side].Fetch(ctx, keys, b.cycle.Definition.Wanted(side))
	for i := range records {
		byKey[records[i].Key].receipt.Record = &records[i]
	}
	return err
}

// try sends jobs, all of one kind, until each is done, refused, or has used up its attempts.
func (b *batch) try(ctx context.Context, side pipeline.Side, kind pipeline.MutationKind, jobs []*job) error {
	for attempt := 1; len(jobs) > 0; attempt++ {
		if err := ctx.Err(); err != nil {
			return stopped(jobs, err)
		}
		receipts := b.call(ctx, side, kind, jobs)
		failpoint.Hit(failpoint.WriteSent)
		again, held := note(jobs, receipts)
		if held != nil {
			return held
		}
		if len(again) == 0 {
			return nil
		}
		if attempt == attempts {
			return again[0].err
		}
		if err := b.Wait(ctx, pause(again, attempt)); err != nil {
			return err
		}
		// Invariant 3: look before a second attempt.
		rest, err := b.look(ctx, side, kind, again)
		if err != nil {
			return err
		}
		failpoint.Hit(failpoint.WriteLooked)
		jobs = rest
	}
	return nil
}

func stopped(jobs []*job, err error) error {
	e := &pipeline.Error{Code: pipeline.CodeConnectionLost, Class: pipeline.Transient, Message: "stopped before it was sent", Cause: err}
	for _, j := range jobs {
		j.err = e
	}
	return e
}

// call sends the jobs, all of one kind.
func (b *batch) call(ctx context.Context, side pipeline.Side, kind pipeline.MutationKind, jobs []*job) []pipeline.Receipt {
	end := b.cycle.Endpoints[side]
	ctx = context.WithoutCancel(ctx) // a call under way is finished; the endpoint's timeout bounds it
	switch kind {
	case pipeline.Create:
		drafts := make([]pipeline.Draft, len(jobs))
		for i, j := range jobs {
			drafts[i] = j.intent.Draft
			drafts[i].Images = b.images(j)
		}
		return end.Create(ctx, drafts)
	case pipeline.Update:
		patches := make([]pipeline.Patch, len(jobs))
		for i, j := range jobs {
			patches[i] = pipeline.Patch{Key: j.item.Keys[side], Fields: j.m.Fields, Before: j.m.Before, Images: b.images(j)}
		}
		return end.Update(ctx, patches)
	}
	keys := make([]pipeline.Key, len(jobs))
	for i, j := range jobs {
		keys[i] = j.item.Keys[side]
	}
	return end.Remove(ctx, keys, jobs[0].m.Removal) // one policy for all
}

// note keeps what each receipt says. It returns the jobs worth another try, and the error that holds
// the whole side, if there is one.
func note(jobs []*job, receipts []pipeline.Receipt) (again []*job, held error) {
	for i, j := range jobs {
		if i >= len(receipts) {
			j.err = &pipeline.Error{Code: pipeline.CodeInternal, Message: "the endpoint gave no receipt"}
			continue
		}
		r := receipts[i]
		if r.Err == nil {
			j.receipt, j.done, j.err = r, true, nil
			continue
		}
		j.err = pipeline.AsError(r.Err)
		switch j.err.Class {
		case pipeline.Transient, pipeline.RateLimited:
			again = append(again, j)
		case pipeline.Auth, pipeline.Fatal:
			held = j.err
		}
	}
	return again, held
}

// pause is how long to wait before the next attempt: twice as long each time, or what the server asks.
func pause(jobs []*job, attempt int) time.Duration {
	d := time.Second << (attempt - 1)
	for _, j := range jobs {
		d = max(d, j.err.RetryAfter)
	}
	return d
}

// look finds out which of the jobs took effect after all, and returns those that did not.
func (b *batch) look(ctx context.Context, side pipeline.Side, kind pipeline.MutationKind, jobs []*job) ([]*job, error) {
	switch kind {
	case pipeline.Create:
		return b.lookCreated(ctx, side, jobs)
	case pipeline.Update:
		return b.lookUpdated(ctx, side, jobs)
	}
	return jobs, nil // a removal may be repeated
}

func (b *batch) lookCreated(ctx context.Context, side pipeline.Side, jobs []*job) ([]*job, error) {
	drafts := make([]pipeline.Draft, len(jobs))
	for i, j := range jobs {
		drafts[i] = j.intent.Draft
	}
	made, err := settle(ctx, b.cycle, side, drafts)
	if err != nil {
		return nil, err
	}
	var rest []*job
	for i, j := range jobs {
		if r := made[i]; r != nil {
			j.receipt, j.done, j.err = pipeline.Receipt{Key: r.Key, Record: r}, true, nil
			j.lookalike = !recognised(b.cycle, side, r.Key)
		} else {
			rest = append(rest, j)
		}
	}
	return rest, nil
}

// recognised tells whether a record that was settled is the draft's beyond doubt.
func recognised(c *pipeline.Cycle, side pipeline.Side, key pipeline.Key) bool {
	known, ok := c.Endpoints[side].(pipeline.Recogniser)
	return ok && known.Recognised(key)
}

// settle returns, by draft, the record that was made of it, nil where none was.
func settle(ctx context.Context, c *pipeline.Cycle, side pipeline.Side, drafts []pipeline.Draft) ([]*pipeline.Record, error) {
	keys, err := c.Endpoints[side].Settle(ctx, drafts)
	if err != nil {
		return nil, err
	}
	if len(keys) != len(drafts) {
		return nil, errors.New("the endpoint settled another number of drafts than it was given")
	}
	index := map[pipeline.Key]int{}
	var made []pipeline.Key
	for i, k := range keys {
		if k != "" {
			index[k] = i
			made = append(made, k)
		}
	}
	records := make([]*pipeline.Record, len(drafts))
	if len(made) == 0 {
		return records, nil
	}
	found, err := c.Endpoints[side].Fetch(ctx, made, c.Definition.Wanted(side))
	if err != nil {
		return nil, err
	}
	for i := range found {
		if at, ok := index[found[i].Key]; ok {
			records[at] = &found[i]
		}
	}
	return records, nil
}

func (b *batch) lookUpdated(ctx context.Context, side pipeline.Side, jobs []*job) ([]*job, error) {
	current, err := b.read(ctx, side, jobs)
	if err != nil {
		return nil, err
	}
	var rest []*job
	for _, j := range jobs {
		r, sent := current[j.item.Keys[side]], j.m.Fields
		if r != nil {
			if sent, err = b.asHeld(ctx, side, r, sent, j.m.Before); err != nil {
				return nil, err
			}
		}
		switch {
		case r != nil && b.differs(side, r, sent) == "":
			j.receipt, j.done, j.err = pipeline.Receipt{Key: r.Key, Record: r}, true, nil
		case r != nil && b.differs(side, r, j.m.Before) == "":
			rest = append(rest, j)
		default:
			j.err, j.unclear = stale("it changed while the answer was lost"), true
		}
	}
	return rest, nil
}
