package pmsim

import "net/http"

// page is one page of a list, before it has a shape.
type page struct {
	items             []any
	number, size, all int
}

func (p page) pages() int { return (p.all + p.size - 1) / p.size }

// wrap puts the page into an envelope.
func (p page) wrap(e Envelope) any {
	flat := func(items, size, pages string) map[string]any {
		return map[string]any{items: p.items, "total": p.all, "page": p.number, size: p.size, pages: p.pages()}
	}
	switch e {
	case EnvelopeDataMeta:
		return map[string]any{"data": p.items, "meta": map[string]any{
			"page": p.number, "per_page": p.size, "total": p.all, "total_pages": p.pages(),
		}}
	case EnvelopePages:
		return flat("items", "per_page", "pages")
	case EnvelopeTotalPages:
		return flat("items", "page_size", "total_pages")
	case EnvelopeStatus:
		return map[string]any{"status": "success", "data": flat("items", "page_size", "total_pages")}
	case EnvelopeWindev:
		return success(flat("products", "limit", "pages"), len(p.items))
	case EnvelopeWindevList:
		return success(p.items, len(p.items))
	case EnvelopeArray:
		return p.items
	case EnvelopeResults:
		return map[string]any{"results": p.items, "count": p.all}
	default:
		return map[string]any{"items": p.items, "meta": map[string]any{
			"total": p.all, "page": p.number, "per_page": p.size, "total_pages": p.pages(),
			"has_next": p.number < p.pages(), "has_previous": p.number > 1,
		}}
	}
}

// wrapOne puts a single object into the form that goes with the envelope of lists.
func wrapOne(object any, e Envelope) any {
	switch e {
	case EnvelopeStatus:
		return map[string]any{"status": "success", "data": object}
	case EnvelopeWindev, EnvelopeWindevList:
		return success(object, 1)
	}
	return object
}

func success(data any, count int) any {
	return map[string]any{"success": true, "code": http.StatusOK, "message": "OK", "data": data, "count": count}
}
