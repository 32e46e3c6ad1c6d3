package productsmanager

import "github.com/tandem-sync/tandem/pipeline"

// noticed says by what a poll of a surface notices changes.
func noticed(s surface) string {
	_, feeds := s.(feeder)
	switch {
	case feeds:
		return "list of changes since a time"
	case s.can().sorts:
		return "list sorted by the last change"
	}
	return "list of all products, compared by their times of change"
}

// unnoticed says which changes of a field may move no time of change.
func unnoticed(s surface, standard pipeline.StandardField) string {
	if _, batches := s.(batcher); !batches && s.can().sorts {
		return ""
	}
	switch standard {
	case "price", "stock_quantity":
		return "what other programs write, where Products Manager moves no time of change for it"
	case "is_active":
		if s.can().hides {
			return "an inactive product that was never linked is not seen at all"
		}
	}
	return ""
}

// facts implements pipeline.SourceKind.Facts.
func facts() []pipeline.FieldFact {
	var all []pipeline.FieldFact
	for _, api := range apis() {
		s := surfaceOf(api)
		schema := s.schema("/")
		for _, standard := range pipeline.StandardFields() {
			fact := pipeline.FieldFact{Variant: api, Standard: standard, Noticed: noticed(s), FullPass: unnoticed(s, standard)}
			if f, ok := schema.Fields[standardFields()[standard]]; ok {
				fact.Field, fact.Fixed = f, standard == "ean" && s.can().byEAN
			}
			all = append(all, fact)
		}
	}
	return all
}
