package web

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// lookEvery is how often the files of a certificate are looked at, at most.
const lookEvery = 10 * time.Second

// certificate is what the server shows of itself: it is read again when its files change, so that whoever renews it
// need not restart the daemon. While the new files cannot be used, as between the writing of the two, the old one stays.
type certificate struct {
	cert, key string
	now       func() time.Time
	metrics   *Metrics
	logger    *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	stamps [2]stamp // of the files that were read last
	looked time.Time
}

// stamp tells one content of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// newCertificate reads the files. Its error is an *Error of code listen_failed.
func newCertificate(cfg Config) (*certificate, error) {
	c := &certificate{cert: cfg.Cert, key: cfg.Key, now: cfg.Now, metrics: cfg.Metrics, logger: cfg.Logger}
	if err := c.read(); err != nil {
		return nil, &pipeline.Error{
			Code:    pipeline.CodeListenFailed,
			Message: fmt.Sprintf("the certificate %s with the key %s cannot be used", c.cert, c.key),
			Remedy:  "Name in `tls { cert … key … }` a certificate with its chain, and its key, both in PEM form and readable for the user that runs Tandem.",
			Cause:   err,
		}
	}
	return c, nil
}

func (c *certificate) read() error {
	c.looked = c.now()
	stamps := c.stat()
	loaded, err := tls.LoadX509KeyPair(c.cert, c.key)
	c.stamps = stamps // of before: what changed meanwhile is read again
	if err != nil {
		return err
	}
	c.loaded = &loaded
	c.metrics.certificate(loaded.Leaf.NotAfter)
	if until := loaded.Leaf.NotAfter; !until.After(c.now()) {
		c.logger.Warn("the certificate has expired", "file", c.cert, "until", until)
	}
	return nil
}

func (c *certificate) stat() (stamps [2]stamp) {
	for i, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil { // that it fails is told by whoever reads the file
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

// get is a tls.Config's GetCertificate.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= lookEvery {
		c.looked = now
		if c.stat() != c.stamps {
			if err := c.read(); err != nil {
				c.logger.Error("the changed certificate cannot be used, the old one stays", "file", c.cert, "error", err)
			} else {
				c.logger.Info("the certificate was read again", "file", c.cert, "until", c.loaded.Leaf.NotAfter)
			}
		}
	}
	return c.loaded, nil
}
