package render

import (
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// HookRegistered tells what came of registering a webhook.
func (o Output) HookRegistered(h view.HookRegistered) error {
	if o.JSON {
		return o.json(h)
	}
	t := o.text()
	switch h.Was {
	case pipeline.HookOn:
		t.line("%s calls %s already.", clean(h.Source), clean(h.Address))
	case pipeline.HookOff:
		t.line("%s calls %s again.", clean(h.Source), clean(h.Address))
	default:
		t.line("%s calls %s from now on.", clean(h.Source), clean(h.Address))
	}
	return t.err
}
