package productsmanager

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

var _ pipeline.Surveyor = (*endpoint)(nil)

// surveyedPages is how many pages of products, the newest first, are looked at.
const surveyedPages = 10

// Survey implements pipeline.Surveyor. A key that this API refuses is tried on the others; the API that takes it is told.
func (e *endpoint) Survey(ctx context.Context) (pipeline.Survey, error) {
	out, err := e.survey(ctx)
	if client.StatusOf(err) != http.StatusUnauthorized {
		return out, err
	}
	api, other := e.taking(ctx)
	if other == nil {
		return out, err
	}
	defer func() { _ = other.Close() }()
	e.log.Debug("the key is one for another API", "api", api)
	return other.survey(ctx)
}

func (e *endpoint) survey(ctx context.Context) (pipeline.Survey, error) {
	about, err := e.ask(ctx)
	if err != nil {
		return pipeline.Survey{}, err
	}
	out := pipeline.Survey{About: about, API: e.settings.API}
	s := sample{fields: map[string]pipeline.FieldType{}}
	l := &listing{endpoint: e, order: newestFirst}
	for page := 1; page <= surveyedPages; page++ {
		got, err := l.fetch(ctx, page, pageSize)
		if err != nil {
			return pipeline.Survey{}, err
		}
		for _, row := range got.Items {
			s.look(product.Product(row))
		}
		out.Sampled += len(got.Items)
		if len(got.Items) < pageSize {
			break
		}
	}
	out.About.Records = int(e.total.Load())
	if out.Sampled == out.About.Records {
		out.Sampled = 0
	}
	out.Separator = separatorOf(s.categories, e.settings.separator())
	out.Categories = s.places(out.Separator)
	out.Extra = s.extra(e.schema)
	out.Families = len(s.parents)
	return out, nil
}

// sample is what was seen of products.
type sample struct {
	categories []string
	parents    []string
	fields     map[string]pipeline.FieldType
}

func (s *sample) look(p product.Product) {
	if p.Trashed() {
		return
	}
	if c := p.Category(); c != "" && !slices.Contains(s.categories, c) {
		s.categories = append(s.categories, c)
	}
	if parent, _ := p["parent_sku"].(string); parent != "" && !slices.Contains(s.parents, parent) {
		s.parents = append(s.parents, parent)
	}
	for name, v := range p.Extra() {
		t := typeOf(v)
		if known, seen := s.fields[name]; seen && known != t {
			t = pipeline.TypeText // what holds now a number and now a text holds texts
		}
		s.fields[name] = t
	}
}

func typeOf(v pipeline.Value) pipeline.FieldType {
	switch v.Kind() {
	case pipeline.KindNumber:
		return pipeline.TypeNumber
	case pipeline.KindBool:
		return pipeline.TypeBool
	}
	return pipeline.TypeText
}

// extra returns the fields with what the schema knows of them, or what their values tell.
func (s *sample) extra(schema pipeline.Schema) []pipeline.Field {
	var fields []pipeline.Field
	for name, t := range s.fields {
		f, ok := schema.Lookup(name)
		if !ok {
			continue // this API does not write it
		}
		if f.Type == pipeline.TypeAny {
			f.Type = t
		}
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(a, b pipeline.Field) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

// places returns the levels of the categories, each once, sorted.
func (s *sample) places(separator string) [][]string {
	f := pipeline.Field{Type: pipeline.TypePath, Separator: separator}
	var all [][]string
	for _, c := range s.categories {
		all = append(all, f.Levels(pipeline.Text(c)))
	}
	slices.SortFunc(all, slices.Compare)
	return slices.CompactFunc(all, slices.Equal)
}

// separatorOf returns what the catalogue writes between the levels of its categories: whatever most of them hold, with
// blanks around it if they do.
func separatorOf(categories []string, otherwise string) string {
	best, most := otherwise, 0
	for _, separator := range []string{" / ", " > ", " >> ", " | ", "/", ">", "|"} {
		n := 0
		for _, c := range categories {
			if strings.Contains(c, separator) {
				n++
			}
		}
		if n > most {
			best, most = separator, n
		}
	}
	return best
}
