package wire

// ReadOne finds the product in the answer to a GET, a POST or a PUT: bare, or wrapped as
// {"data": {…}}, {"status": "success", "data": {…}}, {"success": true, "data": {…} or [{…}]},
// {"product": {…}} or {"item": {…}}. ok is false when the answer holds none, which is no error after a
// write: some servers only say that it went well.
func ReadOne(raw any) (product map[string]any, ok bool) {
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, false
	}
	if isProduct(object) {
		return object, true
	}
	for _, key := range []string{"data", "product", "item"} {
		inner := object[key]
		if list, ok := inner.([]any); ok && len(list) == 1 {
			inner = list[0]
		}
		wrapped, ok := inner.(map[string]any)
		switch {
		case !ok:
			continue
		case isProduct(wrapped):
			return wrapped, true
		}
		for _, deeper := range []string{"product", "item"} {
			if p, ok := wrapped[deeper].(map[string]any); ok && isProduct(p) {
				return p, true
			}
		}
	}
	return nil, false
}

// isProduct tells a product from an envelope: it has an id, or is named like one of the old API's.
func isProduct(object map[string]any) bool {
	if first(object, "id", "product_id") != nil {
		return true
	}
	return first(object, "ean", "barcode") != nil && first(object, "title", "name") != nil
}
