package download

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Served tells whether everybody gets what was put into a media store from its public address: nil if the answer
// is want, else an error of the code media_store_failed that says what came instead. The address is the
// configuration's, not the data's, so it may be inside of the network. roots are the authorities that are trusted,
// nil for the system's. That this machine gets it is no proof that Products Manager does.
func Served(ctx context.Context, address string, want []byte, roots *x509.CertPool) error {
	options := Options{AllowPrivate: true, MaxSize: int64(len(want)) + 1<<20, Timeout: 10 * time.Second, RootCAs: roots}
	if u, err := url.Parse(address); err == nil {
		options.Hosts = []string{u.Hostname()}
	}
	d := New(options)
	defer d.Close()
	got, err := d.get(ctx, address)
	failed := pipeline.AsError(err)
	switch {
	case failed != nil && failed.Code == pipeline.CodeStopped:
		return err
	case failed == nil && bytes.Equal(got, want):
		return nil
	case failed == nil:
		failed = &pipeline.Error{Class: pipeline.Permanent, Message: fmt.Sprintf("what is served at %s is not what was put there", shown(address))}
	}
	told := *failed
	told.Code = pipeline.CodeMediaStore
	told.Remedy = "Correct `public_url` in the media block, and let everybody read the objects there without a key: Products Manager fetches images from it."
	return &told
}
