package web

import (
	"context"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func (s *scripted) Approve(_ context.Context, q view.Approve) (view.Brake, error) {
	return view.Brake{
		Pipeline: q.Pipeline, Name: pipeline.BrakeUpdates, Since: at, Due: pipeline.BlastRadius{Updates: 120}, Some: changes,
		Approved: &view.Approval{By: q.By, At: at},
	}, s.note(q)
}

func (s *scripted) Pause(_ context.Context, q view.Hold) ([]view.Held, error) {
	return []view.Held{{Pipeline: "products", Pause: &view.Pause{By: q.By, At: at, Reason: q.Reason}, Changed: true, Running: &view.Progress{Pipeline: "products"}}}, s.note(q)
}

func (s *scripted) Resume(_ context.Context, q view.Hold) ([]view.Held, error) {
	return []view.Held{{Pipeline: "products"}}, s.note(q)
}

func (s *scripted) Adoptions(_ context.Context, name string) ([]view.Adoption, error) {
	return []view.Adoption{{Pipeline: "products", Links: 3, Systems: []view.AdoptedSystem{{Source: "erp", Product: "Odoo", Known: "a", Now: "b"}}}}, s.note(name)
}

func (s *scripted) Adopt(_ context.Context, q view.Adopt) error { return s.note(q) }

func (s *scripted) QuarantinedRecord(_ context.Context, id string) (view.Quarantined, error) {
	return view.Quarantined{ID: id, Message: "m"}, s.note(id)
}

func (s *scripted) RegisterHook(_ context.Context, source string) (view.HookRegistered, error) {
	return view.HookRegistered{Source: source, Address: "https://tandem.example.com/hooks/pm", Was: pipeline.HookOff}, s.note(source)
}

// operatorCalls are the rows of TestClientIsTheBackend about the Operator.
func operatorCalls(ctx context.Context) []clientCall {
	approve := view.Approve{Pipeline: "products", By: "anna"}
	adopt := view.Adopt{Pipeline: "products", Now: map[string]string{"erp": "b"}, By: "anna"}
	pause := view.Hold{Pipelines: []string{"products", "stock"}, By: "anna", Reason: "stocktaking"}
	resume := view.Hold{Pipelines: []string{"products"}, By: "anna"}
	return []clientCall{
		{"pause", func(b Backend) (any, error) { return b.Pause(ctx, pause) }, pause},
		{"resume", func(b Backend) (any, error) { return b.Resume(ctx, resume) }, resume},
		{"approve", func(b Backend) (any, error) { return b.Approve(ctx, approve) }, approve},
		{"adoptions", func(b Backend) (any, error) { return b.Adoptions(ctx, "a&b") }, "a&b"},
		{"adopt", func(b Backend) (any, error) { return nil, b.Adopt(ctx, adopt) }, adopt},
		{"quarantined record", func(b Backend) (any, error) { return b.QuarantinedRecord(ctx, "9a/8b") }, "9a/8b"},
		{"register webhook", func(b Backend) (any, error) { return b.RegisterHook(ctx, "p/m") }, "p/m"},
	}
}
