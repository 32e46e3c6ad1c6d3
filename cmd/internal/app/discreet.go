package app

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
)

// discreet is a source's endpoint whose errors tell no secret: a system may repeat in one what it was sent. This is
// where they enter, so that neither a log, a page and an answer nor the state ever has one. Values of records are
// carried as they are.
//
// It stands around the endpoint that is retried, which implements all that an endpoint may implement.
type discreet struct {
	pipeline.Endpoint
	secrets *pipeline.Redactor
}

func (d discreet) Describe(ctx context.Context) (pipeline.Description, error) {
	about, err := d.Endpoint.Describe(ctx)
	return d.about(about), d.secrets.Error(err)
}

// about takes secrets out of what people read of a description.
func (d discreet) about(about pipeline.Description) pipeline.Description {
	about.Product, about.Version, about.User = d.secrets.Text(about.Product), d.secrets.Text(about.Version), d.secrets.Text(about.User)
	return about
}

func (d discreet) Changes(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	next, err := d.Endpoint.Changes(ctx, cursor, fields, func(c []pipeline.Change) error { return yield(d.changes(c)) })
	return next, d.secrets.Error(err)
}

func (d discreet) Hinted(ctx context.Context, hints []pipeline.Hint, fields []string, yield func([]pipeline.Change) error) (bool, error) {
	all, err := d.Endpoint.Hinted(ctx, hints, fields, func(c []pipeline.Change) error { return yield(d.changes(c)) })
	return all, d.secrets.Error(err)
}

func (d discreet) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	next, err := d.Endpoint.List(ctx, fields, func(c []pipeline.Change) error { return yield(d.changes(c)) })
	return next, d.secrets.Error(err)
}

func (d discreet) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	records, err := d.Endpoint.Fetch(ctx, keys, fields)
	return d.records(records), d.secrets.Error(err)
}

func (d discreet) Find(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
	records, err := d.Endpoint.Find(ctx, field, values, fields)
	return d.records(records), d.secrets.Error(err)
}

func (d discreet) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	return d.receipts(d.Endpoint.Create(ctx, drafts))
}

func (d discreet) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	return d.receipts(d.Endpoint.Update(ctx, patches))
}

func (d discreet) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	return d.receipts(d.Endpoint.Remove(ctx, keys, how))
}

func (d discreet) Settle(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	keys, err := d.Endpoint.Settle(ctx, drafts)
	return keys, d.secrets.Error(err)
}

// Recognised implements pipeline.Recogniser.
func (d discreet) Recognised(key pipeline.Key) bool {
	known, ok := d.Endpoint.(pipeline.Recogniser)
	return ok && known.Recognised(key)
}

// JudgeImage implements pipeline.ImageJudge.
func (d discreet) JudgeImage(field string, ref pipeline.Value) error {
	if judge, ok := d.Endpoint.(pipeline.ImageJudge); ok {
		return d.secrets.Error(judge.JudgeImage(field, ref))
	}
	return nil
}

// ReadImage implements pipeline.ImageReader.
func (d discreet) ReadImage(ctx context.Context, key pipeline.Key, field string, ref pipeline.Value) ([]byte, error) {
	data, err := d.Endpoint.(pipeline.ImageReader).ReadImage(ctx, key, field, ref)
	return data, d.secrets.Error(err)
}

// CanRename implements pipeline.CategoryRenamer.
func (d discreet) CanRename(ctx context.Context, c pipeline.CategoryRename) (string, error) {
	obstacle, err := d.Endpoint.(pipeline.CategoryRenamer).CanRename(ctx, c)
	return d.secrets.Text(obstacle), d.secrets.Error(err)
}

// Rename implements pipeline.CategoryRenamer.
func (d discreet) Rename(ctx context.Context, c pipeline.CategoryRename) error {
	return d.secrets.Error(d.Endpoint.(pipeline.CategoryRenamer).Rename(ctx, c))
}

func (d discreet) changes(changes []pipeline.Change) []pipeline.Change {
	for i := range changes {
		if r := changes[i].Record; r != nil {
			r.Err = d.own(r.Err)
		}
	}
	return changes
}

func (d discreet) records(records []pipeline.Record) []pipeline.Record {
	for i := range records {
		records[i].Err = d.own(records[i].Err)
	}
	return records
}

func (d discreet) receipts(receipts []pipeline.Receipt) []pipeline.Receipt {
	for i := range receipts {
		receipts[i].Err = d.secrets.Error(receipts[i].Err)
		if r := receipts[i].Record; r != nil {
			r.Err = d.own(r.Err)
		}
	}
	return receipts
}

// own keeps no error from becoming one.
func (d discreet) own(e *pipeline.Error) *pipeline.Error {
	if e == nil {
		return nil
	}
	return pipeline.AsError(d.secrets.Error(e))
}

// checked takes secrets out of the lines of a test.
func (a *App) checked(checks []pipeline.Check) []pipeline.Check {
	for i := range checks {
		checks[i].Detail, checks[i].Remedy = a.secrets.Text(checks[i].Detail), a.secrets.Text(checks[i].Remedy)
	}
	return checks
}

// discreetStore is a store of images whose errors tell no secret.
type discreetStore struct {
	media.Store
	secrets *pipeline.Redactor
}

func (d discreetStore) Put(ctx context.Context, key, contentType string, data []byte) (string, error) {
	address, err := d.Store.Put(ctx, key, contentType, data)
	return address, d.secrets.Error(err)
}

func (d discreetStore) Head(ctx context.Context, key string) (media.Object, error) {
	object, err := d.Store.Head(ctx, key)
	return object, d.secrets.Error(err)
}

func (d discreetStore) Get(ctx context.Context, key string) ([]byte, error) {
	data, err := d.Store.Get(ctx, key)
	return data, d.secrets.Error(err)
}

func (d discreetStore) Delete(ctx context.Context, key string) error {
	return d.secrets.Error(d.Store.Delete(ctx, key))
}
