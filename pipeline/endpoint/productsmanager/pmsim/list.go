package pmsim

import (
	"net/url"
	"strconv"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// pageSize is the number of items on a page when the client asks for none.
const pageSize = 20

// parseList reads the parameters of a list. Those it does not know are ignored, as FastAPI does.
func parseList(v url.Values, maxSize int) (catalogue.Query, page, error) {
	q := catalogue.Query{
		Search: v.Get("search"), Brand: v.Get("brand"), Category: v.Get("category"),
		CategoryID: v.Get("category_id"), Status: v.Get("status"), Descending: true,
	}
	in := paramReader{values: v}
	p := page{number: in.count("page", 1), size: pageSize}
	for _, name := range []string{"page_size", "per_page"} { // per_page counts when both are there
		p.size = in.count(name, p.size)
	}
	p.size = min(p.size, maxSize)
	q.PriceMin, q.PriceMax = in.float("price_min"), in.float("price_max")
	q.SortBy = in.choice("sort_by", map[string]string{
		"": "created_at", "created_at": "created_at", "updated_at": "updated_at", "name": "title", "title": "title",
		"price": "price", "stock": "stock_quantity", "stock_quantity": "stock_quantity",
	})
	q.Descending = in.choice("order", map[string]string{"": "desc", "asc": "asc", "desc": "desc"}) == "desc"
	q.Offset, q.Limit = (p.number-1)*p.size, p.size
	if in.problems != nil {
		return q, p, unprocessable(in.problems...)
	}
	return q, p, nil
}

// paramReader reads query parameters and collects what is wrong with them.
type paramReader struct {
	values   url.Values
	problems []catalogue.Problem
}

func (r *paramReader) refuse(name, kind, message string) {
	r.problems = append(r.problems, catalogue.Problem{Field: name, Type: kind, Message: message})
}

// count reads a number from 1 on. Its upper bound keeps the offset of a page from overflowing.
func (r *paramReader) count(name string, otherwise int) int {
	text := r.values.Get(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1e9 {
		r.refuse(name, "greater_than_equal", "Input should be greater than or equal to 1")
		return otherwise
	}
	return n
}

func (r *paramReader) float(name string) *float64 {
	text := r.values.Get(name)
	if text == "" {
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		r.refuse(name, "float_parsing", "Input should be a valid number")
		return nil
	}
	return &f
}

func (r *paramReader) choice(name string, choices map[string]string) string {
	chosen, known := choices[r.values.Get(name)]
	if !known {
		r.refuse(name, "enum", "Input is none of the choices")
	}
	return chosen
}
