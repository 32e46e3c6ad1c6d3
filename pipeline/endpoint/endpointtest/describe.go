package endpointtest

import "github.com/tandem-sync/tandem/pipeline"

func describe(s *session) {
	about := s.about
	if about.Identity == "" || about.Product == "" || about.Version == "" || about.User == "" {
		s.Errorf("identity, product, version and user must be told, got %q, %q, %q, %q", about.Identity, about.Product, about.Version, about.User)
	}
	if about.BatchSize < 1 {
		s.Errorf("BatchSize is %d, want at least 1", about.BatchSize)
	}
	if about.Records < -1 {
		s.Errorf("Records is %d, want a number of products or -1", about.Records)
	}
	for what, end := range map[string]pipeline.Endpoint{"the same connection": s.end, "another connection": s.second()} {
		again, err := end.Describe(s.Context())
		if err != nil {
			s.Fatalf("Describe again over %s: %v", what, err)
		}
		if again.Identity != about.Identity {
			s.Errorf("over %s the identity is %q, first it was %q", what, again.Identity, about.Identity)
		}
	}
	for name, f := range about.Schema.Fields {
		if f.Name != name || f.Type == "" {
			s.Errorf("the schema's field %q is named %q and of the type %q", name, f.Name, f.Type)
		}
	}
	for name, want := range s.types() {
		f := s.field(name)
		if f.Type != want && (f.Type != pipeline.TypeAny || name != s.f.Custom) {
			s.Errorf("the field %s is of the type %q, want %q", name, f.Type, want)
		}
		if f.ReadOnly {
			s.Errorf("the field %s is read only", name)
		}
	}
}

// types returns what the fields must be.
func (s *session) types() map[string]pipeline.FieldType {
	types := map[string]pipeline.FieldType{
		s.f.Title: pipeline.TypeText, s.f.SKU: pipeline.TypeText, s.f.EAN: pipeline.TypeText,
		s.f.Description: pipeline.TypeText, s.f.Custom: pipeline.TypeText,
		s.f.Price: pipeline.TypeNumber, s.f.Cost: pipeline.TypeNumber, s.f.Weight: pipeline.TypeNumber,
		s.f.Category: pipeline.TypePath, s.f.Active: pipeline.TypeBool,
	}
	delete(types, "")
	return types
}
