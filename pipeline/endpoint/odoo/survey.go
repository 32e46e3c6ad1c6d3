package odoo

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

var _ pipeline.Surveyor = (*Endpoint)(nil)

// surveyed is how many templates with attributes are looked at for several variants.
const surveyed = 1000

// Databases returns the names of the databases that a server lists; none where it keeps them to itself, as many do.
func Databases(ctx context.Context, address string, timeout time.Duration) ([]string, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Hostname() == "" {
		return nil, &pipeline.Error{Code: pipeline.CodeUsage, Message: fmt.Sprintf("%q is not an address", address), Remedy: "Write it as in https://example.odoo.com."}
	}
	client := rpc.New(rpc.Config{
		URL: u, Timeout: timeout, Workers: 1, UserAgent: userAgent(), Now: time.Now, Observe: func(string, time.Duration, error) {},
	})
	defer client.Close()
	return client.Databases(ctx)
}

// Survey implements pipeline.Surveyor.
func (e *Endpoint) Survey(ctx context.Context) (pipeline.Survey, error) {
	s, err := e.session(ctx)
	if err != nil {
		return pipeline.Survey{}, err
	}
	out := pipeline.Survey{About: s.about, Company: s.home, Language: s.language, Extra: made(s.schema)}
	for _, ask := range []func(context.Context, *session, *pipeline.Survey) error{
		e.surveyCompanies, e.surveyLanguages, e.surveyWarehouses, e.surveyCategories, e.surveyTaxes, e.surveyFamilies,
	} {
		if err := ask(ctx, s, &out); err != nil && !unseen(err) {
			return pipeline.Survey{}, err
		}
	}
	return out, nil
}

// unseen tells whether an error says merely that this user or this database does not have what was asked for: a
// right, or a module.
func unseen(err error) bool {
	e := pipeline.AsError(err)
	return e.Code != pipeline.CodeInternal && (e.Code == pipeline.CodeAccessDenied || e.Class == pipeline.Permanent)
}

// made are the fields that somebody made in this database: Odoo has their names begin with x_.
func made(schema pipeline.Schema) []pipeline.Field {
	var fields []pipeline.Field
	for name, f := range schema.Fields {
		if strings.HasPrefix(name, "x_") && f.Type != pipeline.TypeImage {
			fields = append(fields, f)
		}
	}
	slices.SortFunc(fields, func(a, b pipeline.Field) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

func (e *Endpoint) surveyCompanies(ctx context.Context, s *session, out *pipeline.Survey) error {
	user, _, err := e.searchRead(ctx, s, rpc.OpDescribe, "res.users", domain{where("id", "=", s.uid)}, []string{"company_ids"}, window{})
	if err != nil || len(user) == 0 {
		return err
	}
	rows, _, err := e.searchRead(ctx, s, rpc.OpDescribe, "res.company", domain{where("id", "in", anyOf(idList(user[0]["company_ids"])))}, []string{"name"}, window{order: "id"})
	for _, r := range rows {
		out.Companies = append(out.Companies, pipeline.Company{ID: r.id(), Name: r.text("name")})
	}
	return err
}

func (e *Endpoint) surveyLanguages(ctx context.Context, s *session, out *pipeline.Survey) error {
	codes, err := e.installedLanguages(ctx)
	slices.Sort(codes)
	out.Languages = codes
	return err
}

func (e *Endpoint) surveyWarehouses(ctx context.Context, s *session, out *pipeline.Survey) error {
	if _, stocked := s.schema.Fields[stockField]; !stocked {
		return nil // no module that has warehouses
	}
	d := domain{where("active", "=", true), where("company_id", "=", s.home)}
	rows, _, err := e.searchRead(ctx, s, rpc.OpDescribe, warehouseModel, d, []string{"code", "name"}, window{order: "id"})
	for _, r := range rows {
		out.Warehouses = append(out.Warehouses, pipeline.Warehouse{Code: r.text("code"), Name: r.text("name")})
	}
	return err
}

func (e *Endpoint) surveyCategories(ctx context.Context, s *session, out *pipeline.Survey) error {
	t, err := e.readTree(ctx, s)
	if err != nil {
		return err
	}
	f := s.schema.Fields[categoryField]
	for path := range t.byPath {
		if levels := f.Below(pipeline.Text(path)); len(levels) > 0 {
			out.Categories = append(out.Categories, levels)
		}
	}
	slices.SortFunc(out.Categories, slices.Compare)
	return nil
}

func (e *Endpoint) surveyTaxes(ctx context.Context, s *session, out *pipeline.Survey) error {
	if !s.taxed {
		return nil // no module that has taxes
	}
	d := domain{where("type_tax_use", "=", "sale"), where("active", "=", true), where("company_id", "=", s.home)}
	rows, _, err := e.searchRead(ctx, s, rpc.OpDescribe, taxModel, d, []string{"name", "amount_type", "price_include", "include_base_amount"}, window{order: "id"})
	for _, r := range rows {
		out.Taxes = append(out.Taxes, pipeline.Tax{
			Name: r.text("name"), Included: r.isTrue("price_include"),
			Percent: r.text("amount_type") == "percent" && !r.isTrue("include_base_amount"),
		})
	}
	return err
}

func (e *Endpoint) surveyFamilies(ctx context.Context, s *session, out *pipeline.Survey) error {
	rows, _, err := e.searchRead(ctx, s, rpc.OpDescribe, templateModel, domain{where("attribute_line_ids", "!=", false)}, []string{"product_variant_count"}, window{order: "id", limit: surveyed})
	for _, r := range rows {
		if n, _ := r["product_variant_count"].(int64); n > 1 {
			out.Families++
		}
	}
	return err
}
