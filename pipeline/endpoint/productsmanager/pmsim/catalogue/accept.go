package catalogue

// accept returns the fields of a write under their canonical names, checked; the result is the caller's.
func (s *Store) accept(in Fields) (Fields, error) {
	out := make(Fields, len(in)+8)
	var problems []Problem
	for canonical, name := range chooseNames(in) {
		value, err := jsonValue(in[name])
		if err != nil {
			return nil, err
		}
		kept, problem, message := s.check(canonical, name, value)
		if problem != "" {
			problems = append(problems, Problem{canonical, problem, message})
			continue
		}
		out[canonical] = kept
	}
	if problems != nil {
		return nil, newInvalid(problems)
	}
	return out, nil
}

// chooseNames returns, by canonical name, which of the names in the body counts.
func chooseNames(in Fields) map[string]string {
	chosen := make(map[string]string, len(in))
	ranks := make(map[string]int, len(in))
	for name := range in {
		canonical, rank := canonicalName(name)
		if canonical == "" {
			continue
		}
		if other, taken := ranks[canonical]; !taken || rank < other {
			chosen[canonical], ranks[canonical] = name, rank
		}
	}
	return chosen
}

func (s *Store) check(canonical, name string, value any) (kept any, problem, message string) {
	if name == "category_id" && value != nil {
		id, _ := value.(string)
		c, ok := s.Category(id)
		if !ok {
			return nil, "value_error", "No category has this id"
		}
		return c.Path, "", ""
	}
	rule := RuleOf(canonical)
	if canonical == "title" {
		rule.Length = s.options.MaxTitle
	}
	return rule.check(value)
}
