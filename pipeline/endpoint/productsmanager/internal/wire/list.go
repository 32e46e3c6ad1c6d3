package wire

import "fmt"

// Page is one page of a list, whichever shape it came in.
type Page struct {
	Items []map[string]any
	// Total is how many rows the server says there are, -1 when it does not say.
	Total int
	// Size is the page size that the server used (it may clamp what was asked for), 0 when it does not say.
	Size int
	// More is the server's own word on whether another page follows; nil when it says nothing.
	More *bool
}

// ReadList reads a page of products. The shapes, each of which some generation of the server gives:
//
//	{"data": […], "meta": {"page", "per_page", "total", "total_pages"}}
//	{"items": […], "meta": {"total", "page", "per_page", "total_pages", "has_next", "has_previous"}}
//	{"items": […], "total", "page", "per_page", "pages"}
//	{"items": […], "total", "page", "page_size", "total_pages"}
//	{"status": "success", "data": {"items": […], "total", "page", "page_size", "total_pages"}}
//	{"success": true, "code": 200, "data": […] or {"products": […], "total", "page", "limit", "pages"}, "count"}
//	[…], or {"results": […]}
func ReadList(raw any) (Page, error) {
	page := Page{Total: -1}
	list, ok := raw.([]any)
	if !ok {
		object, isObject := raw.(map[string]any)
		if !isObject {
			return Page{}, fmt.Errorf("a list was expected, but the answer is %s", Shape(raw))
		}
		if list, ok = page.findItems(object); !ok {
			return Page{}, fmt.Errorf("a list was expected, but the answer is %s", Shape(raw))
		}
	}
	page.Items = make([]map[string]any, len(list))
	for i, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return Page{}, fmt.Errorf("a list of objects was expected, but row %d is %s", i+1, Shape(item))
		}
		page.Items[i] = object
	}
	return page, nil
}

// findItems looks for the rows in object, or one level below in its "data", and reads the paging facts
// on the way.
func (p *Page) findItems(object map[string]any) ([]any, bool) {
	for _, key := range []string{"data", "items", "results", "products", "webhooks"} {
		switch x := object[key].(type) {
		case []any:
			p.readMeta(object)
			return x, true
		case map[string]any:
			if key != "data" {
				continue
			}
			for _, inner := range []string{"items", "products", "results", "data", "webhooks"} {
				if list, ok := x[inner].([]any); ok {
					p.readMeta(object)
					p.readMeta(x)
					return list, true
				}
			}
		}
	}
	return nil, false
}

func (p *Page) readMeta(object map[string]any) {
	for _, key := range []string{"meta", "pagination"} {
		if meta, ok := object[key].(map[string]any); ok {
			p.readMeta(meta)
		}
	}
	if n := whole(object["total"]); n >= 0 {
		p.Total = n
	}
	if n := whole(first(object, "per_page", "page_size", "limit")); n > 0 {
		p.Size = n
	}
	if more, ok := object["has_next"].(bool); ok {
		p.More = &more
	}
}
