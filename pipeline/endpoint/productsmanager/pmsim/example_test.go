package pmsim_test

import (
	"fmt"
	"log"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// A client talks to the address that Start gives, with DefaultAPIKey as its bearer token; the test plays
// the shop staff and looks at what came of it.
func Example() {
	pm := pmsim.New(pmsim.Config{})
	url, err := pm.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer pm.Close() //nolint:errcheck // the example ends here
	_ = url          // http://127.0.0.1:PORT/api/v1

	tea, err := pm.Create(pmsim.Fields{"title": "Tea", "sku": "T-1", "ean": "3017620422003", "price": "2.50"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := pm.Edit(tea.ID, pmsim.Fields{"price": "2.75", "attributes": map[string]string{"kind": "green"}}); err != nil {
		log.Fatal(err)
	}
	pm.Inject(pmsim.Fault{Kind: pmsim.FaultResetAfter, Method: "PUT", Path: "/products/*"}) // the next PUT's answer gets lost

	for _, p := range pm.Products() {
		fmt.Println(p.Text("sku"), p.Text("title"), p.Text("price"), p.Fields["attributes"])
	}
	fmt.Println(pm.Counts().Writes(), "writes by clients")
	// Output:
	// T-1 Tea 2.75 map[kind:green]
	// 0 writes by clients
}
