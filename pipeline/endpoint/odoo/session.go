package odoo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// session is what the server told of itself and of the user; it is not changed once it is made.
type session struct {
	uid        int64
	user       string
	version    rpc.Version
	dialect    dialect
	language   string // of translated fields; "" is the database's own
	company    int
	home       int64      // the company that is worked in: that one, or the user's own
	warehouse  *warehouse // nil without a stock block
	checksums  bool       // of images may be read
	schema     pipeline.Schema
	searchable map[string]bool      // by field
	taxed      bool                 // products have taxes
	about      pipeline.Description // without its time
	at         time.Time
}

// flag asks for something in the context of a call.
type flag uint8

const (
	// archivedToo makes relations of a record hold what is archived, and searches find it.
	archivedToo flag = 1 << iota
	// quiet keeps Odoo from writing messages about each change, which takes more time than the change.
	quiet
	// findRepeats makes load leave a record alone whose external id it knows already.
	findRepeats
	// counting makes quants take what was counted.
	counting
	// ownVariant keeps a new template from making its variant, since the call makes it. Otherwise the
	// template would switch it on, though it be archived itself.
	ownVariant
)

// context returns the context of a call.
func (s *session) context(flags flag) map[string]any {
	// load takes dates for the user's local time unless told otherwise.
	c := map[string]any{"tz": "UTC"}
	if s.language != "" {
		c["lang"] = s.language
	}
	if s.company > 0 {
		c["allowed_company_ids"] = []any{s.company}
	}
	if flags&archivedToo != 0 {
		c["active_test"] = false
	}
	if flags&quiet != 0 {
		c["tracking_disable"] = true
	}
	if flags&findRepeats != 0 {
		c["mode"], c["noupdate"] = "update", true
	}
	if flags&counting != 0 {
		c["inventory_mode"] = true
	}
	if flags&ownVariant != 0 {
		c["create_product_product"] = false
	}
	return c
}

// session returns what is known of the server, asking it if need be.
func (e *Endpoint) session(ctx context.Context) (*session, error) {
	return e.sessionSince(ctx, time.Time{})
}

// sessionSince returns what the server told at that time or later.
func (e *Endpoint) sessionSince(ctx context.Context, since time.Time) (*session, error) {
	if s := e.remembered(since); s != nil {
		return s, nil
	}
	if err := e.acquire(ctx, e.connecting); err != nil {
		return nil, err
	}
	defer func() { <-e.connecting }()
	if s := e.remembered(since); s != nil { // another goroutine was quicker
		return s, nil
	}
	s, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	e.known = s
	e.mu.Unlock()
	return s, nil
}

func (e *Endpoint) remembered(since time.Time) *session {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil || e.known.at.Before(since) {
		return nil
	}
	return e.known
}

// acquire takes a lock that can be waited for no longer than the context allows.
func (e *Endpoint) acquire(ctx context.Context, lock chan struct{}) error {
	select {
	case lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &pipeline.Error{
			Code: pipeline.CodeStopped, Class: pipeline.Transient,
			Message: fmt.Sprintf("waiting for Odoo at %s was given up", e.client.Host()), Cause: context.Cause(ctx),
		}
	}
}

