package product

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

// Product is one product as the JSON of an answer holds it.
type Product map[string]any

// lookup returns the first value under the path's keys that is not null.
func (p Product) lookup(path Path) (value any, present bool) {
	for _, key := range path.keys {
		v, ok := p[key]
		if ok && v != nil {
			return v, true
		}
		present = present || ok
	}
	return nil, present
}

// ID returns the product's id, which servers give as a UUID or, older ones, as a number; "" if it has none.
func (p Product) ID() string {
	for _, key := range []string{"id", "product_id"} {
		switch x := p[key].(type) {
		case string:
			if x != "" {
				return x
			}
		case json.Number:
			return x.String()
		}
	}
	return ""
}

// EAN returns the product's EAN with thirteen digits, as servers keep it; "" if it has none.
func (p Product) EAN() string {
	for _, key := range []string{"ean", "barcode"} {
		if v := value(p[key]); !v.IsNull() {
			return NormalEAN(v.String())
		}
	}
	return ""
}

// NormalEAN pads an EAN of eight digits with zeros to thirteen.
func NormalEAN(ean string) string {
	ean = strings.TrimSpace(ean)
	if len(ean) == 8 {
		return "00000" + ean
	}
	return ean
}

// Holds tells whether p, a row of a list perhaps, says what the field is: its key is there, be it null.
func (p Product) Holds(path Path) bool {
	value, present := p.lookup(path)
	switch path.root {
	case "is_active":
		return value != nil // a status says it only where there is no is_active at all
	case "sku":
		if value == nil { // the other of the two columns may have it
			_, reference := p["manufacturer_reference"]
			_, sku := p["sku"]
			return sku && reference
		}
	}
	return present
}

// HoldsAll tells whether p says what each of the fields is.
func (p Product) HoldsAll(paths []Path) bool {
	for _, path := range paths {
		if !p.Holds(path) {
			return false
		}
	}
	return true
}

// Values returns the canonical values of the paths, by the paths as they were written. p must be a whole
// product: a field that it does not have is null, or its default.
func (p Product) Values(paths []Path) pipeline.Values {
	values := make(pipeline.Values, len(paths))
	for _, path := range paths {
		values[path.text] = p.Get(path)
	}
	return values
}

// Get returns the canonical value of one path. What cannot be made canonical is returned as it is.
func (p Product) Get(path Path) pipeline.Value {
	raw, _ := p.lookup(path)
	var v pipeline.Value
	switch path.root {
	case "id":
		v = pipeline.Text(p.ID())
	case "is_active":
		v = pipeline.Bool(p.Active())
	case "brand", "brand_name", "category", "category_name":
		v = value(nameOf(raw))
	case "images":
		v = images(raw)
	case "created_at", "updated_at":
		v = dateTime(raw)
	default:
		v = value(raw)
	}
	v = path.descend(v)
	if path.field.Type == pipeline.TypeImage && v.Kind() == pipeline.KindText {
		v = pipeline.Text(download.Identity(v.AsText()))
	}
	if canonical, err := path.field.Canonical(v); err == nil {
		return canonical
	}
	return v
}

// Active tells whether the product is active: is_active where the server says it, else by its status,
// else yes, which is the default of the server's own model.
func (p Product) Active() bool {
	if v := value(p["is_active"]); !v.IsNull() {
		if active, err := (pipeline.Field{Type: pipeline.TypeBool}).Canonical(v); err == nil {
			return active.AsBool()
		}
	}
	status := p.Status()
	return status == "" || status == StatusActive
}

// The statuses that the endpoint knows; servers have others.
const (
	StatusActive   = "active"
	StatusInactive = "inactive"
	StatusDraft    = "draft"
	statusTrash    = "trash"
)

// Status returns the status in lower case, "" if the server does not say.
func (p Product) Status() string {
	s, _ := p["status"].(string)
	return strings.ToLower(strings.TrimSpace(s))
}

// Category returns the category as the product holds it; "" if it has none.
func (p Product) Category() string {
	for _, key := range keysOf("category") {
		if v := value(nameOf(p[key])); v.Kind() == pipeline.KindText {
			return v.AsText()
		}
	}
	return ""
}

// Trashed tells whether the server says that the product was deleted. Trashed products are not in
// lists by the documentation; a server that shows one all the same must not bring it back to life.
func (p Product) Trashed() bool {
	if deleted, ok := p["is_deleted"].(bool); ok && deleted {
		return true
	}
	at, _ := p["deleted_at"].(string)
	return at != "" || p.Status() == statusTrash
}

// ExternalID returns the id that the creator of the product gave it; known is false when the answer has
// no such field.
func (p Product) ExternalID() (id string, known bool) {
	raw, known := p["external_id"]
	id, _ = raw.(string)
	return id, known
}

// Stamp returns the text of updated_at, "" if there is none.
func (p Product) Stamp() string {
	s, _ := p["updated_at"].(string)
	return s
}

// Updated returns the time of the last change on the server's clock; zero if it does not say.
func (p Product) Updated() time.Time { return parseTime(p.Stamp()) }

// Created returns the time of creation on the server's clock; zero if it does not say.
func (p Product) Created() time.Time {
	s, _ := p["created_at"].(string)
	return parseTime(s)
}
