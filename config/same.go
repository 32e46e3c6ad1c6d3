package config

import (
	"reflect"

	"github.com/hashicorp/hcl/v2"
)

// Same tells whether two source blocks say the same, secrets included, wherever they stand.
func (s Source) Same(o Source) bool {
	return s.Kind.Name == o.Kind.Name && s.Label == o.Label && reflect.DeepEqual(s.Settings, o.Settings)
}

// Same tells whether two media blocks say the same, secrets included, wherever they stand.
func (m Media) Same(o Media) bool {
	return m.Kind == o.Kind && m.Label == o.Label && reflect.DeepEqual(m.Settings, o.Settings) && reflect.DeepEqual(m.key, o.key)
}

// Same tells whether two daemon blocks say the same, secrets included, wherever they stand.
func (d Daemon) Same(o Daemon) bool {
	d.Range, o.Range = hcl.Range{}, hcl.Range{}
	return d == o
}