// connect asks the server what it is and what the user may do.
func (e *Endpoint) connect(ctx context.Context) (*session, error) {
	start := e.deps.Now()
	version, err := e.client.Version(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{version: version, at: start}
	if s.dialect, err = dialectOf(version, e.client.Host()); err != nil {
		return nil, err
	}
	if s.uid, err = e.client.Login(ctx); err != nil {
		return nil, err
	}
	if err := e.readUser(ctx, s); err != nil {
		return nil, err
	}
	if err := e.readWarehouse(ctx, s); err != nil {
		return nil, err
	}
	if err := e.readSchema(ctx, s); err != nil {
		return nil, err
	}
	if err := e.probeChecksums(ctx, s); err != nil {
		return nil, err
	}
	return s, e.describe(ctx, s)
}

// readUser learns the user's name, language and companies, and checks the settings against them.
func (e *Endpoint) readUser(ctx context.Context, s *session) error {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpDescribe, Model: "res.users", Method: "read", Args: []any{[]any{s.uid}},
		Options: map[string]any{"fields": []any{"login", "name", "lang", "company_id", "company_ids"}, "context": s.context(0)},
	})
	if err != nil {
		return err
	}
	rows, err := e.rows(a.Value)
	if err != nil {
		return err
	}
	if len(rows) != 1 {
		return e.strange("the user's own record", a.Value)
	}
	if err := e.checkLogin(rows[0]); err != nil {
		return err
	}
	s.user, s.language = rows[0].text("name"), rows[0].text("lang")
	s.home = rows[0].reference("company_id")
	if e.settings.Company > 0 {
		if err := e.checkCompany(rows[0]); err != nil {
			return err
		}
		s.home = int64(e.settings.Company)
		s.company = e.settings.Company // from here on: with a wrong one, Odoo refuses even to say so
	}
	if e.settings.Language == "" {
		return nil
	}
	s.language = e.settings.Language
	return e.checkLanguage(ctx, s)
}

// checkLogin refuses the key of somebody else. JSON-2 asks for a key alone; XML-RPC has compared them.
func (e *Endpoint) checkLogin(user row) error {
	owner := user.text("login")
	if e.client.Protocol() != rpc.JSON2 || owner == "" || strings.EqualFold(owner, e.settings.Login) {
		return nil
	}
	return &pipeline.Error{
		Code: pipeline.CodeAccessDenied, Class: pipeline.Auth,
		Message: fmt.Sprintf("the API key belongs to the user %q of Odoo and not to %q", owner, e.settings.Login),
		Remedy:  "Correct `login` or `api_key` in the source block.",
	}
}

func (e *Endpoint) checkCompany(user row) error {
	allowed, _ := user["company_ids"].([]any)
	for _, id := range allowed {
		if id == int64(e.settings.Company) {
			return nil
		}
	}
	return &pipeline.Error{
		Code: pipeline.CodeAccessDenied, Class: pipeline.Auth,
		Message: fmt.Sprintf("the user %q may not work in the company %d in Odoo; allowed are %v", e.settings.Login, e.settings.Company, allowed),
		Remedy:  "Correct `company` in the source block, or give the user the company in Odoo under Settings, Users.",
	}
}

// checkLanguage refuses a language that is not installed: Odoo 16 would take it, and overwrite the
// English texts.
func (e *Endpoint) checkLanguage(ctx context.Context, s *session) error {
	codes, err := e.installedLanguages(ctx)
	if err != nil || slices.Contains(codes, s.language) {
		return err
	}
	missing := &pipeline.Error{
		Code: pipeline.CodeLanguageNotInstalled, Class: pipeline.Auth,
		Message: fmt.Sprintf("the language %q is not installed in the Odoo database %q; installed are %v", s.language, e.settings.Database, codes),
	}
	if near := pipeline.Nearest(s.language, codes); near != "" {
		missing.Remedy = fmt.Sprintf("Write language = %q, or install the language in Odoo (Settings, Translations).", near)
	}
	return missing
}

// installedLanguages returns the codes of the languages that texts can be read and written in.
func (e *Endpoint) installedLanguages(ctx context.Context) ([]string, error) {
	a, err := e.client.Call(ctx, rpc.Call{Operation: rpc.OpDescribe, Model: "res.lang", Method: "get_installed"})
	if err != nil {
		return nil, err
	}
	list, _ := a.Value.([]any)
	var codes []string
	for _, entry := range list {
		if pair, _ := entry.([]any); len(pair) > 0 {
			code, _ := pair[0].(string)
			codes = append(codes, code)
		}
	}
	return codes, nil
}
