package pipeline

import "context"

// Surveyor is an Endpoint that tells what there is to configure, for whoever begins.
type Surveyor interface {
	// Survey asks the system and writes nothing. An error says that there is nothing to begin with: nobody
	// answers, or the credentials are refused. What the user merely may not see is left out.
	Survey(ctx context.Context) (Survey, error)
}

// Survey is what a system tells of itself to whoever writes its first configuration. What a system does not have,
// or does not tell, is empty.
type Survey struct {
	About Description `json:"-"`
	// API is the one of the system's APIs that the credentials are good for.
	API string `json:"api,omitempty"`
	// Company is the id of the company that the user works in, Companies are those that the user may work in.
	Company   int64     `json:"company,omitempty"`
	Companies []Company `json:"companies,omitempty"`
	// Language is the code of the user's language, Languages those of the installed ones.
	Language  string   `json:"language,omitempty"`
	Languages []string `json:"languages,omitempty"`
	// Warehouses are those of the company, the oldest first.
	Warehouses []Warehouse `json:"warehouses,omitempty"`
	// Categories are the levels of each category, the highest first and without the root, sorted. Separator is
	// what the catalogue itself writes between them, where that is not fixed.
	Categories [][]string `json:"categories,omitempty"`
	Separator  string     `json:"separator,omitempty"`
	// Extra are the fields beyond those that every such system has: made by hand, or held by products. Sorted by name.
	Extra []Field `json:"extra_fields,omitempty"`
	// Taxes are the sales taxes of the company.
	Taxes []Tax `json:"taxes,omitempty"`
	// Families is the number of products with several variants.
	Families int `json:"families"`
	// Sampled is the number of products that Categories, Extra and Families were taken from; 0 is all.
	Sampled int `json:"sampled,omitempty"`
}

// Company is one of several in a system.
type Company struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Warehouse is a place whose stock can be carried.
type Warehouse struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Tax is a sales tax.
type Tax struct {
	Name string `json:"name"`
	// Included: prices are held with it.
	Included bool `json:"included"`
	// Percent: it is a percentage of the price, of which alone prices with and without tax can be computed.
	Percent bool `json:"percent"`
}
