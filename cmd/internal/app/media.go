package app

import (
	"crypto/x509"
	"fmt"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
	"github.com/tandem-sync/tandem/pipeline/transport"
)

// store is one configured store of images.
type store struct {
	media.Store
	configured  config.Media
	kind, label string
	key         media.KeyTemplate // nil is the default
	roots       *x509.CertPool    // authorities that may prove who serves it, nil for the system's
}

// name is how a pipeline names the store.
func (s *store) name() string { return s.kind + "." + s.label }

func openStore(m config.Media) (*store, error) {
	s := &store{configured: m, kind: m.Kind, label: m.Label, key: m.Key}
	switch settings := m.Settings.(type) {
	case *config.S3Media:
		bucket, err := media.NewS3(media.S3Options{
			Endpoint: settings.Endpoint, Bucket: settings.Bucket, Region: settings.Region,
			AccessKey: settings.AccessKey, SecretKey: settings.SecretKey, PublicURL: settings.PublicURL,
			Insecure: !settings.TLS, CA: settings.CA,
		})
		if err != nil {
			return nil, fmt.Errorf("media %s: %w", s.name(), err)
		}
		s.Store, s.roots = bucket, transport.Roots(settings.CA)
	case *config.FolderMedia:
		s.Store = media.NewFolder(media.FolderOptions{Path: settings.Path, PublicURL: settings.PublicURL})
	}
	return s, nil
}

// images returns what carries the images of a pipeline; nil where none is mapped.
func (a *App) images(d *pipeline.Definition, store *store) pipeline.Images {
	mapped := false
	for _, f := range d.Fields {
		mapped = mapped || f.Image
	}
	if !mapped {
		return nil
	}
	cfg := media.CarrierConfig{
		Studio: a.studio, Now: a.clock.Now,
		Observe: func(source string, o media.Outcome) {
			a.metrics.images.WithLabelValues(d.Name, source, string(o)).Inc()
		},
	}
	if store != nil {
		cfg.Store, cfg.Key = store.Store, store.key
	}
	return media.NewCarrier(cfg)
}

func newStudio() *picture.Studio { return picture.NewStudio(picture.DefaultLimits()) }
