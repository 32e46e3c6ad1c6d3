package app

import (
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
)

// Kinds is the registry: every kind of source that a configuration can name.
func Kinds() []pipeline.SourceKind {
	return []pipeline.SourceKind{
		odoo.Kind(),
		productsmanager.Kind(),
	}
}
