package catalogue

// Outcome is what became of one item of a bulk write.
type Outcome string

// The outcomes.
const (
	Created Outcome = "created"
	Updated Outcome = "updated"
	Failed  Outcome = "error"
)

// BulkResult is the outcome of one item.
type BulkResult struct {
	Outcome Outcome
	Product Product // unless it failed
	Err     error
}

// Bulk makes products, each by itself: one that fails does not hold the others up. With updateExisting,
// an item whose EAN, else whose SKU, one live product has, edits that product. refused tells why an item
// fails without being tried, nil for one that is.
func (s *Store) Bulk(items []Fields, updateExisting bool, refused func(i int) error) ([]BulkResult, error) {
	results := make([]BulkResult, len(items))
	for i, item := range items {
		if err := refused(i); err != nil {
			results[i] = BulkResult{Outcome: Failed, Err: err}
			continue
		}
		results[i] = s.upsert(item, updateExisting)
	}
	return results, s.keep()
}

func (s *Store) upsert(item Fields, updateExisting bool) BulkResult {
	id := ""
	if updateExisting {
		id = s.existing(item)
	}
	outcome := Created
	var p Product
	var err error
	if id != "" {
		outcome = Updated
		p, err = s.edit(id, item, true)
	} else {
		p, err = s.create(item)
	}
	if err != nil {
		return BulkResult{Outcome: Failed, Err: err}
	}
	return BulkResult{Outcome: outcome, Product: p}
}

// Refer returns the id of the live product that has ref as its EAN, else as its SKU, which it must be alone
// to have.
func (s *Store) Refer(ref string) (string, error) {
	if id := s.existing(Fields{"ean": ref, "sku": ref}); id != "" {
		return id, nil
	}
	return "", &NotFound{ref}
}

// existing returns the id of the product that an item speaks of, "" for none.
func (s *Store) existing(item Fields) string {
	chosen := chooseNames(item)
	text := func(field string) string {
		t, _ := item[chosen[field]].(string)
		return t
	}
	ean, sku := NormalEAN(text("ean")), text("sku")
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.rows[s.eans[ean]]; ean != "" && r.live() {
		return r.ID
	}
	if holders := s.skus[sku]; sku != "" && len(holders) == 1 {
		return holders[0]
	}
	return ""
}

// ByEAN returns the id of the live product of that EAN.
func (s *Store) ByEAN(ean string) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.rows[s.eans[NormalEAN(ean)]]; ean != "" && r.live() {
		return r.ID, nil
	}
	return "", &NotFound{ean}
}
