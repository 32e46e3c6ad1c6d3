package render

import (
	"bytes"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

func TestGraph(t *testing.T) {
	g := view.Graph{
		Sources: []view.GraphNode{{Kind: "products_manager", Label: "pm"}, {Kind: "odoo", Label: "erp"}},
		Media:   []view.GraphNode{{Kind: "s3", Label: "images"}},
		Pipelines: []view.GraphPipeline{
			{
				Name: "products", Left: "pm", Right: "erp", Direction: view.DirectionBoth, Media: "s3.images",
				Fields: []view.GraphField{
					{Left: "title", Right: "name", Direction: view.DirectionBoth},
					{Left: "price", Right: "list_price", Direction: view.DirectionBoth, Transforms: []string{"to_pm", "to_erp"}},
					{Left: "images[0].url", Right: "image_1920", Direction: "to_erp"},
					{Left: "created_at", Right: "create_date", Direction: "to_pm", Transforms: []string{"to_pm"}},
				},
			},
			{
				Name: "end", Left: "pm", Right: "erp", Direction: "to_pm", // a word of Mermaid's
				Fields: []view.GraphField{{Left: `odd "name" <b>#`, Right: evil.AsText() + `\`, Direction: "to_pm"}},
			},
		},
	}
	for path, render := range map[string]func(Output) error{
		"testdata/graph.mmd":  func(o Output) error { return o.Graph(g, false) },
		"testdata/graph.dot":  func(o Output) error { return o.Graph(g, true) },
		"testdata/graph.json": func(o Output) error { o.JSON = true; return o.Graph(g, true) },
	} {
		var b bytes.Buffer
		if err := render(Output{W: &b}); err != nil {
			t.Fatal(err)
		}
		golden(t, path, b.String())
	}
}
